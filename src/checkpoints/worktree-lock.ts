import { HooksError } from '../errors.ts';
import { monotonicMs, sleep, systemClock } from '../platform/clock.ts';
import { ensureDirectory, listDirectory } from '../platform/fs.ts';
import { acquireLock, type Lock } from '../store/lock.ts';
import { operationPaths } from '../store/operations.ts';
import { type Repository, type StatePaths, worktreeName } from '../store/paths.ts';
import { clearIndexLeftovers, type PrivateIndex, privateIndexOf } from '../store/private-index.ts';

const LOCK_WAIT_MS = 30_000;

/**
 * Runs `work` as the only one that reads this working tree into objects or writes it. A restore of it that was cut off
 * is completed or reverted first.
 * @throws HooksError `checkpoint-busy` after 30 s; whatever keeps a cut-off restore from being mended.
 */
export async function withWorktreeLock<T>(
  place: { repository: Repository; state: StatePaths },
  work: (index: PrivateIndex) => Promise<T>,
): Promise<T> {
  const { repository, state } = place;
  const index = privateIndexOf(repository, state);
  ensureDirectory(state.indexes);
  const lock = await waitForLock(state.locks, worktreeLockName(repository));
  try {
    clearIndexLeftovers(index);
    if (listDirectory(operationPaths(state).pending).length > 0) {
      const { recoverHeld } = await import('./restore/recover.ts');
      await recoverHeld(place, systemClock());
    }
    return await work(index);
  } finally {
    lock.release();
  }
}

/** The name of the lock that guards a working tree. */
export function worktreeLockName(repository: Repository): string {
  return `checkpoint-${worktreeName(repository)}`;
}

async function waitForLock(directory: string, name: string): Promise<Lock> {
  const deadline = monotonicMs() + LOCK_WAIT_MS;
  for (;;) {
    const lock = acquireLock(directory, name);
    if (lock !== undefined) return lock;
    if (monotonicMs() > deadline) {
      throw new HooksError({
        code: 'checkpoint-busy',
        kind: 'failed',
        message: `another checkpoint of this working tree has been running for ${LOCK_WAIT_MS / 1000} s`,
        hint: 'Try again when it is done; claude-hooks doctor shows who holds the lock.',
      });
    }
    await sleep(10);
  }
}
