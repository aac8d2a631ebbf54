import * as path from 'node:path';
import { checkedOut } from '../../checkpoints/restore/head.ts';
import { EXACT_ENV, readTip, shortBranch } from '../../checkpoints/wip-branch.ts';
import { HooksError } from '../../errors.ts';
import {
  ensureDirectory,
  exists,
  listDirectory,
  realPath,
  removeEmptyDirectory,
  removeTree,
  renameFile,
} from '../../platform/fs.ts';
import { git } from '../../platform/git.ts';
import { visible } from '../../platform/terminal.ts';
import { acquireLock, type Lock } from '../../store/lock.ts';
import { hasMark, removeOperationFile, setMark } from '../../store/operation-files.ts';
import {
  beginOperation,
  completeOperation,
  dropOperation,
  isPending,
  type Operation,
  operationPaths,
  type StoredOperation,
} from '../../store/operations.ts';
import { locateRepository, type Repository, type StatePaths, worktreeName } from '../../store/paths.ts';
import { applySessionEffects, type SessionEffects } from '../../store/session-effects.ts';
import { moveOwnDocuments } from './own-documents.ts';
import { givePersonalFiles, removeNeedless } from './personal-files.ts';

/** What an operation of kind `branch` or `return` with a working tree of its own keeps in its `data`. */
export interface LinkedData extends Record<string, unknown> {
  how: 'linked';
  /** add: the linked working tree is made. remove: it goes. keep: it stays as it is. */
  act: 'add' | 'remove' | 'keep';
  /** Where the linked working tree is, and what git calls it. */
  path: string;
  name: string;
  /** Full name of its branch, and the commit it is at. */
  branch: string;
  head: string;
  /** add: the branch is made. remove: it goes too, where it is at that commit. */
  withBranch: boolean;
  effects: SessionEffects;
}

export interface LinkedPlace {
  /** The parent's working tree, which stays. */
  repository: Repository;
  state: StatePaths;
  /** Milliseconds since 1970. */
  now: number;
}

const MARK = 'clean';
const LOCK = 'linked-worktree';
const LOCK_WAIT_MS = 10_000;
const GIT_LIMIT_MS = 1_800_000;

/**
 * Makes or removes a linked working tree, as one operation of the journal. It is put together beside its place and comes
 * and goes by one rename; nothing in it is ever deleted that is not committed. Killed at any point, `recoverLinked`
 * completes or reverts it.
 * @throws HooksError where it could not be; then all is as before.
 */
export async function runLinked(
  place: LinkedPlace,
  entry: { kind: 'branch' | 'return'; title: string; data: LinkedData; undoes?: string; session?: string },
): Promise<Operation> {
  const lock = takeLock(place.state);
  try {
    const { operation, directory } = beginOperation(place.state, {
      ...entry,
      at: place.now,
      root: place.repository.root,
    });
    try {
      await act(place, operation, directory);
    } catch (error) {
      if (!(await isForward(place, operation, directory))) await takeBack(place, operation);
      throw error;
    }
    return operation;
  } finally {
    lock.release();
  }
}

/**
 * Completes or reverts what was cut off: the linked working tree is there whole or not at all. Safe to repeat and to be
 * killed in. @returns a sentence for a person; undefined where its owner is still at work.
 */
export async function recoverLinked(
  place: LinkedPlace,
  { operation, directory }: StoredOperation,
): Promise<string | undefined> {
  const lock = acquireLock(place.state.locks, LOCK);
  if (lock === undefined) return undefined;
  try {
    if (!isPending(place.state, operation.id)) return undefined;
    if (await isForward(place, operation, directory)) {
      await act(place, operation, directory);
      return `"${operation.title}" was cut off and is completed now.`;
    }
    await takeBack(place, operation);
    return `"${operation.title}" was cut off and is taken back: all is as before it.`;
  } finally {
    lock.release();
  }
}

export function isLinked({ data }: Operation): boolean {
  return data.how === 'linked';
}

/** The entry of an operation. @throws HooksError where it is damaged. */
export function readLinked(operation: Operation): LinkedData {
  const data = operation.data as Partial<LinkedData>;
  const texts = [data.path, data.name, data.branch, data.head];
  if (
    texts.every((text) => typeof text === 'string' && text !== '') &&
    path.basename(data.name ?? '') === data.name &&
    data.name !== '..' &&
    path.isAbsolute(data.path ?? '') &&
    /^refs\/heads\//.test(data.branch ?? '') &&
    /^[0-9a-f]{40,64}$/.test(data.head ?? '') &&
    ['add', 'remove', 'keep'].includes(data.act ?? '')
  )
    return data as LinkedData;
  throw new HooksError({
    code: 'operation-damaged',
    kind: 'failed',
    message: `The entry of operation ${operation.id} cannot be read`,
    hint: 'Nothing was changed; see git worktree list.',
  });
}

/** Whether a linked working tree of this repository lies there. */
export function isLinkedTree(repository: Repository, folder: string): boolean {
  if (!exists(folder)) return false;
  const there = locateRepository(folder);
  return (
    there.commonDir !== undefined &&
    repository.commonDir !== undefined &&
    realPath(there.root) === realPath(folder) &&
    there.gitDir !== there.commonDir &&
    realPath(there.commonDir) === realPath(repository.commonDir)
  );
}

/**
 * Files of a linked working tree that no commit holds, ignored ones among them; undefined where git cannot tell.
 * @param but names that do not count.
 */
export async function notCommitted(
  folder: string,
  but: readonly string[] = [],
): Promise<string[] | undefined> {
  const status = await git(
    [
      'status',
      '--porcelain',
      '-z',
      '--ignored=matching',
      '--untracked-files=all',
      '--ignore-submodules=none',
    ],
    { cwd: folder, timeoutMs: 120_000 },
  );
  if (status.code !== 0) return undefined;
  const others = new Set(but);
  // Of a folder that is ignored as a whole only its name is told.
  const isOther = (name: string): boolean =>
    others.has(name) ||
    (name.endsWith('/') &&
      listDirectory(path.join(folder, name)).every((one) => others.has(`${name}${one}`)));
  return status.stdout
    .split('\0')
    .map((line) => line.slice(3))
    .filter((name) => name !== '' && !isOther(name));
}

async function act(place: LinkedPlace, operation: Operation, directory: string): Promise<void> {
  const data = readLinked(operation);
  if (data.act === 'add') await add(place, operation, data);
  if (data.act === 'remove') await remove(place, operation, data, directory);
  applySessionEffects(place.state, operation);
  completeOperation(place.state, operation);
  removeOperationFile(path.join(operationPaths(place.state).done, operation.id), MARK);
}

/** Whether it can only be completed: what makes it count has happened. */
async function isForward(
  { repository }: LinkedPlace,
  operation: Operation,
  directory: string,
): Promise<boolean> {
  const data = readLinked(operation);
  if (data.act === 'keep') return true;
  if (data.act === 'remove') return hasMark(directory, MARK);
  return isLinkedTree(repository, data.path);
}

async function takeBack({ repository, state }: LinkedPlace, operation: Operation): Promise<void> {
  const data = readLinked(operation);
  const aside = asideOf(data, operation.id);
  if (data.act === 'remove') {
    // Both are kept: somebody has put something else in its place.
    if (exists(aside) && exists(data.path))
      throw inTheWay(data.path, `What was there lies in ${visible(aside)}.`);
    if (exists(aside)) renameFile(aside, data.path);
    if (exists(data.path)) await givePersonalFiles(repository.root, data.path);
    removeEmptyDirectory(path.dirname(aside));
  } else if (data.act === 'add') {
    await clearAside(repository, aside);
    if (data.withBranch) await removeBranch(repository, data);
  }
  dropOperation(state, operation.id);
}

async function add({ repository }: LinkedPlace, operation: Operation, data: LinkedData): Promise<void> {
  const { root } = repository;
  const aside = asideOf(data, operation.id);
  if (!isLinkedTree(repository, data.path)) {
    await clearAside(repository, aside);
    if (data.withBranch && (await readTip(repository, data.branch)) === undefined) {
      const zero = '0'.repeat(data.head.length);
      const words = `branch: Created from ${data.head}`;
      await run(root, ['update-ref', '--create-reflog', '-m', words, data.branch, data.head, zero]);
    }
    ensureDirectory(path.dirname(aside), 0o755);
    await run(root, ['worktree', 'add', '--quiet', aside, shortBranch(data.branch)]);
    await givePersonalFiles(root, aside);
    if (exists(data.path)) throw inTheWay(data.path);
    renameFile(aside, data.path);
  }
  // Git noted the place where it was put together.
  await run(root, ['worktree', 'repair', data.path]);
  removeEmptyDirectory(path.dirname(aside));
}

async function remove(
  { repository }: LinkedPlace,
  operation: Operation,
  data: LinkedData,
  directory: string,
): Promise<void> {
  const { root } = repository;
  const aside = asideOf(data, operation.id);
  if (!hasMark(directory, MARK)) {
    ensureDirectory(path.dirname(aside), 0o755);
    renameFile(data.path, aside);
    // What claude-hooks wrote there for people is read on where the work goes on.
    await moveOwnDocuments(aside, root);
    await removeNeedless(root, aside);
    // Looked at where nobody else finds it any more.
    const left = await notCommitted(aside);
    if (left === undefined || left.length > 0) throw notClean(data.path);
    setMark(directory, MARK);
  }
  removeTree(aside);
  removeEmptyDirectory(path.dirname(aside));
  if (!exists(data.path)) await git(['worktree', 'remove', data.path], { cwd: root, env: EXACT_ENV });
  if (data.withBranch) await removeBranch(repository, data);
}

/** Where it is put together and taken apart: a hidden folder beside its place, and in it one of the name git is to call it by. */
function asideOf(data: LinkedData, id: string): string {
  const folder = path.join(path.dirname(data.path), `.claude-hooks-${id}.tmp`);
  return path.join(folder, data.name);
}

/** Removes what a killed attempt has put together; nobody has worked there. */
async function clearAside(repository: Repository, aside: string): Promise<void> {
  removeTree(path.dirname(aside));
  // Git refuses where it knows of none, which is as good.
  await git(['worktree', 'remove', '--force', '--force', aside], { cwd: repository.root });
}

/** A branch that has moved, or is checked out, stays. */
async function removeBranch(repository: Repository, { branch, head }: LinkedData): Promise<void> {
  if ((await checkedOut(repository)).has(branch)) return;
  await git(['update-ref', '-d', branch, head], { cwd: repository.root, env: EXACT_ENV });
}

/** Whether git has no working tree of that name. */
export function isFreeWorktreeName(repository: Repository, name: string): boolean {
  const isTaken = exists(path.join(repository.commonDir ?? '', 'worktrees', name)) || name === 'main';
  return !isTaken && worktreeName(repository) !== name;
}

async function run(root: string, args: readonly string[]): Promise<void> {
  const result = await git(args, { cwd: root, env: EXACT_ENV, timeoutMs: GIT_LIMIT_MS });
  if (result.code === 0) return;
  throw new HooksError({
    code: 'worktree-failed',
    kind: 'failed',
    message: `git ${args.slice(0, 2).join(' ')} failed: ${visible(result.stderr.trim().split('\n').slice(-2).join(' '))}`,
    hint: 'Nothing was changed. See: git worktree list',
  });
}

function inTheWay(folder: string, hint = 'Try again with another name; nothing was changed.'): HooksError {
  return new HooksError({
    code: 'in-the-way',
    kind: 'conflict',
    message: `${visible(folder)} is there by now.`,
    hint,
  });
}

function notClean(folder: string): HooksError {
  return new HooksError({
    code: 'not-clean',
    kind: 'conflict',
    message: `${visible(folder)} holds files that are not committed by now.`,
    hint: 'Commit them there and return again; nothing was changed.',
  });
}

function takeLock(state: StatePaths): Lock {
  const lock = acquireLock(state.locks, LOCK, LOCK_WAIT_MS);
  if (lock !== undefined) return lock;
  throw new HooksError({
    code: 'branching-busy',
    kind: 'conflict',
    message: 'Another working tree of this repository is being made or removed.',
    hint: 'Try again when it is done.',
  });
}
