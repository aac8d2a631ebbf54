import { recoverRestore } from '../checkpoints/restore/recover.ts';
import { messageOf } from '../errors.ts';
import {
  type OperationKind,
  oddEntries,
  operationPaths,
  pendingOperations,
  type StoredOperation,
  setAside,
} from '../store/operations.ts';
import { recoverBranching } from './branching/recover.ts';
import { isSamePlace } from './operation-place.ts';
import type { RecoverPlace } from './recover.ts';
import { recoverInstall } from './recover-install.ts';
import { recoverPrune } from './recover-prune.ts';
import { recoverBranchMove } from './wip.ts';

/**
 * Completes or reverts one operation that was cut off, safe to repeat and to be killed in.
 * @returns a sentence for a person; undefined where its owner is still at work.
 */
type Recoverer = (place: RecoverPlace, stored: StoredOperation) => Promise<string | undefined>;

/** What knows how to mend each kind of operation. */
const RECOVERERS: Partial<Record<OperationKind, Recoverer>> = {
  restore: ({ state, now }, stored) => recoverRestore({ state, now: now() }, stored),
  install: recoverInstall,
  prune: recoverPrune,
  commit: recoverBranchMove,
  squash: recoverBranchMove,
  branch: recoverBranching,
  return: recoverBranching,
};

/** All that is pending, the oldest first. See `recoverInterrupted`. */
export async function recoverPending(place: RecoverPlace): Promise<string[]> {
  const said: string[] = [];
  try {
    said.push(...reportOdd(place));
    for (const stored of pendingOperations(place.state)) {
      const sentence = await recoverOne(place, stored);
      if (sentence !== undefined) said.push(sentence);
    }
  } catch (error) {
    said.push(`The journal of operations of ${place.state.root} cannot be read: ${messageOf(error)}.`);
  }
  return said;
}

async function recoverOne(place: RecoverPlace, stored: StoredOperation): Promise<string | undefined> {
  const { id, kind, title, root } = stored.operation;
  const recover = RECOVERERS[kind];
  if (recover === undefined) {
    return `"${title}" was cut off and waits in ${stored.directory}: this version of claude-hooks does not know how to mend it. Run a command of the version that began it.`;
  }
  if (!isSamePlace(place, root)) {
    return `"${title}" was cut off, but ${root} is no working tree of this repository any more, so it is left as it is in ${stored.directory}.`;
  }
  try {
    return await recover(place, stored);
  } catch (error) {
    return `"${title}" (${id}) was cut off and could not be mended yet: ${messageOf(error)}. Remove the cause; the next command of claude-hooks tries again.`;
  }
}

/** Damaged entries are kept aside, so that they are said once; those of a newer version stay for it. */
function reportOdd(place: RecoverPlace): string[] {
  const { damaged, newer } = oddEntries(operationPaths(place.state).pending);
  return [
    ...damaged.flatMap((directory) => {
      const kept = setAside(place.state, directory);
      if (kept === undefined) return [];
      return [
        `An operation was cut off and its entry in the journal cannot be read. Look at your files; what it had put aside lies in ${kept}.`,
      ];
    }),
    ...newer.map(
      (directory) =>
        `An operation of a newer version of claude-hooks was cut off. Run a command of that version; it waits in ${directory}.`,
    ),
  ];
}
