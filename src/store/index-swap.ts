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
  return holdIndex(repository, index, seed) && finishSwap(index);
}

/**
 * The first half of a swap: takes git's lock of the person's index, with the prepared index as its content, so that no
 * other git can change it until `finishSwap` or `releaseIndex`. @returns false as `swapIndex` does.
 */
export function holdIndex(repository: Repository, index: PrivateIndex, seed: string): boolean {
  const lock = `${index.userIndex}.lock`;
  const mode = statIfExists(index.userIndex)?.mode;
  if (mode !== undefined) setMode(index.file, mode & 0o777);
  for (const deadline = Date.now() + WAIT_MS; !linkExclusive(index.file, lock); sleepSync(20)) {
    if (Date.now() >= deadline) return false;
  }
  if (seedMark(repository, index) === seed) return true;
  removeFile(lock);
  return false;
}

/** Whether the lock of the person's index is the one this prepared index took. */
export function isIndexHeld(index: PrivateIndex): boolean {
  return isSameFile(index.file, `${index.userIndex}.lock`);
}

/** The second half of a swap, also of one that was cut off before it. @returns whether there was one to finish. */
export function finishSwap(index: PrivateIndex): boolean {
  if (!isIndexHeld(index)) return false;
  const lock = `${index.userIndex}.lock`;
  renameFile(lock, index.userIndex);
  // Renaming one name of a file over another name of it does nothing.
  if (statIfExists(lock) !== undefined) removeFile(lock);
  return true;
}

/** Gives the lock back without changing the person's index; a lock of somebody else stays. */
export function releaseIndex(index: PrivateIndex): void {
  if (isIndexHeld(index)) removeFile(`${index.userIndex}.lock`);
}
