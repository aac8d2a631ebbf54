import { completeOperation, isPending, type StoredOperation } from '../store/operations.ts';
import { carryOut, tryPruneLock } from './prune-operation.ts';
import type { RecoverPlace } from './recover.ts';

/**
 * Brings a prune that was cut off to its end. Not back: a git it had started may still be removing references, and what
 * is complete can be undone. @returns undefined where its owner is at work.
 */
export function recoverPrune(place: RecoverPlace, stored: StoredOperation): Promise<string | undefined> {
  const { operation } = stored;
  return tryPruneLock(place.state, async () => {
    if (!isPending(place.state, operation.id)) return undefined;
    const notes = await carryOut(place, operation);
    completeOperation(place.state, operation);
    const rest = notes.length === 0 ? '' : ` ${notes.join(' ')}`;
    return `"${operation.title}" was cut off, and is complete now. claude-hooks undo takes it back.${rest}`;
  });
}
