import * as fs from 'node:fs';
import * as path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ReplayPlace } from '../../src/flows/replay/find-session.ts';
import { readReplay } from '../../src/flows/replay/open.ts';
import type { ReplayStep } from '../../src/replay/types.ts';
import { locateRepository, statePaths, stateRoot, userPaths } from '../../src/store/paths.ts';
import { readTranscript } from '../../src/transcript/read.ts';
import { archive } from '../support/archive.ts';
import { clientFolder, moment, sessionIn } from '../support/replay.ts';
import { makeSandbox, PROJECT_ROOT, type Sandbox } from '../support/sandbox.ts';
import type { FakeSession } from '../support/session.ts';
import { hasTmux, openTerminal, type Terminal } from '../support/terminal.ts';

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = makeSandbox();
});
afterEach(() => {
  sandbox.cleanup();
});

function stepsIn(stdout: string): { head: unknown; steps: ReplayStep[]; end: { remarks: string[] } } {
  const lines = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
  return {
    head: lines[0],
    steps: lines.slice(1, -1) as ReplayStep[],
    end: lines.at(-1) as { remarks: string[] },
  };
}

function place(): ReplayPlace {
  const repository = locateRepository(sandbox.repo);
  const user = userPaths(sandbox.env);
  const state = statePaths(stateRoot(repository, user));
  return { repository, user, state, cwd: sandbox.repo, env: sandbox.env };
}

describe('a captured session', () => {
  const FIXTURES = path.join(PROJECT_ROOT, 'test/fixtures/claude-code/transcripts');

  it('shows every event once and in order, in the terminal and as JSON', async () => {
    fs.cpSync(FIXTURES, clientFolder(sandbox), { recursive: true });
    for (const name of ['tools-tasks-subagent', 'compaction-resume-clear', 'api-error-529']) {
      const events: string[] = [];
      readTranscript(path.join(FIXTURES, `${name}.jsonl`), ({ kind }) => void events.push(kind));
      const told = events.filter((kind) => kind !== 'usage');
      const json = stepsIn((await sandbox.cli(['replay', name, '--json'])).stdout);
      expect(json.head).toMatchObject({ version: 1, session: name });
      const own = json.steps.filter(({ cite }) => cite !== undefined);
      expect(own).toHaveLength(told.length);
      const whole = await readReplay(place(), {
        session: name,
        transcript: path.join(clientFolder(sandbox), `${name}.jsonl`),
      });
      expect(whole).toMatchObject({ session: name, remarks: [] });
      expect(whole.steps).toEqual(json.steps);
      expect(json.end).toMatchObject({ end: true, steps: json.steps.length, remarks: [] });
      const text = (await sandbox.cli(['replay', name])).stdout;
      const heads = text.split('\n').filter((line) => /^\[[\d :-]{19}\]/.test(line));
      expect(heads.map((line) => Number(/#(\d+)$/.exec(line)?.[1]))).toEqual(
        json.steps.map(({ number }) => number),
      );
      for (const [at, line] of heads.entries()) expect(line).toContain(`] ${json.steps[at]?.type}`);
    }
  }, 60_000);
});

describe('a session', () => {
  const saveAs = (session: FakeSession, name: string): ReturnType<Sandbox['cli']> =>
    sandbox.cli(['checkpoint', 'save', name], { env: { CLAUDE_CODE_SESSION_ID: session.id } });

  async function work(session: FakeSession): Promise<void> {
    session.write('a.txt', 'one\n');
    await moment();
    expect((await saveAs(session, 'Halfway')).code).toBe(0);
    await moment();
    session.edit('a.txt', 'one', 'two');
    session.edit('a.txt', 'absent', 'x');
    sandbox.git('add', '-A');
    sandbox.git('commit', '-q', '-m', `Change a\n\nClaude-Session: ${session.id}`);
    await moment();
    session.record({
      type: 'assistant',
      message: { id: 'm', content: [{ type: 'text', text: 'All done.' }] },
    });
  }

  it('stands among its checkpoints and commits, and is found by the beginning of its id', async () => {
    const session = sessionIn(sandbox);
    await work(session);
    const { steps } = stepsIn((await sandbox.cli(['replay', session.id.slice(0, 8), '--json'])).stdout);
    const row = steps.map(({ type, description }) => `${type} ${description}`);
    expect(row.filter((line) => !line.startsWith('commit'))).toEqual([
      'prompt do it',
      'tool Write a.txt',
      'edit created a.txt',
      expect.stringMatching(/^checkpoint \S+ "Halfway" \(manual\)$/),
      'tool Edit a.txt',
      'edit modified a.txt',
      'tool Edit a.txt',
      'answer All done.',
    ]);
    expect(row.filter((line) => line.startsWith('commit'))).toEqual([expect.stringMatching(/ Change a$/)]);
    // Git knows the second of a commit: it may stand before what happened in that second.
    const from = steps.find(({ type }) => type === 'checkpoint')?.number;
    const only = await sandbox.cli(['replay', 'latest', '--only', 'edits', '--from', String(from)]);
    expect(only.stdout).toMatch(
      /^\[[\d :-]{19}\] edit: modified a\.txt #\d+\n {4}@@ -1 \+1 @@\n {4}-one\n {4}\+two\n$/,
    );
    const errors = stepsIn((await sandbox.cli(['replay', 'latest', '--only', 'errors', '--json'])).stdout);
    expect(errors.steps).toHaveLength(1);
    expect(errors.steps[0]).toMatchObject({ type: 'tool', failed: true });
    const calls = stepsIn((await sandbox.cli(['replay', 'latest', '--skip-tool-calls', '--json'])).stdout);
    expect(calls.steps.map(({ type }) => type)).not.toContain('tool');
  });

  it('that is not known names those near it', async () => {
    const session = sessionIn(sandbox);
    const typo = `${session.id.slice(0, 12)}x${session.id.slice(13)}`;
    const answer = await sandbox.cli(['replay', typo]);
    expect(answer).toMatchObject({ code: 2, stdout: '' });
    expect(answer.stderr).toContain(`Near it: ${session.id}`);
    expect((await sandbox.cli(['replay', 'latest', '--from', 'yesterday'])).code).toBe(2);
    expect((await sandbox.cli(['replay', 'latest', '--into', '../x'])).code).toBe(2);
  });

  it('says how many steps there are where none is asked for, and what is wrong with the words of a command', async () => {
    sessionIn(sandbox).write('a.txt', 'one\n');
    const beyond = await sandbox.cli(['replay', 'latest', '--from', '700']);
    expect([beyond.code, beyond.stderr]).toEqual([
      0,
      'No step is what was asked for; the session has 3 steps.\n',
    ]);
    const missing = await sandbox.cli(['replay', 'bisect', 'latest', '--json']);
    expect(missing.code).toBe(2);
    expect(JSON.parse(missing.stdout)).toMatchObject({
      error: { code: 'usage', message: expect.stringContaining('--run') },
    });
    const { stdout } = await sandbox.cli(['replay', 'bisect', '--help']);
    expect(stdout).toContain('(default: 10m)');
    const page = await sandbox.cli(['replay', 'latest', '--html', 'none/page.html']);
    expect(page.stderr.split('page.html')).toHaveLength(2);
  });

  it('is found by the id and the name of the work it belongs to, and after its repository was moved', async () => {
    const [first, last] = [sessionIn(sandbox), sessionIn(sandbox)];
    const t = Date.now();
    const id = '2026-11-28-search-fast-1a2b';
    const records = [first, last].map(({ id: conversation, transcript }, at) => {
      const start = { t: t + at, type: 'start', how: 'startup', cwd: sandbox.repo, transcript };
      sandbox.write(`.git/claude-hooks/sessions/${conversation}.jsonl`, `${JSON.stringify(start)}\n`);
      return { ...start, conversation };
    });
    const lines = [{ t, type: 'created', name: 'Search fast', root: sandbox.repo }, ...records];
    sandbox.write(
      `.git/claude-hooks/pieces/${id}.jsonl`,
      lines.map((line) => `${JSON.stringify(line)}\n`).join(''),
    );
    for (const word of [id, id.slice(0, 17), 'search-f', 'search FAST']) {
      const { code, stdout, stderr } = await sandbox.cli(['replay', word, '--json']);
      expect([code, stderr]).toEqual([
        0,
        `claude-hooks: ${id} has 2 conversations; this is the last, ${last.id}.\n`,
      ]);
      expect(stdout).toContain(last.id);
    }
    fs.rmSync(last.transcript);
    const kept = await sandbox.cli(['replay', id, '--json']);
    expect(kept.stderr).toContain(`this is the last that is kept, ${first.id}`);
    const wrong = await sandbox.cli(['replay', '2026-11-28-serch-fast-1a2b']);
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining(`Near it: ${id}`)]);
    const moved = path.join(sandbox.root, 'moved');
    fs.renameSync(sandbox.repo, moved);
    for (const word of ['latest', first.id.slice(0, 9), id])
      expect((await sandbox.cli(['replay', word, '--json'], { cwd: moved })).code).toBe(0);
    fs.renameSync(moved, sandbox.repo);
  });

  it('whose transcript and journal are damaged is told as far as they are good, and that is said', async () => {
    const session = sessionIn(sandbox);
    session.write('a.txt', 'one\n');
    session.garbage('{"type":"assistant","mess\n');
    session.edit('a.txt', 'one', 'two');
    const journals = path.join(sandbox.repo, '.git/claude-hooks/sessions');
    fs.mkdirSync(journals, { recursive: true });
    const start = {
      t: Date.now() - 60_000,
      type: 'start',
      source: 'startup',
      transcript: session.transcript,
    };
    fs.writeFileSync(path.join(journals, `${session.id}.jsonl`), `${JSON.stringify(start)}\n{"t":1\nnull\n`);
    const { steps, end } = stepsIn((await sandbox.cli(['replay', session.id, '--json'])).stdout);
    expect(steps.map(({ type }) => type)).toEqual(['start', 'prompt', 'tool', 'edit', 'tool', 'edit']);
    expect(end.remarks.join('\n')).toMatch(
      /2 lines of the session's journal cannot be read[\s\S]*1 line of the transcript cannot be read and is left out \(the first at line 4/,
    );
    fs.rmSync(session.transcript);
    const gone = await sandbox.cli(['replay', session.id]);
    expect(gone.code).toBe(0);
    expect(gone.stdout).toContain('start: the session begins (startup)');
    expect(gone.stderr).toContain(`is gone (${session.transcript})`);
    const rebuilt = await sandbox.cli(['replay', session.id, '--apply', '--into', '../rebuilt']);
    expect(rebuilt.code).toBe(1);
    expect(rebuilt.stderr).toContain('is gone');
    expect(sandbox.exists('../rebuilt')).toBe(false);
  });

  it('whose transcript the client has deleted is told from the copy that was kept', async () => {
    const session = sessionIn(sandbox);
    session.write('a.txt', 'one\n');
    session.edit('a.txt', 'one', 'two');
    expect(archive(place().state, session.transcript)).toBe('whole');
    const before = stepsIn((await sandbox.cli(['replay', session.id, '--json'])).stdout);
    fs.rmSync(session.transcript);
    const after = stepsIn((await sandbox.cli(['replay', session.id, '--json'])).stdout);
    expect(after.steps).toEqual(before.steps);
    expect(after.end.remarks).toEqual([expect.stringContaining('the redacted copy that was kept of it')]);
    const made = await sandbox.cli(['replay', session.id, '--apply', '--into', '../rebuilt']);
    expect(made.stdout).toContain('2 edits applied to 1 file');
    expect(fs.readFileSync(path.join(sandbox.root, 'rebuilt/a.txt'), 'utf8')).toBe('two\n');
    expect(sandbox.list('.git/claude-hooks/archive/.reading')).toEqual([]);
  });

  it('that holds terminal sequences and secrets prints neither', async () => {
    const session = sessionIn(sandbox);
    const token = `ghp_${'a1B2c3D4e5F6g7H8i9J0'.repeat(2).slice(0, 36)}`;
    session.record({
      type: 'user',
      message: { role: 'user', content: `\u001b]0;owned\u0007\u202e use ${token}` },
    });
    for (const more of [[], ['--json']]) {
      const { stdout } = await sandbox.cli(['replay', 'latest', ...more], { env: { FORCE_COLOR: '1' } });
      expect(stdout).not.toContain(token);
      expect(stdout.replace(/\u001b\[\d+m/g, '')).not.toMatch(/[\u001b\u0007]/);
      if (more.length === 0) expect(stdout).not.toContain('\u202e');
    }
  });
});

describe.skipIf(!hasTmux())(
  'at a terminal (skipped where there is no tmux; scripts/get-programs.ts gets it)',
  () => {
    let terminal: Terminal;
    const start = (...args: string[]): void => {
      terminal = openTerminal(sandbox);
      const line = [process.execPath, path.join(PROJECT_ROOT, 'dist/cli.cjs'), 'replay', 'latest', ...args];
      const quoted = line.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
      // The shell tells how the terminal was left.
      fs.writeFileSync(
        path.join(sandbox.root, 'run.sh'),
        `stty -a > before\nsh -c 'echo $$ > pid; exec "$@"' sh ${quoted}\necho "code $?"\nstty -a > after\necho over\nexec cat\n`,
      );
      terminal.start(`sh '${sandbox.root.replaceAll("'", `'\\''`)}/run.sh'`);
    };
    const modesIn = (file: string): string => sandbox.read(file).replace(/rows \d+; columns \d+/, '');
    const sameAsBefore = (): void => expect(modesIn('after')).toBe(modesIn('before'));
    afterEach(() => {
      terminal.close();
    });

    function work(): void {
      const session = sessionIn(sandbox);
      session.bash('true');
      session.write('a.txt', 'one\n');
      session.edit('a.txt', 'absent', 'x');
      session.bash('echo needle');
    }

    it('goes on by keys, survives a resize, and gives the terminal back', async () => {
      work();
      start();
      await terminal.until(/prompt: do it #1\n#1 {2}space next/);
      terminal.press('Space');
      await terminal.until(/tool: Bash true #2/);
      terminal.press('d');
      await terminal.until(/edit: created a\.txt #4/);
      terminal.resize(40, 20);
      terminal.press('e');
      await terminal.until(/String to replace not found[\s\S]*\n#5/);
      terminal.press('/', 'n', 'e', 'e', 'd');
      await terminal.until(/\n\/need/);
      terminal.press('Enter');
      await terminal.until(/echo needle #6/);
      terminal.press('p');
      await terminal.until(/#6[\s\S]*Edit a\.txt #5/);
      terminal.press('n', 'n');
      await terminal.until(/this is the end/);
      terminal.press('q');
      const shown = await terminal.until(/code 0\nover/);
      expect(shown).not.toMatch(/this is the end/);
      sameAsBefore();
    });

    it.each([
      ['Ctrl-C', 'key', 0],
      ['SIGTERM', 'SIGTERM', 143],
      ['SIGINT from elsewhere', 'SIGINT', 130],
    ] as const)('gives the terminal back on %s', async (_name, how, code) => {
      work();
      start();
      await terminal.until(/space next/);
      if (how === 'key') terminal.press('C-c');
      else process.kill(Number(sandbox.read('pid')), how);
      await terminal.until(new RegExp(`code ${code}\\nover`));
      sameAsBefore();
    });
  },
);
