import * as fs from 'node:fs';
import * as path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { copyIndex, placeTree } from '../../src/checkpoints/wip-index.ts';
import { recoverBranchMove } from '../../src/flows/wip.ts';
import { acquireLock } from '../../src/store/lock.ts';
import { beginOperation, doneOperations, pendingOperations } from '../../src/store/operations.ts';
import { placeOf } from '../support/checkpoints.ts';
import { useIsolatedProcess } from '../support/for-the-file.ts';
import { type BuiltRepository, plainRepository } from '../support/repositories.ts';

// What a move leaves at each of its steps, made by hand, and what the next command makes of it.

let built: BuiltRepository;
let parent: string;
let commit: string;
useIsolatedProcess();
beforeEach(() => {
  built = plainRepository();
  parent = built.git('rev-parse', 'HEAD').trim();
  // A commit beside the branch, with a file the working tree has too.
  built.write('new.txt', 'new\n');
  built.git('add', 'new.txt');
  const tree = built.git('write-tree').trim();
  built.git('reset', '-q');
  commit = built.git('commit-tree', '-p', parent, '-m', 'WIP: x', tree).trim();
});
afterEach(() => built.cleanup());

const lock = (): string => path.join(built.root, '.git/index.lock');
const tree = (name: string): string => built.git('rev-parse', `${name}^{tree}`).trim();

/** Announces the move, its index prepared. @returns the prepared index. */
async function announce(): Promise<string> {
  const { repository, state } = placeOf(built.root);
  fs.mkdirSync(state.indexes, { recursive: true });
  const prepared = await copyIndex({ repository, state, now: 1 });
  await placeTree(repository, prepared.index, tree(commit));
  const { directory } = beginOperation(
    state,
    {
      kind: 'commit',
      title: 'WIP commit',
      at: 1,
      root: built.root,
      data: {
        branch: 'refs/heads/main',
        from: parent,
        to: commit,
        fromTree: tree(parent),
        toTree: tree(commit),
        seed: prepared.seed,
        reflog: 'commit: WIP: x',
      },
    },
    (folder) => fs.renameSync(prepared.index.file, path.join(folder, 'index')),
  );
  return path.join(directory, 'index');
}

/** The next command. @returns what it said, whether the branch has moved, what git says of the files, what is left. */
async function recover(): Promise<{
  said: string | undefined;
  moved: boolean;
  status: string;
  done: number;
}> {
  const { state } = placeOf(built.root);
  const [stored] = pendingOperations(state);
  if (stored === undefined) throw new Error('nothing is pending');
  const said = await recoverBranchMove({ state, now: Date.now }, stored);
  expect(await recoverBranchMove({ state, now: Date.now }, stored)).toBeUndefined();
  expect([pendingOperations(state), fs.existsSync(lock())]).toEqual([[], false]);
  const status = built.git('status', '--porcelain');
  return {
    said,
    moved: built.git('rev-parse', 'HEAD').trim() === commit,
    status,
    done: doneOperations(state).length,
  };
}

const OLD = { moved: false, status: '?? new.txt\n', done: 0 };
const NEW = { moved: true, status: '', done: 1 };

it('before the lock was taken: nothing happened', async () => {
  await announce();
  expect(await recover()).toEqual({ ...OLD, said: undefined });
});

it('with the lock, before the branch moved: it is completed, because its git may still be at work', async () => {
  fs.linkSync(await announce(), lock());
  expect(await recover()).toEqual({ ...NEW, said: expect.stringContaining('completed') });
});

it('with the lock, after the branch moved: the index follows', async () => {
  fs.linkSync(await announce(), lock());
  built.git('update-ref', 'refs/heads/main', commit);
  expect(await recover()).toEqual({ ...NEW, said: expect.stringContaining('completed') });
});

it('with the lock on an index that is another one: it is taken back', async () => {
  fs.linkSync(await announce(), lock());
  fs.appendFileSync(path.join(built.root, '.git/info/exclude'), '# changed\n');
  expect(await recover()).toEqual({ ...OLD, said: expect.stringContaining('taken back') });
});

it('with the lock, where the branch went elsewhere: it is taken back', async () => {
  fs.linkSync(await announce(), lock());
  built.git('update-ref', 'refs/heads/main', `${parent}^`);
  const { said, moved, done } = await recover();
  expect([said, moved, done, built.git('rev-parse', 'HEAD').trim()]).toEqual([
    expect.stringContaining('taken back'),
    false,
    0,
    built.git('rev-parse', `${parent}^`).trim(),
  ]);
});

it('after the branch moved, the lock removed by hand: the index follows where it is as before', async () => {
  await announce();
  built.git('update-ref', 'refs/heads/main', commit);
  expect(await recover()).toEqual({ ...NEW, said: expect.stringContaining('completed') });
});

it('after the branch moved, something staged meanwhile: the index is left to the person', async () => {
  await announce();
  built.git('update-ref', 'refs/heads/main', commit);
  built.write('README.md', 'mine\n');
  built.git('add', 'README.md');
  const { said, status } = await recover();
  expect([said, status]).toEqual([
    expect.stringContaining('look at git status'),
    'M  README.md\nD  new.txt\n?? new.txt\n',
  ]);
});

it('after all of it: it is only noted as done, also where the branch went on', async () => {
  const index = await announce();
  built.git('update-ref', 'refs/heads/main', commit);
  fs.copyFileSync(index, path.join(built.root, '.git/index'));
  built.git('commit', '-q', '--allow-empty', '-m', 'Mine');
  expect(await recover()).toEqual({
    said: expect.stringContaining('completed'),
    moved: false,
    status: '',
    done: 1,
  });
});

it('leaves it alone while its owner, or anyone else, is at work in the working tree', async () => {
  await announce();
  const { state } = placeOf(built.root);
  const held = acquireLock(state.locks, 'checkpoint-main');
  const [stored] = pendingOperations(state);
  if (stored === undefined || held === undefined) throw new Error('not set up');
  expect(await recoverBranchMove({ state, now: Date.now }, stored)).toBeUndefined();
  expect(pendingOperations(state)).toHaveLength(1);
  held.release();
  expect(await recover()).toEqual({ ...OLD, said: undefined });
});
