import type { RestoreResult } from '../checkpoints/restore/types.ts';
import { undoRestore } from '../checkpoints/restore/undo.ts';
import { LEFT_WORDS } from '../checkpoints/restore/words.ts';
import type { StoredOperation } from '../store/operations.ts';
import { restorePlaceOf } from './restore.ts';
import type { UndoKind, UndoPreview } from './undo-kind.ts';
import type { Workplace } from './workplace.ts';

/** Files and staging go back to what they were right before the restore. */
export const UNDO_RESTORE: UndoKind = {
  anywhere: false,
  touches: ({ root }) => [`worktree:${root}`],
  preview: async (place, stored) => describe(await run(place, stored, true)),
  async undo(place, stored) {
    const result = await run(place, stored, false);
    return { ...describe(result), operation: result.restored ? result.operation : undefined };
  },
};

function run(place: Workplace, stored: StoredOperation, dryRun: boolean): Promise<RestoreResult> {
  return undoRestore(restorePlaceOf(place, undefined), stored, { dryRun });
}

function describe({ plan }: RestoreResult): UndoPreview {
  const staging = plan.staging === 'restored' ? [{ verb: 'change', name: 'what is staged' }] : [];
  return {
    steps: [...plan.changes.map(({ action, path }) => ({ verb: action, name: path })), ...staging],
    notes: [...plan.left.map(({ path, why }) => `${path} stays: ${LEFT_WORDS[why]}.`), ...plan.notes],
  };
}
