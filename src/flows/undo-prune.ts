import { type PrunedCheckpoint, presentRefs, stillWhole } from '../checkpoints/prune.ts';
import { HooksError } from '../errors.ts';
import type { StoredOperation } from '../store/operations.ts';
import { gitOf, type PruneData, readPruneData, runPrune, withPruneLock } from './prune-operation.ts';
import type { UndoKind, UndoPreview } from './undo-kind.ts';
import type { Workplace } from './workplace.ts';

interface Prepared extends UndoPreview {
  data: PruneData;
  title: string;
}

/** Brings pruned checkpoints back, with their documents; or prunes again what was brought back. */
export const UNDO_PRUNE: UndoKind = {
  anywhere: true,
  touches: (operation) => readPruneData(operation).checkpoints.map(({ id }) => `checkpoint:${id}`),
  preview: prepare,
  undo: (place, stored) =>
    withPruneLock(place.state, async () => {
      const { data, title, steps, notes } = await prepare(place, stored);
      if (data.checkpoints.length === 0) return { operation: undefined, steps, notes };
      const undoes = stored.operation.id;
      const done = await runPrune(place, { data, title, at: place.now(), undoes });
      return { operation: done.operation, steps, notes: [...notes, ...done.notes] };
    }),
};

async function prepare(place: Workplace, stored: StoredOperation): Promise<Prepared> {
  const done = readPruneData(stored.operation);
  return done.direction === 'remove'
    ? prepareBack(place, done.checkpoints)
    : prepareAgain(place, done.checkpoints);
}

async function prepareBack(place: Workplace, list: readonly PrunedCheckpoint[]): Promise<Prepared> {
  const git = gitOf(place);
  const present = await presentRefs(git);
  const missing = list.filter(({ id }) => !present.has(id));
  const whole = await stillWhole(git, missing);
  const gone = missing.filter((one) => !whole.includes(one));
  if (missing.length > 0 && whole.length === 0) {
    throw new HooksError({
      code: 'pruned-for-good',
      kind: 'conflict',
      message: `None of the ${missing.length} pruned checkpoints can come back: git's gc has removed their content. Nothing was changed.`,
      hint: 'git keeps what nothing refers to for two weeks unless gc.pruneExpire says otherwise.',
    });
  }
  return {
    data: { direction: 'bring-back', checkpoints: whole },
    title: `Bringing back ${counted(whole)}`,
    steps: whole.map(({ id, name }) => ({ verb: 'bring back', name: `${id} "${name}"` })),
    notes: gone.map(({ id, name }) => `${id} "${name}" cannot come back: git's gc has removed its content.`),
  };
}

async function prepareAgain(place: Workplace, list: readonly PrunedCheckpoint[]): Promise<Prepared> {
  const present = await presentRefs(gitOf(place));
  const there = list.filter(({ id, commit }) => present.get(id) === commit);
  return {
    data: { direction: 'remove', checkpoints: there },
    title: `Prune of ${counted(there)}`,
    steps: there.map(({ id, name }) => ({ verb: 'prune', name: `${id} "${name}"` })),
    notes: [],
  };
}

function counted(list: readonly unknown[]): string {
  return `${list.length} ${list.length === 1 ? 'checkpoint' : 'checkpoints'}`;
}
