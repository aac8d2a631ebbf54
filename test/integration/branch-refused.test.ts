import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { HooksError } from '../../src/errors.ts';
import { refuseParked } from '../../src/flows/branching/parked.ts';
import { markLive } from '../../src/store/live.ts';
import { openSpool } from '../../src/store/spool.ts';
import { branchAt, branchesOf, returnAt, stateOf } from '../support/branching.ts';
import { placeOf, saved } from '../support/checkpoints.ts';
import { useIsolatedProcess } from '../support/for-the-file.ts';
import {
  at,
  type BuiltRepository,
  emptyFolder,
  makeDirty,
  plainRepository,
  runGit,
} from '../support/repositories.ts';
import { divergedRepository, submoduleRepository } from '../support/repository-states.ts';
import { errorOf } from '../support/undo.ts';

useIsolatedProcess();

/** Nothing changes, and the reason and what to do about it are said. */
async function refused(built: BuiltRepository, work: () => Promise<unknown>): Promise<HooksError> {
  const before = { ...stateOf(built.root), branches: branchesOf(built) };
  const error = await errorOf(work);
  expect({ ...stateOf(built.root), branches: branchesOf(built) }).toEqual(before);
  expect(error.hint).toBeTruthy();
  return error;
}

function conflicted(...words: string[]): BuiltRepository {
  const built = divergedRepository();
  expect(built.tryGit(...words)).toBe(false);
  return built;
}

describe('branching is refused', () => {
  it.each([
    ['a merge', ['merge', 'other'], 'MERGE_HEAD'],
    ['a rebase', ['rebase', 'other'], 'rebase-merge'],
    ['a cherry-pick', ['cherry-pick', 'other'], 'CHERRY_PICK_HEAD'],
  ])('in the middle of %s', async (_name, words, busy) => {
    const built = conflicted(...words);
    const error = await refused(built, () => branchAt(built.root, 'urgent'));
    expect(error.message).toContain(busy);
    expect(
      (await refused(built, () => branchAt(built.root, 'urgent', { worktree: true }))).message,
    ).toContain(busy);
    built.cleanup();
  });

  it('in the middle of a bisect, and with unmerged paths of no operation', async () => {
    const built = plainRepository();
    built.git('bisect', 'start');
    expect((await refused(built, () => branchAt(built.root, 'urgent'))).message).toContain('BISECT_LOG');
    built.cleanup();
    const stashed = plainRepository();
    stashed.write('conflict.txt', 'stashed\n');
    stashed.git('stash', '-q');
    stashed.write('conflict.txt', 'ours\n');
    stashed.git('commit', '-q', '-am', 'Ours');
    stashed.tryGit('stash', 'pop');
    expect((await refused(stashed, () => branchAt(stashed.root, 'urgent'))).message).toContain(
      'unmerged: conflict.txt',
    );
    stashed.cleanup();
  });

  it('without a commit, outside git, and in a bare repository', async () => {
    const built = emptyFolder();
    built.git('init', '-q', '-b', 'main');
    expect((await errorOf(() => branchAt(built.root, 'urgent'))).message).toContain('no commit yet');
    built.cleanup();
    const plain = emptyFolder();
    expect((await errorOf(() => branchAt(plain.root, 'urgent'))).message).toContain(
      'not in a git repository',
    );
    const bare = path.join(plain.base, 'bare.git');
    runGit(plain.base, ['init', '-q', '--bare', bare]);
    expect((await errorOf(() => branchAt(bare, 'urgent'))).message).toContain('bare');
    plain.cleanup();
  });

  it.each([['-x'], ['a..b'], ['a b'], ['@{-1}'], ['HEAD'], ['x.lock'], [''], ['/a'], ['a\u0007']])(
    'with the name %j',
    async (name) => {
      const built = plainRepository();
      const error = await refused(built, () => branchAt(built.root, name));
      expect([error.code, error.kind]).toEqual(['branch-name', 'usage']);
      built.cleanup();
    },
  );

  it('where a branch of that name, above or below it is there', async () => {
    const built = plainRepository();
    built.git('branch', 'fix/login');
    for (const name of ['fix/login', 'fix', 'fix/login/more'])
      expect((await refused(built, () => branchAt(built.root, name))).code, name).toBe('branch-taken');
    built.git('config', 'core.ignorecase', 'true');
    expect((await refused(built, () => branchAt(built.root, 'Fix/Login'))).code).toBe('branch-taken');
    built.cleanup();
  });

  it('where no checkpoint would hold everything, with the names', async () => {
    const built = plainRepository();
    built.write('.claude/config.json', JSON.stringify({ checkpoints: { maxFileSize: '1kB' } }));
    built.write('huge.bin', Buffer.alloc(4096, 1));
    fs.mkdirSync(path.join(built.root, 'nested'));
    const nested = at(built.base, path.join(built.root, 'nested'));
    nested.git('init', '-q');
    nested.write('own.txt', 'own\n');
    nested.git('add', '-A');
    nested.git('commit', '-q', '-m', 'Own');
    const error = await refused(built, () => branchAt(built.root, 'urgent'));
    expect(error.code).toBe('not-held');
    expect(error.message).toContain('nested');
    built.cleanup();
  });

  it('where a submodule holds changes, but not in a working tree of its own', async () => {
    const built = submoduleRepository();
    built.write('lib/lib.txt', 'changed\n');
    const error = await refused(built, () => branchAt(built.root, 'urgent'));
    expect(error.message).toContain('lib');
    const before = stateOf(built.root);
    const { root } = await branchAt(built.root, 'urgent', { worktree: true });
    expect(fs.existsSync(path.join(root, 'README.md'))).toBe(true);
    expect(stateOf(built.root)).toEqual(before);
    built.cleanup();
  });

  it('while the client of another session is open here', async () => {
    const built = plainRepository();
    makeDirty(built);
    const { state } = placeOf(built.root);
    await branchAt(built.root, 'one');
    openSpool(state);
    const other = spawn('sleep', ['60']);
    markLive(state, {
      session: 'stranger',
      pid: other.pid ?? 0,
      start: undefined,
      scope: 'local',
      cwd: built.root,
      transcript: undefined,
    });
    for (const work of [() => branchAt(built.root, 'two'), () => returnAt(built.root)]) {
      const error = await refused(built, work);
      expect([error.code, error.message]).toEqual(['session-open', expect.stringContaining('stranger')]);
    }
    other.kill();
    built.cleanup();
  });
});

describe('returning is refused', () => {
  it('where nothing branched off', async () => {
    const built = plainRepository();
    expect((await refused(built, () => returnAt(built.root))).code).toBe('nothing-to-return');
    built.cleanup();
  });

  it('where a file that git ignores stands in the way of one that comes back', async () => {
    const built = plainRepository();
    built.write('kept.log', 'mine\n');
    built.git('add', '-f', 'kept.log');
    await branchAt(built.root, 'urgent');
    built.write('kept.log', 'of a program\n');
    const error = await refused(built, () => returnAt(built.root));
    expect([error.code, error.message]).toEqual(['in-the-way', expect.stringContaining('kept.log')]);
    fs.rmSync(path.join(built.root, 'kept.log'));
    await returnAt(built.root);
    expect(fs.readFileSync(path.join(built.root, 'kept.log'), 'utf8')).toBe('mine\n');
    built.cleanup();
  });

  it('where the child made a repository of its own, which no checkpoint holds', async () => {
    const built = plainRepository();
    await branchAt(built.root, 'urgent');
    fs.mkdirSync(path.join(built.root, 'nested'));
    const nested = at(built.base, path.join(built.root, 'nested'));
    nested.git('init', '-q');
    nested.write('own.txt', 'own\n');
    nested.git('add', '-A');
    nested.git('commit', '-q', '-m', 'Own');
    expect((await refused(built, () => returnAt(built.root))).code).toBe('not-held');
    await returnAt(built.root, { discard: true });
    expect(fs.readFileSync(path.join(built.root, 'nested/own.txt'), 'utf8')).toBe('own\n');
    built.cleanup();
  });

  it('where the parked checkpoint is gone for good', async () => {
    const built = plainRepository();
    makeDirty(built);
    const { checkpoint, operation } = await branchAt(built.root, 'urgent');
    built.git('update-ref', '-d', `refs/claude-hooks/checkpoints/${checkpoint?.id}`);
    // The operation keeps it, so that it still can be returned to.
    built.git('gc', '-q', '--prune=now');
    await saved(built.root, { name: 'meanwhile' });
    built.git('update-ref', '-d', `refs/claude-hooks/operations/${operation}`);
    built.git('reflog', 'expire', '--expire=now', '--all');
    fs.rmSync(placeOf(built.root).state.indexes, { recursive: true });
    built.git('gc', '-q', '--prune=now');
    expect((await refused(built, () => returnAt(built.root))).code).toBe('checkpoint-gone');
    built.cleanup();
  });
});

describe('uninstalling with all data is refused', () => {
  it('while it would take parked files along', async () => {
    const built = plainRepository();
    makeDirty(built);
    const before = stateOf(built.root);
    await branchAt(built.root, 'urgent');
    const { state } = placeOf(built.root);
    expect(() => refuseParked(state)).toThrow(/would be lost/);
    await returnAt(built.root);
    expect(stateOf(built.root)).toEqual(before);
    expect(() => refuseParked(state)).not.toThrow();
    built.cleanup();
  });
});
