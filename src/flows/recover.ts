import { systemCode } from '../errors.ts';
import type { Clock } from '../platform/clock.ts';
import { listDirectory } from '../platform/fs.ts';
import { operationPaths } from '../store/operation-entry.ts';
import type { Repository, StatePaths, UserPaths } from '../store/paths.ts';

export interface RecoverPlace {
  repository: Repository;
  state: StatePaths;
  user: UserPaths;
  now: Clock;
}

/**
 * Completes or takes back what an earlier command was killed in, so that nothing of the person's is ever half changed.
 * Costs the reading of one folder where nothing is pending. What a living process works on is left to it.
 * Never rejects: what cannot be mended yet stays pending and is said.
 * @returns sentences for the person; none where there was nothing to do.
 */
export async function recoverInterrupted(place: RecoverPlace): Promise<string[]> {
  if (!isAnythingPending(place.state)) return [];
  const { recoverPending } = await import('./recover-pending.ts');
  return recoverPending(place);
}

function isAnythingPending(state: StatePaths): boolean {
  try {
    return listDirectory(operationPaths(state).pending).length > 0;
  } catch (error) {
    // No permission to look: whoever may do something here has it.
    if (systemCode(error) === undefined) throw error;
    return false;
  }
}
