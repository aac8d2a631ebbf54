import { acquireLock } from '../../store/lock.ts';
import type { StatePaths } from '../../store/paths.ts';
import { refusal } from './refuse.ts';

const LOCK = 'branching';
const WAIT_MS = 2_000;

/** Runs `work` as the only one in this repository that branches or returns. @throws HooksError after two seconds. */
export async function withBranching<T>(state: StatePaths, work: () => Promise<T>): Promise<T> {
  const lock = acquireLock(state.locks, LOCK, WAIT_MS);
  if (lock === undefined)
    throw refusal(
      'Another session of this repository is being branched or returned at this moment.',
      'Try again when it is done.',
      'branching-busy',
    );
  try {
    return await work();
  } finally {
    lock.release();
  }
}
