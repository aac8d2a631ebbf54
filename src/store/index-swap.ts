import { sleepSync } from '../platform/clock.ts';
import { isSameFile, linkExclusive, removeFile, renameFile, setMode, statIfExists } from '../platform/fs.ts';
import type { Repository } from './paths.ts';
import { type PrivateIndex, seedMark } from './private-index.ts';

const WAIT_MS = 1_000;

/**
 * Puts a prepared index in place of the person's, under git's own lock, as git does it: the person's index is the old
 * or the new one at every moment. @returns false, with nothing changed, where the person's index is no longer the one
 * that was copied (`seed`), or where another git holds its lock for longer than a second.
 */
export function swapIndex(repository: Repository, index: PrivateIndex, seed: string): boolean {
  const lock = `${index.userIndex}.lock`;
  const mode = statIfExists(index.userIndex)?.mode;
  if (mode !== undefined) setMode(index.file, mode & 0o777);
  for (const deadline = Date.now() + WAIT_MS; !linkExclusive(index.file, lock); sleepSync(20)) {
    if (Date.now() >= deadline) return false;
  }
  if (seedMark(repository, index) !== seed) {
    removeFile(lock);
    return false;
  }
  renameFile(lock, index.userIndex);
  // Renaming one name of a file over another name of it does nothing.
  if (statIfExists(lock) !== undefined) removeFile(lock);
  return true;
}

/** Finishes a swap that was cut off between taking the lock and the rename. @returns whether there was one. */
export function finishSwap(index: PrivateIndex): boolean {
  const lock = `${index.userIndex}.lock`;
  if (!isSameFile(index.file, lock)) return false;
  renameFile(lock, index.userIndex);
  return true;
}
