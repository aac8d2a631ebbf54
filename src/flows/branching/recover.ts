import { recoverRestore } from '../../checkpoints/restore/recover.ts';
import type { StoredOperation } from '../../store/operations.ts';
import { locateRepository } from '../../store/paths.ts';
import type { RecoverPlace } from '../recover.ts';
import { isLinked, recoverLinked } from './linked.ts';

/**
 * Completes a branch or a return that was cut off, or takes it back: files, staging, HEAD and what the sessions' journals
 * say agree afterwards. @returns a sentence for a person; undefined where its owner is still at work.
 */
export function recoverBranching(
  { state, now }: RecoverPlace,
  stored: StoredOperation,
): Promise<string | undefined> {
  if (!isLinked(stored.operation)) return recoverRestore({ state, now: now() }, stored);
  const repository = locateRepository(stored.operation.root);
  return recoverLinked({ repository, state, now: now() }, stored);
}
