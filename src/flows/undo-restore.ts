import type { RestorePlace, RestoreResult } from '../checkpoints/restore/types.ts';
import { undoRestore } from '../checkpoints/restore/undo.ts';
import { LEFT_WORDS } from '../checkpoints/restore/words.ts';
import { HooksError } from '../errors.ts';
import type { StoredOperation } from '../store/operations.ts';
import { locateRepository } from '../store/paths.ts';
import { maxFileBytesOf } from './checkpoint.ts';
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
  return undoRestore(restorePlace(place, stored), stored, { dryRun });
}

function restorePlace(place: Workplace, { operation }: StoredOperation): RestorePlace {
  const repository = locateRepository(operation.root);
  if (repository.gitDir === undefined) {
    throw new HooksError({
      code: 'undo-conflict',
      kind: 'conflict',
      message: `There is no working tree at ${operation.root} any more, so nothing can be restored there`,
      hint: 'See what was saved of it: claude-hooks checkpoint list',
    });
  }
  return {
    repository,
    state: place.state,
    maxFileBytes: maxFileBytesOf(place.resolved.config),
    now: place.now(),
  };
}

function describe({ plan }: RestoreResult): UndoPreview {
  const staging = plan.staging === 'restored' ? [{ verb: 'change', name: 'what is staged' }] : [];
  return {
    steps: [...plan.changes.map(({ action, path }) => ({ verb: action, name: path })), ...staging],
    notes: [...plan.left.map(({ path, why }) => `${path} stays: ${LEFT_WORDS[why]}.`), ...plan.notes],
  };
}
