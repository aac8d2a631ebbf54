import * as path from 'node:path';
import { randomHex } from '../platform/digest.ts';
import { exists, listDirectory, removeFile } from '../platform/fs.ts';
import { git, gitOrThrow } from '../platform/git.ts';
import { type Repository, type StatePaths, worktreeName } from '../store/paths.ts';
import { type PrivateIndex, seedPrivateIndex } from '../store/private-index.ts';
import { EXACT_ENV } from './wip-branch.ts';

export interface MovePlace {
  repository: Repository;
  state: StatePaths;
  /** Milliseconds since 1970. */
  now: number;
}

/** A copy of the person's index that is being brought to what it is to become. */
export interface PreparedIndex {
  index: PrivateIndex;
  /** Mark of what was copied. */
  seed: string;
  /** The tree of what was staged; undefined where paths are unmerged. */
  stagedTree: string | undefined;
}

const TIME_LIMIT_MS = 60_000;

/** Copies the person's index. Call it only while holding the worktree's lock. */
export async function copyIndex({ repository, state }: MovePlace): Promise<PreparedIndex> {
  const prefix = `move-${worktreeName(repository)}-`;
  // What a killed process left; its gits may still write there, so each copy has a name of its own.
  for (const name of listDirectory(state.indexes))
    if (name.startsWith(prefix)) removeFile(path.join(state.indexes, name));
  const index: PrivateIndex = {
    file: path.join(state.indexes, `${prefix}${randomHex(4)}`),
    userIndex: path.join(repository.gitDir ?? '', 'index'),
    recordFile: '',
  };
  const seed = seedPrivateIndex(repository, index);
  if (!exists(index.file)) await onIndex(repository, index, ['read-tree', '--empty']);
  const tree = await git(['write-tree'], optionsFor(repository, index));
  return { index, seed, stagedTree: tree.code === 0 ? tree.stdout.trim() : undefined };
}

/** Removes a copy that is not needed any more. */
export function discardIndex({ index }: PreparedIndex): void {
  removeFile(index.file);
  removeFile(`${index.file}.lock`);
}

/**
 * Makes the copy hold a tree. What did not change keeps what git knows of the files on disk; what did is read again,
 * so that the next `git status` need not. Files hidden by a sparse checkout stay hidden.
 * @throws HooksError where a filter that the attributes ask for fails.
 */
export async function placeTree(repository: Repository, index: PrivateIndex, tree: string): Promise<void> {
  await readTree(repository, index, tree);
  await refresh(repository, index);
}

/** The first half of `placeTree`. */
export async function readTree(repository: Repository, index: PrivateIndex, tree: string): Promise<void> {
  await onIndex(repository, index, ['read-tree', '--reset', '--no-sparse-checkout', tree]);
}

/** The second half of `placeTree`. @throws HooksError where a filter fails. */
export async function refresh(repository: Repository, index: PrivateIndex): Promise<void> {
  await onIndex(repository, index, ['update-index', '-q', '--refresh']);
}

/** Runs git on the copy. @throws HooksError where it fails. */
export function onIndex(
  repository: Repository,
  index: PrivateIndex,
  args: readonly string[],
  input?: Uint8Array,
): Promise<string> {
  return gitOrThrow(args, { ...optionsFor(repository, index), ...(input === undefined ? {} : { input }) });
}

function optionsFor(
  repository: Repository,
  index: PrivateIndex,
): { cwd: string; env: Record<string, string>; timeoutMs: number } {
  return {
    cwd: repository.root,
    env: { ...EXACT_ENV, GIT_INDEX_FILE: index.file },
    timeoutMs: TIME_LIMIT_MS,
  };
}
