import { HooksError } from '../errors.ts';
import { realPath } from '../platform/fs.ts';
import { visible } from '../platform/terminal.ts';
import {
  doneOperations,
  markUndone,
  type OperationKind,
  oddEntries,
  operationPaths,
  type StoredOperation,
  setAside,
} from '../store/operations.ts';
import { UNDO_BRANCHING } from './branching/undo.ts';
import { isSamePlace } from './operation-place.ts';
import { UNDO_INSTALL } from './undo-install.ts';
import type { UndoDone, UndoKind, UndoPreview } from './undo-kind.ts';
import { findObstacle } from './undo-order.ts';
import { UNDO_PRUNE } from './undo-prune.ts';
import { UNDO_RESTORE } from './undo-restore.ts';
import { BRANCH_MOVE_UNDO } from './wip.ts';
import type { Workplace } from './workplace.ts';
import { writeError } from './write-error.ts';

/** What knows how to take back each kind of operation. */
const KINDS: Partial<Record<OperationKind, UndoKind>> = {
  restore: UNDO_RESTORE,
  install: UNDO_INSTALL,
  prune: UNDO_PRUNE,
  commit: BRANCH_MOVE_UNDO,
  squash: BRANCH_MOVE_UNDO,
  branch: UNDO_BRANCHING,
  return: UNDO_BRANCHING,
};

export interface UndoRequest {
  /** The operation, or the beginning of its id; without it the last one of this working tree. */
  id?: string;
  dryRun: boolean;
  /** Asked with what would be done, without any lock held. Absent means yes. */
  confirm?(stored: StoredOperation, preview: UndoPreview): Promise<boolean>;
}

export interface UndoResult {
  /** The operation that was, or would be, taken back. */
  stored: StoredOperation;
  /** Done, or only looked at. */
  applied: boolean;
  /** What was done or would be. */
  done: UndoDone;
}

export interface OperationList {
  /** The newest first. */
  operations: StoredOperation[];
  /** Sentences about what in the journal could not be read. */
  problems: string[];
}

/** What was done and can be undone. Entries that cannot be read are put aside, and said. */
export function listOperations(place: Pick<Workplace, 'state'>): OperationList {
  const { damaged, newer } = oddEntries(operationPaths(place.state).done);
  const problems = damaged.flatMap((directory) => {
    const kept = setAside(place.state, directory);
    return kept === undefined ? [] : [`An entry of the journal cannot be read and was moved to ${kept}`];
  });
  problems.push(...newer.map((directory) => `A newer version of claude-hooks wrote ${directory}`));
  return { operations: doneOperations(place.state), problems };
}

/**
 * Takes back what claude-hooks did: the last operation of this working tree that is neither taken back nor itself an
 * undo, or the one that was asked for; one that undid something is taken back by doing it again.
 * @throws HooksError (conflict) where something later stands in the way; nothing is changed then.
 */
export async function undo(place: Workplace, request: UndoRequest): Promise<UndoResult> {
  const { operations } = listOperations(place);
  const stored = request.id === undefined ? lastOf(place, operations) : chosenOf(operations, request.id);
  const kind = KINDS[stored.operation.kind];
  if (kind === undefined) throw unknownKind(stored);
  assertHere(place, stored, kind);
  assertPossible(operations, stored);
  const preview = await kind.preview(place, stored);
  const asked = { stored, applied: false, done: { ...preview, operation: undefined } };
  if (request.dryRun || (await request.confirm?.(stored, preview)) === false) return asked;
  // While a person was thinking, something else may have been done.
  assertPossible(doneOperations(place.state), stored);
  const done = await kind.undo(place, stored).catch((error: unknown) => {
    throw writeError(place, error);
  });
  // All is as it was before it, without another operation.
  if (done.operation === undefined) markUndone(place.state, stored.operation.id, 'nothing');
  return { stored, applied: true, done };
}

function lastOf(place: Workplace, operations: readonly StoredOperation[]): StoredOperation {
  const open = operations.filter(
    ({ operation, undoneBy }) => undoneBy === undefined && operation.undoes === undefined,
  );
  const here = open.find(
    ({ operation }) => KINDS[operation.kind]?.anywhere === true || isHere(place, operation.root),
  );
  if (here !== undefined) return here;
  const elsewhere = open[0];
  throw new HooksError({
    code: 'nothing-to-undo',
    kind: 'failed',
    message: `There is nothing to undo in ${place.repository.root}.`,
    hint:
      elsewhere === undefined
        ? 'See what was done: claude-hooks undo --list'
        : `In another working tree: ${commandFor(elsewhere)}`,
  });
}

function chosenOf(operations: readonly StoredOperation[], wanted: string): StoredOperation {
  const exact = operations.find(({ operation }) => operation.id === wanted);
  const matches = operations.filter(({ operation }) => wanted !== '' && operation.id.startsWith(wanted));
  const [only] = exact === undefined ? matches : [exact];
  if (only !== undefined && (exact !== undefined || matches.length === 1)) return only;
  throw new HooksError({
    code: matches.length === 0 ? 'operation-unknown' : 'operation-ambiguous',
    kind: 'usage',
    message:
      matches.length === 0
        ? `There is no operation ${visible(JSON.stringify(wanted))} in the journal.`
        : `${visible(JSON.stringify(wanted))} could be ${matches.length} operations: ${matches
            .slice(0, 5)
            .map(({ operation }) => `${operation.id} (${visible(operation.title)})`)
            .join(', ')}`,
    hint: 'See their ids: claude-hooks undo --list',
  });
}

function assertHere(place: Workplace, stored: StoredOperation, kind: UndoKind): void {
  const { root, title } = stored.operation;
  if (kind.anywhere || isHere(place, root)) return;
  const isThere = isSamePlace(place, root);
  throw new HooksError({
    code: 'undo-elsewhere',
    kind: 'conflict',
    message: `"${visible(title)}" was done in ${visible(root)}, ${isThere ? 'another working tree of this repository' : 'which is no working tree of this repository any more'}. Nothing was changed.`,
    hint: isThere ? `Run: ${commandFor(stored)}` : 'What is left of it: claude-hooks checkpoint list',
  });
}

function isHere(place: Workplace, root: string): boolean {
  return realPath(root) === realPath(place.repository.root);
}

function commandFor({ operation }: StoredOperation): string {
  return visible(`cd '${operation.root.replaceAll("'", "'\\''")}' && claude-hooks undo ${operation.id}`);
}

function assertPossible(newestFirst: readonly StoredOperation[], stored: StoredOperation): void {
  const { id, title } = stored.operation;
  const history = [...newestFirst].reverse().map(({ operation, undoneBy }) => ({
    id: operation.id,
    undoes: operation.undoes,
    undoneBy,
    touches: KINDS[operation.kind]?.touches(operation) ?? [],
  }));
  const obstacle = findObstacle(history, id);
  if (obstacle === undefined) return;
  const by = obstacle.why === 'undone' ? obstacle.by : obstacle.entry.id;
  const other = newestFirst.find(({ operation }) => operation.id === by)?.operation;
  const isUndone = obstacle.why === 'undone';
  throw new HooksError({
    code: isUndone ? 'already-undone' : 'undo-conflict',
    kind: 'conflict',
    message: isUndone
      ? `"${visible(title)}" (${id}) is taken back already${other === undefined ? wordsFor(by) : ` by "${visible(other.title)}" (${by})`}.`
      : `"${visible(title)}" (${id}) cannot be taken back: "${visible(other?.title ?? by)}" (${by}) changed the same things later. Nothing was changed.`,
    hint: isUndone
      ? other === undefined
        ? 'See what was done: claude-hooks undo --list'
        : `To do it again: claude-hooks undo ${by}`
      : `First: claude-hooks undo ${by}`,
  });
}

/** What took it back, where that is no operation. */
export function wordsFor(by: string): string {
  if (by === 'nothing') return ': nothing of it was left to take back';
  return by === 'uninstall' ? ' by claude-hooks uninstall' : ` by ${visible(by)}`;
}

function unknownKind(stored: StoredOperation): HooksError {
  const { title, kind } = stored.operation;
  return new HooksError({
    code: 'operation-unknown-kind',
    kind: 'conflict',
    message: `"${visible(title)}" is of a kind (${visible(kind)}) this version of claude-hooks does not know. Nothing was changed.`,
    hint: 'Undo it with the version of claude-hooks that did it.',
  });
}
