import { execFileSync, spawn, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { PROMPT_FORMS } from '../../src/prompts/forms.ts';
import { claimEvents } from '../../src/store/spool.ts';
import { type BellPlace, bellLine, buildNodeBell, makeBellPlace, makeBellRuntime } from '../support/bell.ts';
import { useFolders } from '../support/for-the-file.ts';

// What the doorbell does with a prompt, in each form in which it is installed, and where sed is one of many names of a
// program. Every start of Node is seen, because the hook it would start writes it down.

const FORMS = ['sh', 'bash', 'grep', 'node'].filter(
  (form) => !['sh', 'bash'].includes(form) || spawnSync(form, ['-c', ':']).status === 0,
);
const folder = useFolders('prompt-bell-');
let runtime: string;
let withoutSed: string;

beforeAll(() => {
  runtime = makeRuntime((text) => text);
  withoutSed = makeRuntime((text) => {
    const without = text.replace('for l in /usr/bin/sed /bin/sed;', 'for l in "$h/sed" /nowhere;');
    expect(without).not.toBe(text);
    return without;
  });
  fs.symlinkSync('/bin/sed', path.join(withoutSed, 'sed'));
});

function makeRuntime(change: (text: string) => string): string {
  const place = makeBellRuntime(folder(), change);
  buildNodeBell(place);
  // Writes down what it was given, each start one line, and answers.
  fs.writeFileSync(
    path.join(place, 'hooks/prompt.cjs'),
    `const fs = require('fs');
     const act = process.argv[4] === 'act';
     fs.appendFileSync(process.env.HOME + '/starts', JSON.stringify([process.argv[3], act ? fs.readFileSync(0, 'latin1') : 'late']) + '\\n');
     process.stdout.write('ANSWER');`,
  );
  return place;
}

interface Place extends Omit<BellPlace, 'starts' | 'events'> {
  starts(): [session: string, event: string][];
  /** What was spooled, in any order. */
  events(): Buffer[];
}

function makePlace(prepare: (home: string) => string = (home) => path.join(home, 'my "project" é')): Place {
  const home = folder();
  const project = prepare(home);
  if (!fs.existsSync(project)) execFileSync('git', ['init', '-q', project]);
  const place = makeBellPlace(home, project);
  return {
    ...place,
    starts: () => place.starts().map((line) => JSON.parse(line) as [string, string]),
    events: () => place.events().map((file) => fs.readFileSync(file)),
  };
}

function commandOf(form: string): [string, string[]] {
  if (form === 'node') return [process.execPath, [path.join(runtime, 'bell.cjs'), 'prompt:local']];
  const line = bellLine(form === 'grep' ? withoutSed : runtime, 'prompt:local');
  return [form === 'grep' ? 'sh' : form, ['-c', line]];
}

function ring(
  place: Place,
  form: string,
  input: string | Buffer,
): { status: number | null; stdout: string; stderr: string } {
  const [file, args] = commandOf(form);
  const { status, stdout, stderr } = spawnSync(file, args, {
    env: place.env,
    input,
    encoding: 'utf8',
    cwd: os.tmpdir(),
    maxBuffer: 1 << 26,
  });
  return { status, stdout, stderr };
}

const eventOf = (prompt: string): string =>
  `${JSON.stringify({ session_id: 's-1', cwd: '/Save checkpoint: x', hook_event_name: 'UserPromptSubmit', prompt })}\n`;
const NOTHING = { status: 0, stdout: '', stderr: '' };
const ANSWER = { status: 0, stdout: 'ANSWER', stderr: '' };

describe.each(FORMS)('the doorbell of a prompt, as %s', (form) => {
  it('starts Node for each form, with the event byte for byte, which is in the spool once', () => {
    const place = makePlace();
    const prompts = PROMPT_FORMS.flatMap(({ example }, at) => [
      [example, `look:\n\t  ${example.toUpperCase()}\nthere`, `one\r\n${example}`][at % 3] ?? example,
    ]);
    for (const prompt of prompts) expect(ring(place, form, eventOf(prompt))).toEqual(ANSWER);
    const events = prompts.map(eventOf);
    expect(place.starts()).toEqual(events.map((event) => ['s-1', Buffer.from(event).toString('latin1')]));
    expect(place.events().map(String).sort()).toEqual(events.sort());
    expect(claimEvents(place.state, Date.now())).toHaveLength(events.length);
    expect(fs.readdirSync(path.join(place.state.spool, 'tmp'))).toEqual([]);
  });

  it('starts nothing for any other prompt', () => {
    const place = makePlace();
    const prompts = [
      'hello',
      'please Save checkpoint: x',
      '> Save checkpoint: x',
      '- Load context: x',
      'Save  checkpoint: x',
      'summarize the last',
      'the handoff to the team; resume from checkpoint',
      `${'a "quoted" thing \\ and $(x) `y` %s \n'.repeat(3_000)}`,
    ];
    for (const prompt of prompts) expect(ring(place, form, eventOf(prompt))).toEqual(NOTHING);
    expect(place.starts()).toEqual([]);
    expect(place.events().map(String).sort()).toEqual(prompts.map(eventOf).sort());
  });

  it('does not look where it is switched off; late findings come all the same', () => {
    const place = makePlace();
    fs.writeFileSync(path.join(place.state.flags, 'no-prompt-forms'), '');
    expect(ring(place, form, eventOf('Save checkpoint: x'))).toEqual(NOTHING);
    fs.writeFileSync(path.join(place.state.late, 's-1'), 'finding\n');
    expect(ring(place, form, eventOf('Save checkpoint: x'))).toEqual(ANSWER);
    expect(place.starts()).toEqual([['s-1', 'late']]);
    fs.rmSync(path.join(place.state.flags, 'no-prompt-forms'));
    ring(place, form, eventOf('Save checkpoint: x'));
    expect(place.starts()).toHaveLength(2);
    expect(place.starts()[1]?.[1]).toContain('Save checkpoint');
    expect(place.events()).toHaveLength(3);
  });

  it.each([
    ['no newline at its end', '{"prompt":"a"}'],
    ['a form and no newline', '{"prompt":"Save checkpoint: x"}'],
    ['nothing', ''],
    ['only a newline', '\n'],
    ['two lines', '{"prompt":"a"}\n{"prompt":"Save checkpoint: x"}\n'],
  ])('records the first line of an event with %s', (_name, input) => {
    const place = makePlace();
    expect(ring(place, form, input)).toMatchObject({ status: 0, stderr: '' });
    expect(place.starts()).toHaveLength(input.startsWith('{"prompt":"S') ? 1 : 0);
    const first = input.replace(/\n[\s\S]*/, '\n');
    // The doorbell without a shell ends every line.
    expect(place.events().map(String)).toEqual([form === 'node' ? `${first.trimEnd()}\n` : first]);
  });

  it('records 16 MB, NUL bytes and what is no UTF-8, and finds the form in it', () => {
    const place = makePlace();
    const odd = Buffer.concat([
      Buffer.from('{"prompt":"'),
      Buffer.from([0, 0xff, 0xc3, 0x28, 0x80]),
      Buffer.from('\\nSave checkpoint: x"}\n'),
    ]);
    const big = Buffer.from(eventOf(`${'ä"\\'.repeat(2_600_000)}\nSave checkpoint: x`));
    expect(big.length).toBeGreaterThan(15_000_000);
    for (const input of [odd, big]) expect(ring(place, form, input)).toEqual(ANSWER);
    const starts = place.starts().map(([, event]) => Buffer.from(event, 'latin1'));
    expect([odd, big].map((input, at) => input.equals(starts[at] ?? Buffer.alloc(0)))).toEqual([true, true]);
    const [small = Buffer.alloc(0), large] = place.events().sort((a, b) => a.length - b.length);
    expect(large?.equals(big)).toBe(true);
    // Without a shell the event has always been kept as text.
    expect(small.equals(form === 'node' ? Buffer.from(odd.toString('utf8')) : odd)).toBe(true);
  });

  it('does not wait for the end of an input that stays open', { timeout: 20_000 }, async () => {
    const place = makePlace();
    for (const [at, prompt] of ['hello', 'Save checkpoint: x'].entries()) {
      const [file, args] = commandOf(form);
      const child = spawn(file, args, { env: place.env, stdio: ['pipe', 'ignore', 'ignore'] });
      child.stdin.write(eventOf(prompt));
      expect(await new Promise((resolve) => child.on('exit', resolve))).toBe(0);
      expect([place.events().length, place.starts().length]).toEqual([at + 1, at]);
      child.stdin.destroy();
    }
  });

  it('finds the spool through links and relative paths', () => {
    const place = makePlace((home) => {
      // `..` of a link is not the folder the link lies in.
      fs.mkdirSync(path.join(home, 'far/away/tree'), { recursive: true });
      fs.mkdirSync(path.join(home, 'far/away/git dir'));
      fs.writeFileSync(path.join(home, 'far/away/tree/.git'), 'gitdir: ../git dir\n');
      fs.symlinkSync('far/away/tree', path.join(home, 'link'));
      return path.join(home, 'far/away/tree');
    });
    if (form !== 'node') place.env.CLAUDE_PROJECT_DIR = path.join(place.home, 'link');
    expect(ring(place, form, eventOf('Save checkpoint: x'))).toEqual(ANSWER);
    expect(place.events()).toHaveLength(1);
  });

  it('lets the prompt go on, with one line, where the event cannot be written or Node is missing', () => {
    const place = makePlace();
    if (form !== 'node') {
      const [file, [, line = ''] = []] = commandOf(form);
      const gone = spawnSync(`/bin/${file}`, ['-c', line.replace(process.execPath, '')], {
        env: { ...place.env, PATH: '/nowhere' },
        input: eventOf('Save checkpoint: x'),
        encoding: 'utf8',
      });
      expect(gone.status).toBe(0);
      if (!fs.existsSync('/usr/bin/node')) expect(gone.stderr).toContain('node was not found');
      expect(place.events()).toHaveLength(1);
    }
    fs.rmSync(path.join(place.state.spool, 'tmp'), { recursive: true });
    fs.symlinkSync('/proc', path.join(place.state.spool, 'tmp'));
    const before = place.starts().length;
    const result = ring(place, form, eventOf('Save checkpoint: x'));
    expect(result).toMatchObject({ status: 0, stdout: '' });
    expect(result.stderr.trim().split('\n')).toHaveLength(1);
    expect(result.stderr).toContain('claude-hooks doctor');
    expect(place.starts()).toHaveLength(before);
  });
});
