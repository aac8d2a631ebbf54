import * as fs from 'node:fs';
import * as path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { clientFolder, filesBelow, moment, sessionIn } from '../support/replay.ts';
import { makeSandbox, PROJECT_ROOT, type RunResult, type Sandbox } from '../support/sandbox.ts';
import type { FakeSession } from '../support/session.ts';

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = makeSandbox();
});
afterEach(() => {
  sandbox.cleanup();
});

const rebuilt = (): string => path.join(sandbox.root, 'rebuilt');

async function save(session: FakeSession, name: string): Promise<void> {
  await moment();
  const done = await sandbox.cli(['checkpoint', 'save', name], {
    env: { CLAUDE_CODE_SESSION_ID: session.id },
  });
  expect(done.stderr).toBe('');
  await moment();
}

function apply(...more: string[]): Promise<RunResult> {
  return sandbox.cli(['replay', 'latest', '--apply', '--into', '../rebuilt', ...more]);
}

interface Document {
  start: { kind: string };
  applied: number;
  differences: { kind: string; file: string; reason: string }[];
  remarks: string[];
}

async function applied(...more: string[]): Promise<Document> {
  const { code, stdout, stderr } = await apply('--json', ...more);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout) as Document;
}

/** What edits of every kind leave: new files, other encodings and line ends, a notebook, a sub-agent's work, large files. */
async function story(session: FakeSession): Promise<void> {
  const steps: (() => void)[] = [
    () => session.write('src/new file.ts', 'export const a = 1;\n'),
    () => session.edit('crlf.txt', 'two', 'TWO\nmore'),
    () => session.edit('wide.txt', 'two', 'TWO'),
    () => session.edit('large.txt', 'line 700\n', 'line seven hundred\n'),
    () => session.edit('tabs.txt', '\tdeep', '\t\tdeeper'),
    () => session.edit('src/new file.ts', '1', "'ü'"),
    () => session.edit('a.txt', 'x', 'y', true),
    () => session.edit('a.txt', 'absent', 'y'),
    () => session.write('run.sh', '#!/bin/sh\necho 2\n'),
    () => session.notebook('n.ipynb', (text) => text.replace('1', '2')),
    () => session.agent().edit('by-agent.txt', 'one', 'two'),
    () =>
      session.write(
        'large.txt',
        fs.readFileSync(path.join(sandbox.repo, 'large.txt'), 'utf8').replace('line 5\n', ''),
      ),
    () => session.edit('no-end.txt', 'last', 'LAST'),
    () => session.edit('a.txt', 'gone\n', ''),
  ];
  for (const step of steps) {
    await moment();
    step();
  }
  await moment();
}

function prepare(): void {
  sandbox.write('crlf.txt', 'one\r\ntwo\r\nthree\r\n');
  fs.writeFileSync(path.join(sandbox.repo, 'wide.txt'), Buffer.from('\ufeffone\r\ntwo\r\n', 'utf16le'));
  sandbox.write('large.txt', Array.from({ length: 2_000 }, (_, at) => `line ${at}\n`).join(''));
  sandbox.write('tabs.txt', 'top\n\tdeep\n');
  sandbox.write('a.txt', 'x x x\ngone\nstays\n');
  sandbox.write('run.sh', '#!/bin/sh\necho 1\n');
  fs.chmodSync(path.join(sandbox.repo, 'run.sh'), 0o755);
  sandbox.write('n.ipynb', '{"cells": [1]}\n');
  sandbox.write('by-agent.txt', 'one\n');
  sandbox.write('no-end.txt', 'first\nlast');
  fs.symlinkSync('a.txt', path.join(sandbox.repo, 'link'));
}

describe('a session whose changes are edits is made again byte for byte', () => {
  it('from its checkpoint, whatever was not committed', async () => {
    prepare();
    const session = sessionIn(sandbox);
    await save(session, 'Begin');
    await story(session);
    const before = sandbox.git('status', '--porcelain', '--branch');
    const result = await applied();
    expect(result).toMatchObject({
      start: { kind: 'checkpoint' },
      applied: 13,
      differences: [],
      remarks: [],
    });
    expect(filesBelow(rebuilt())).toEqual(filesBelow(sandbox.repo));
    expect(sandbox.git('status', '--porcelain', '--branch')).toBe(before);
  });

  it('from the commit that was checked out then, although the branch went on', async () => {
    prepare();
    sandbox.git('add', '-A');
    sandbox.git('commit', '-q', '-m', 'Before');
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    const session = sessionIn(sandbox);
    await story(session);
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    sandbox.git('add', '-A');
    sandbox.git('commit', '-q', '-m', 'After');
    const result = await applied();
    expect(result).toMatchObject({ start: { kind: 'commit' }, applied: 13, differences: [] });
    expect(filesBelow(rebuilt())).toEqual(filesBelow(sandbox.repo));
  });

  it('in a folder without git', async () => {
    sandbox.cleanup();
    sandbox = makeSandbox({ git: false });
    const session = sessionIn(sandbox);
    session.write('a/b.txt', 'one\n');
    await moment();
    session.edit('a/b.txt', 'one', 'two');
    const result = await applied();
    expect(result).toMatchObject({ start: { kind: 'nothing' }, applied: 2, differences: [] });
    expect(filesBelow(rebuilt())).toEqual(filesBelow(sandbox.repo));
  });

  it('as a real client noted it, but for what commands and a person did', async () => {
    const folder = path.join(PROJECT_ROOT, 'test/fixtures/claude-code/transcripts/file-edits');
    const files = (name: string): Record<string, string> =>
      JSON.parse(fs.readFileSync(path.join(folder, `${name}.json`), 'utf8')) as Record<string, string>;
    for (const [name, content] of Object.entries(files('before'))) {
      fs.mkdirSync(path.dirname(path.join(sandbox.repo, name)), { recursive: true });
      fs.writeFileSync(path.join(sandbox.repo, name), Buffer.from(content, 'base64'));
    }
    sandbox.git('add', '-A', '-f');
    sandbox.git('commit', '-q', '-m', 'Before', '--date=2026-11-22T12:00:00Z');
    const amend = { ...sandbox.env, GIT_COMMITTER_DATE: '2026-11-22T12:00:00Z' };
    await sandbox.run('git', ['commit', '-q', '--amend', '--no-edit'], { env: amend });
    const home = JSON.stringify(sandbox.repo).slice(1, -1);
    const copy = (from: string, to: string): void => {
      fs.mkdirSync(path.dirname(to), { recursive: true });
      fs.writeFileSync(to, fs.readFileSync(from, 'utf8').replaceAll('/repo', home));
    };
    copy(`${folder}.jsonl`, path.join(clientFolder(sandbox), 's.jsonl'));
    for (const name of fs.readdirSync(path.join(folder, 'subagents')))
      copy(path.join(folder, 'subagents', name), path.join(clientFolder(sandbox), 's/subagents', name));
    const { differences } = await applied();
    const after = files('after');
    const made = filesBelow(rebuilt());
    const wrong = Object.entries(after).filter(([name, content]) => made[name]?.split(' ')[1] !== content);
    // What the captured session did by commands, and what a person did meanwhile.
    expect(wrong.map(([name]) => name).sort()).toEqual(['bg.txt', 'subbash.txt']);
    expect(Object.keys(after).length).toBeGreaterThan(15);
    expect(differences.map(({ kind, file }) => [kind, file])).toEqual([['before', 'a.txt']]);
  });
});

describe('it is said', () => {
  it('what no edit tells of, which is then taken from the next checkpoint', async () => {
    prepare();
    sandbox.write('.gitignore', 'node_modules/\n.env\n');
    const session = sessionIn(sandbox);
    await save(session, 'Begin');
    session.write('.env', 'A=1\n');
    session.edit('a.txt', 'stays', 'stayed');
    session.bash('sed -i s/one/uno/ crlf.txt', () => sandbox.write('crlf.txt', 'uno\r\ntwo\r\nthree\r\n'));
    session.bash('rm tabs.txt', () => fs.rmSync(path.join(sandbox.repo, 'tabs.txt')));
    session.bash('make', () => sandbox.write('out/made.txt', 'made\n'));
    await save(session, 'Halfway');
    session.edit('crlf.txt', 'uno', 'UNO');
    const { differences, applied: count } = await applied();
    expect(count).toBe(3);
    expect(differences.map(({ kind, file, reason }) => [kind, file, reason.split(' ')[0]])).toEqual([
      ['unrecorded', 'crlf.txt', 'changed'],
      ['unrecorded', 'out/made.txt', 'created'],
      ['unrecorded', 'tabs.txt', 'removed'],
    ]);
    expect(filesBelow(rebuilt())).toEqual(filesBelow(sandbox.repo));
  });

  it('where an edit found something else, or cannot be applied, or would be written elsewhere', async () => {
    prepare();
    fs.mkdirSync(path.join(sandbox.root, 'outside'));
    fs.symlinkSync('../outside', path.join(sandbox.repo, 'out'));
    const session = sessionIn(sandbox);
    await save(session, 'Begin');
    sandbox.write('a.txt', 'changed by a person\n');
    session.edit('a.txt', 'person', 'PERSON');
    sandbox.write('large.txt', 'other\n'.repeat(3_000));
    session.edit('large.txt', 'other\n'.repeat(3_000), 'new\n');
    session.write('../beside.txt', 'x\n');
    session.write('out/through.txt', 'x\n');
    session.write('.git/hooks-like', 'x\n');
    fs.rmSync(path.join(sandbox.root, 'outside/through.txt'));
    fs.rmSync(path.join(sandbox.root, 'beside.txt'));
    const { stdout, code } = await apply();
    expect(code).toBe(0);
    expect(stdout).toMatch(/#\d+ a\.txt: the edit found another content, from line 1 on/);
    expect(stdout).toMatch(/#\d+ large\.txt: not applied: the text it replaces is not there/);
    expect(stdout).toMatch(/beside\.txt: not applied: it lies outside/);
    expect(stdout).toMatch(/out\/through\.txt: not applied: a link there leads out/);
    expect(stdout).toMatch(/\.git\/hooks-like: not applied: it is one of git's own/);
    expect(fs.readdirSync(path.join(sandbox.root, 'outside'))).toEqual([]);
    expect(fs.existsSync(path.join(sandbox.root, 'beside.txt'))).toBe(false);
    expect(fs.readFileSync(path.join(rebuilt(), 'a.txt'), 'utf8')).toBe('changed by a PERSON\n');
  });
});

it('leaves out and says what lies below a file, which a command had made a folder', async () => {
  sandbox.write('a', 'a file\n');
  sandbox.git('add', '-A');
  sandbox.git('commit', '-q', '-m', 'Before');
  const session = sessionIn(sandbox);
  session.bash('rm a && mkdir a', () => {
    fs.rmSync(path.join(sandbox.repo, 'a'));
    fs.mkdirSync(path.join(sandbox.repo, 'a'));
  });
  session.write('a/b', 'one\n');
  const { differences, applied: count } = await applied();
  expect(count).toBe(0);
  expect(differences).toMatchObject([
    { kind: 'not-applied', file: 'a/b', reason: 'it lies below a, which is no folder there' },
  ]);
  const bisected = await sandbox.cli(['replay', 'bisect', 'latest', '--run', 'true', '--json']);
  expect([bisected.code, bisected.stderr]).toEqual([1, expect.not.stringContaining('ENOTDIR')]);
  await save(session, 'Later');
  sandbox.git('worktree', 'remove', '--force', rebuilt());
  await applied();
  expect(filesBelow(rebuilt())).toEqual(filesBelow(sandbox.repo));
});

it('takes the half-done folder away where it cannot go on', async () => {
  const session = sessionIn(sandbox);
  await save(session, 'Begin');
  session.write('b.txt', 'one\n');
  await save(session, 'Later');
  const fail = path.join(sandbox.root, 'bin/git');
  const real = (await sandbox.run('sh', ['-c', 'command -v git'])).stdout.trim();
  fs.mkdirSync(path.dirname(fail), { recursive: true });
  fs.writeFileSync(fail, `#!/bin/sh\ncase "$*" in *diff-tree*) exit 128;; esac\nexec ${real} "$@"\n`, {
    mode: 0o755,
  });
  const { code } = await sandbox.cli(['replay', 'latest', '--apply', '--into', '../rebuilt'], {
    env: { PATH: `${path.dirname(fail)}:${process.env.PATH}` },
  });
  expect(code).toBe(1);
  expect(fs.existsSync(rebuilt())).toBe(false);
  expect(sandbox.git('worktree', 'list', '--porcelain').match(/^worktree /gm)).toHaveLength(1);
});

it('stops after the step that is named', async () => {
  sandbox.write('a.txt', '0\n');
  const session = sessionIn(sandbox);
  await save(session, 'Begin');
  for (let at = 0; at < 5; at += 1) {
    session.edit('a.txt', String(at), String(at + 1));
    await moment();
  }
  // prompt, checkpoint, then call and edit by turns.
  expect((await applied('--to', '6')).applied).toBe(2);
  expect(fs.readFileSync(path.join(rebuilt(), 'a.txt'), 'utf8')).toBe('2\n');
  sandbox.git('worktree', 'remove', '--force', rebuilt());
  expect((await applied('--to', '7')).applied).toBe(2);
  sandbox.git('worktree', 'remove', '--force', rebuilt());
  expect((await apply('--to', '700')).code).toBe(2);
  expect(fs.existsSync(rebuilt())).toBe(false);
});

it('is not done together with a page', async () => {
  sessionIn(sandbox).write('a.txt', 'one\n');
  const answer = await apply('--html', 'page.html');
  expect([answer.code, answer.stderr]).toEqual([2, expect.stringContaining('exclude each other')]);
  expect(fs.existsSync(rebuilt())).toBe(false);
});

it('is refused where something is, or where the person works', async () => {
  const session = sessionIn(sandbox);
  session.write('a.txt', 'one\n');
  fs.mkdirSync(path.join(sandbox.root, 'full'));
  fs.writeFileSync(path.join(sandbox.root, 'full/x'), '');
  sandbox.git('worktree', 'add', '-q', '../linked');
  fs.symlinkSync(sandbox.repo, path.join(sandbox.root, 'alias'));
  const before = filesBelow(sandbox.repo);
  for (const into of ['.', 'sub', '.git/x', '../full', '../full/x', '../linked/sub', '../alias/sub']) {
    const answer = await sandbox.cli(['replay', 'latest', '--apply', '--into', into]);
    expect([into, answer.code]).toEqual([into, 5]);
  }
  expect(filesBelow(sandbox.repo)).toEqual(before);
});
