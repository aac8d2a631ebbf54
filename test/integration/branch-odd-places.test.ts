import * as fs from 'node:fs';
import * as path from 'node:path';
import { describe, expect, it } from 'vitest';
import { bindConversation } from '../../src/store/belonging.ts';
import { markLive } from '../../src/store/live.ts';
import { openSpool } from '../../src/store/spool.ts';
import { branchAt, branchesOf, returnAt, stateOf, treeAt } from '../support/branching.ts';
import { placeOf } from '../support/checkpoints.ts';
import { useCleanup, useIsolatedProcess } from '../support/for-the-file.ts';
import {
  type BuiltRepository,
  emptyFolder,
  makeDirty,
  plainRepository,
  runGit,
} from '../support/repositories.ts';
import { leftovers } from '../support/restore.ts';
import { PROJECT_ROOT, runProcess } from '../support/sandbox.ts';
import { errorOf, undoAt } from '../support/undo.ts';

useIsolatedProcess();
const kept = useCleanup();

/** A repository with one commit in a folder of that name. */
function repositoryIn(name: string): BuiltRepository {
  const made = kept(emptyFolder(name));
  made.git('init', '-q', '-b', 'main');
  made.write('a.txt', 'a\n');
  made.git('add', '-A');
  made.git('commit', '-q', '-m', 'Start');
  return made;
}

const plain = (): BuiltRepository => kept(plainRepository());

const openBranches = async (root: string): Promise<string[]> =>
  (await treeAt(root)).flatMap(({ children }) =>
    children.flatMap(({ branching }) => (branching?.state === 'open' ? [branching.branch] : [])),
  );

describe.each(['my project', 'prüfung', "it's", 'a[b]~c', '.hidden', '日本', 'x..y', 'end.'])(
  'in a folder called %s',
  (name) => {
    it('a session goes off in a working tree of its own and comes back', async () => {
      const main = repositoryIn(name);
      const { root, child } = await branchAt(main.root, 'fix', { worktree: true });
      expect(root).toBe(`${main.root}-fix`);
      expect(await openBranches(main.root)).toEqual(['fix']);
      expect(main.tryGit('fsck', '--strict')).toBe(true);
      const { parent, linkedKept } = await returnAt(root);
      expect([parent, linkedKept, fs.existsSync(root)]).toEqual([expect.any(String), false, false]);
      expect(child).toBeDefined();
      expect(leftovers(main.root)).toEqual([]);
    });

    it('one in a linked working tree parks its files and has them back', async () => {
      const main = repositoryIn('main');
      const linked = path.join(main.base, name);
      main.git('worktree', 'add', '-q', '-b', 'other', linked);
      fs.writeFileSync(path.join(linked, 'precious.txt'), 'p\n');
      const before = stateOf(linked);
      await branchAt(linked, 'fix');
      expect(fs.existsSync(path.join(linked, 'precious.txt'))).toBe(false);
      await returnAt(linked);
      expect(stateOf(linked)).toEqual(before);
    });
  },
);

it('a repository whose git directory lies elsewhere, and a submodule, have the parent come back', async () => {
  const apart = kept(emptyFolder('apart'));
  apart.git('init', '-q', '-b', 'main', '--separate-git-dir', path.join(apart.base, 'apart.git'));
  apart.git('commit', '-q', '--allow-empty', '-m', 'Start');
  const inner = repositoryIn('inner');
  const outer = repositoryIn('outer');
  outer.git('-c', 'protocol.file.allow=always', 'submodule', 'add', '-q', inner.root, 'lib');
  outer.git('commit', '-q', '-m', 'Add lib');
  for (const root of [apart.root, path.join(outer.root, 'lib')]) {
    const { root: linked } = await branchAt(root, 'fix', { worktree: true });
    // Not inside the repository around it.
    expect(path.dirname(linked)).toBe(root === apart.root ? apart.base : outer.base);
    expect((await returnAt(linked)).root).toBe(root);
  }
  expect(outer.git('status', '--porcelain', '--ignore-submodules=untracked')).toBe('');
});

it('files and folders that only their owner may read stay so', async () => {
  const one = plain();
  makeDirty(one);
  one.write('keys/id_rsa', 'KEY\n');
  one.write('run.sh', '#!/bin/sh\n');
  const modes: [string, number][] = [
    ['keys', 0o700],
    ['keys/id_rsa', 0o600],
    ['run.sh', 0o700],
  ];
  for (const [name, mode] of modes) fs.chmodSync(path.join(one.root, name), mode);
  const modesNow = (): [string, number][] =>
    modes.map(([name]) => [name, fs.statSync(path.join(one.root, name)).mode & 0o777]);
  await branchAt(one.root, 'one');
  expect(fs.existsSync(path.join(one.root, 'keys'))).toBe(false);
  await returnAt(one.root);
  expect(modesNow()).toEqual(modes);
  await branchAt(one.root, 'two');
  await undoAt(one.root);
  expect(modesNow()).toEqual(modes);
});

describe('files that git would give back with other bytes', () => {
  const cases: [string, (one: BuiltRepository) => void, string][] = [
    ['core.autocrlf', (one) => void one.git('config', 'core.autocrlf', 'true'), 'LF\n'],
    ['core.autocrlf=input', (one) => void one.git('config', 'core.autocrlf', 'input'), 'CRLF\r\n'],
    ['text=auto', (one) => one.write('.gitattributes', '* text=auto\n'), 'one\r\ntwo\n'],
    [
      'a filter',
      (one) => {
        one.git('config', 'filter.up.clean', 'tr a-z A-Z');
        one.write('.gitattributes', 'odd.txt filter=up\n');
      },
      'precious\n',
    ],
  ];
  it.each(cases)('by %s are named, and nothing is changed', async (_name, prepare, text) => {
    const one = plain();
    prepare(one);
    one.git('add', '-A');
    one.git('commit', '-q', '--allow-empty', '-m', 'Rules');
    one.write('odd.txt', text);
    const before = stateOf(one.root);
    const error = await errorOf(() => branchAt(one.root, 'fix'));
    expect(error).toMatchObject({ code: 'converted', kind: 'conflict' });
    expect(error.message).toContain('odd.txt');
    expect(stateOf(one.root)).toEqual(before);
    expect(Object.keys(branchesOf(one))).not.toContain('fix');
  });

  it('but those that come back as they are do not stand in the way', async () => {
    const one = plain();
    one.git('config', 'core.autocrlf', 'true');
    one.write('.gitattributes', '*.bin -text\n*.lf text eol=lf\n');
    one.git('add', '-A');
    one.git('commit', '-q', '-m', 'Rules');
    one.write('a.txt', 'with\r\nboth\r\n');
    one.write('b.lf', 'lf\n');
    one.write('c.bin', 'as\r\nit\nis');
    const before = stateOf(one.root);
    await branchAt(one.root, 'fix');
    await returnAt(one.root);
    expect(stateOf(one.root)).toEqual(before);
  });
});

it('what the parent left below .claude/ is not taken for the work of its child', async () => {
  const one = plain();
  one.write('.claude/notes.md', 'mine\n');
  await branchAt(one.root, 'one');
  const idle = await returnAt(one.root);
  expect([idle.checkpoint, idle.files]).toEqual([undefined, []]);
  await branchAt(one.root, 'two');
  one.write('.claude/notes.md', 'changed\n');
  const busy = await returnAt(one.root);
  expect([typeof busy.checkpoint, busy.files]).toEqual(['string', ['.claude/notes.md']]);
  expect(fs.readFileSync(path.join(one.root, '.claude/notes.md'), 'utf8')).toBe('mine\n');
});

it('warns of the client of the child that is still open', async () => {
  const one = plain();
  const { child } = await branchAt(one.root, 'one');
  const { state } = placeOf(one.root);
  openSpool(state);
  markLive(state, {
    session: 'of-the-child',
    pid: process.pid,
    start: undefined,
    scope: 'local',
    cwd: one.root,
    transcript: undefined,
  });
  bindConversation(state, 'of-the-child', { session: child ?? '', role: 'own', root: one.root });
  const { notes } = await returnAt(one.root);
  expect(notes.join()).toContain('still has "one" open here');
});

it('says how to go on without popping what was stashed before', async () => {
  const one = plain();
  one.write('README.md', 'stashed long ago\n');
  one.git('stash', '-q');
  await branchAt(one.root, 'one');
  one.git('commit', '-q', '--allow-empty', '-m', 'More');
  one.git('branch', '-f', 'main');
  const { notes } = await returnAt(one.root);
  expect(notes.join('\n')).toContain('git switch main');
  expect(notes.join('\n')).not.toContain('stash');
});

it('says how to reach what was committed on no branch', async () => {
  const one = plain();
  await branchAt(one.root, 'one');
  one.git('checkout', '-q', '--detach');
  one.git('commit', '-q', '--allow-empty', '-m', 'Alone');
  const head = one.git('rev-parse', '--short=12', 'HEAD').trim();
  const { notes, note } = await returnAt(one.root);
  for (const text of [notes.join(), note]) expect(text).toContain(`git branch NAME ${head}`);
});

it('a child that is given up takes its empty branch with it, and that is said', async () => {
  const one = plain();
  await branchAt(one.root, 'one');
  expect(await returnAt(one.root, { discard: true })).toMatchObject({ branch: 'one', branchGone: true });
  expect(Object.keys(branchesOf(one))).toEqual(['main']);
});

it('a linked working tree that was removed by hand can be made again and returned from', async () => {
  const one = plain();
  const { root } = await branchAt(one.root, 'one', { worktree: true });
  fs.rmSync(root, { recursive: true });
  const { hint } = await errorOf(() => returnAt(one.root));
  const [, command = ''] = /: (git worktree add .*)$/.exec(hint ?? '') ?? [];
  runGit(one.root, command.split(' ').slice(1));
  await returnAt(root);
  expect(placeOf(one.root).state).toBeDefined();
  expect(await openBranches(one.root)).toEqual([]);
});

it('prints a command that starts with the task, whatever the task is', async () => {
  const one = plain();
  const cli = path.join(PROJECT_ROOT, 'dist/cli.cjs');
  const commandFor = async (name: string, task: string): Promise<string> => {
    const args = [cli, 'session', 'branch', name, `--task=${task}`, '--worktree', '--json'];
    const run = await runProcess(process.execPath, args, {
      cwd: one.root,
      base: { ...process.env } as Record<string, string>,
    });
    return (JSON.parse(run.stdout) as { command: string }).command.replace(/^cd .* && /, '');
  };
  expect(await commandFor('one', '--dangerously-skip-permissions')).toBe(
    "claude 'Task: --dangerously-skip-permissions'",
  );
  expect(await commandFor('two', 'update')).toBe("claude 'Task: update'");
  expect(await commandFor('three', 'fix it')).toBe("claude 'fix it'");
});
