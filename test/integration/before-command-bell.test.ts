import { execFileSync, spawn, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { hookCommand } from '../../src/install/commands-text.ts';
import { HOOK_CATALOG, type Scope } from '../../src/install/hook-catalog.ts';
import { callsDirectory, sweepCalls } from '../../src/store/calls.ts';
import { type BellPlace, buildNodeBell, makeBellPlace, makeBellRuntime } from '../support/bell.ts';
import { useFolders } from '../support/for-the-file.ts';

// What the doorbell does with a command of the agent, in each form in which it is installed.

const FORMS = ['sh', 'bash', 'node'].filter(
  (form) => form === 'node' || spawnSync(form, ['-c', ':']).status === 0,
);
const folder = useFolders('before-bell-');
let runtime: string;

beforeAll(() => {
  runtime = makeBellRuntime(folder());
  buildNodeBell(runtime);
  // Writes down what it was given, each start one line, and answers.
  fs.writeFileSync(
    path.join(runtime, 'hooks/before-command.cjs'),
    `const fs = require('fs');
     fs.appendFileSync(process.env.HOME + '/starts', process.env.CLAUDE_HOOKS_SCOPE + ' ' + process.env.NODE_EXTRA_CA_CERTS + ' ' + fs.readFileSync(0, 'utf8'));
     process.stdout.write('ANSWER');`,
  );
});

function makePlace(options: { git?: boolean } = {}): BellPlace {
  const home = folder();
  const project = path.join(home, 'my "project" é');
  fs.mkdirSync(project);
  if (options.git !== false) execFileSync('git', ['init', '-q', project]);
  return makeBellPlace(home, project);
}

const eventOf = (command: string, id = 'toolu_1'): string =>
  `${JSON.stringify({ session_id: 's-1', tool_name: 'Bash', tool_input: { command }, tool_use_id: id })}\n`;

/** The command that install writes for a rule, and how the client starts it. */
function lineOf(form: string, rule: string, scope: Scope): [string, string[]] {
  const entry = HOOK_CATALOG.find(({ bell }) => bell === 'command');
  if (entry === undefined) throw new Error('no entry');
  const place = { directory: runtime, inProject: undefined, node: process.execPath };
  if (form !== 'node') return [form, ['-c', hookCommand(entry, scope, place, 'linux', rule)]];
  return ['/bin/sh', ['-c', hookCommand(entry, scope, place, 'win32', rule)]];
}

function ring(
  place: BellPlace,
  form: string,
  rule: string,
  input: string,
  more: { scope?: Scope; env?: Record<string, string> } = {},
): { status: number | null; stdout: string; stderr: string } {
  const [file, args] = lineOf(form, rule, more.scope ?? 'local');
  const { status, stdout, stderr } = spawnSync(file, args, {
    env: { ...place.env, ...more.env },
    input,
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

const NOTHING = { status: 0, stdout: '', stderr: '' };

describe.each(FORMS)('the doorbell before a command, as %s', (form) => {
  it('starts the hook with the event byte for byte, in the foreground, and records nothing itself', () => {
    const place = makePlace();
    const input = eventOf(`rm -rf "a b" '$(x)' \`y\` \\ %s \u00e9\n${'x'.repeat(100_000)}`);
    expect(ring(place, form, 'rm*', input, { env: { NODE_EXTRA_CA_CERTS: '/x' } })).toMatchObject({
      status: 0,
      stdout: 'ANSWER',
    });
    expect(place.starts()).toEqual([`local undefined ${input.trimEnd()}`]);
    expect(fs.readdirSync(place.state.spool)).toEqual(['tmp']);
  });

  it('starts nothing for what its rule is not about, whatever else the event says', () => {
    const place = makePlace();
    const event = JSON.parse(eventOf('for f in *; do grep form "$f"; done')) as object;
    const input = `${JSON.stringify({ cwd: '/x; rm y', transcript_path: '/rm ', ...event })}\n`;
    expect(ring(place, form, 'rm*', input)).toEqual(NOTHING);
    expect(ring(place, form, 'git res*', eventOf('git log; echo rest'))).toMatchObject({ status: 0 });
    expect(ring(place, form, 'mv *', eventOf('mvn test "$x"'))).toEqual(NOTHING);
    expect(place.starts()).toHaveLength(1);
  });

  it('acts once for a call many entries are asked about at once, and again for the next call', async () => {
    const place = makePlace();
    const command = 'rm a "$x"; mv b c; git reset --hard';
    const rules = ['rm*', 'mv *', 'git res*', 'git *', '*a*', '* b*'];
    const all = rules.map(
      (rule) =>
        new Promise((resolve, reject) => {
          const [file, args] = lineOf(form, rule, 'local');
          const child = spawn(file, args, { env: place.env, stdio: ['pipe', 'ignore', 'inherit'] });
          child.on('error', reject);
          child.on('close', resolve);
          child.stdin.on('error', () => {});
          child.stdin.end(eventOf(command));
        }),
    );
    expect(await Promise.all(all)).toEqual(rules.map(() => 0));
    expect(place.starts()).toHaveLength(1);
    ring(place, form, 'mv *', eventOf(command, 'toolu_2'));
    expect(place.starts()).toHaveLength(2);
    ring(place, form, 'mv *', eventOf(command, 'toolu_2'));
    expect(place.starts()).toHaveLength(2);
  });

  it('acts each time where a call has no usable id or the mark has no place', () => {
    const place = makePlace();
    const odd = ['../../x', '', 'a b'];
    for (const id of odd) ring(place, form, 'rm*', eventOf('rm a', id));
    expect(place.starts()).toHaveLength(odd.length);
    fs.rmSync(callsDirectory(place.state), { recursive: true });
    ring(place, form, 'rm*', eventOf('rm a'));
    expect(place.starts()).toHaveLength(odd.length + 1);
  });

  it('leaves a session to the scope that has it', () => {
    const place = makePlace();
    fs.writeFileSync(path.join(place.state.owner, 's-1'), 'user\n');
    expect(ring(place, form, 'rm*', eventOf('rm a'))).toEqual(NOTHING);
    expect(ring(place, form, 'rm*', eventOf('rm a'), { scope: 'user' }).stdout).toBe('ANSWER');
    expect(place.starts()).toHaveLength(1);
  });

  it('starts nothing where it is switched off, where no session was started, and without git', () => {
    const place = makePlace();
    const off: Record<string, string>[] = [{ CLAUDE_HOOKS: '0' }, { CLAUDE_HOOKS_DEPTH: '1' }];
    for (const env of off) expect(ring(place, form, 'rm*', eventOf('rm a'), { env })).toEqual(NOTHING);
    for (const flag of ['off', 'no-before-command']) {
      fs.writeFileSync(path.join(place.state.flags, flag), '');
      expect(ring(place, form, 'rm*', eventOf('rm a'))).toEqual(NOTHING);
      fs.rmSync(path.join(place.state.flags, flag));
    }
    fs.rmSync(place.state.spool, { recursive: true });
    expect(ring(place, form, 'rm*', eventOf('rm a'))).toEqual(NOTHING);
    expect(place.starts()).toEqual([]);
    const plain = makePlace({ git: false });
    expect(ring(plain, form, 'rm*', eventOf('rm a'))).toEqual(NOTHING);
    expect(plain.starts()).toEqual([]);
  });
});

it('forgets calls that are long over', () => {
  const { state } = makePlace();
  const mark = (name: string, ageMs: number): void => {
    const file = path.join(callsDirectory(state), name);
    fs.writeFileSync(file, '');
    const time = new Date(Date.now() - ageMs);
    fs.utimesSync(file, time, time);
  };
  mark('old', 3_600_000);
  mark('young', 1_000);
  sweepCalls(state, Date.now());
  expect(fs.readdirSync(callsDirectory(state))).toEqual(['young']);
});
