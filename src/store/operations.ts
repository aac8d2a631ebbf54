import * as path from 'node:path';
import { randomHex } from '../platform/digest.ts';
import {
  claimByRename,
  createFileExclusive,
  ensureDirectory,
  listDirectory,
  removeTree,
  renameFile,
  statIfExists,
} from '../platform/fs.ts';
import { redactText } from '../redact/redact.ts';
import {
  type OddEntries,
  OPERATION_ID,
  type Operation,
  operationPaths,
  readEntry,
  readOperations,
  type StoredOperation,
  UNDONE,
  withUndone,
  writeEntry,
} from './operation-entry.ts';
import type { StatePaths } from './paths.ts';

export type { OddEntries, Operation, OperationKind, StoredOperation } from './operation-entry.ts';
export { operationPaths } from './operation-entry.ts';

/** References that keep what an operation needs from git's gc: `<this><operation id>`. */
export const OPERATION_PINS = 'refs/claude-hooks/operations/';

/** Leftovers of this store younger than this may belong to a process that is at work. */
const SWEEP_AFTER_MS = 3_600_000;

/**
 * Announces an operation before its first change.
 * @param fill puts what is needed to take it back into the operation's folder before anyone can see it.
 * @returns its folder.
 */
export function beginOperation(
  state: StatePaths,
  input: Omit<Operation, 'version' | 'id'>,
  fill?: (directory: string, operation: Operation) => void,
): { operation: Operation; directory: string } {
  const { root, pending } = operationPaths(state);
  ensureDirectory(pending);
  const id = newOperationId(state, input.at);
  const operation: Operation = { version: 1, id, ...input, title: redactText(input.title) };
  const aside = path.join(root, `new-${id}`);
  try {
    ensureDirectory(aside);
    fill?.(aside, operation);
    writeEntry(aside, operation);
    renameFile(aside, path.join(pending, id));
  } catch (error) {
    removeTree(aside);
    throw error;
  }
  return { operation, directory: path.join(pending, id) };
}

/** Sorts behind every operation there is, also where the clock was set back. */
function newOperationId(state: StatePaths, at: number): string {
  const { pending, done } = operationPaths(state);
  const times = [pending, done].flatMap((place) => {
    const newest = listDirectory(place)
      .filter((name) => OPERATION_ID.test(name))
      .at(-1);
    return newest === undefined ? [] : [Number.parseInt(newest.slice(0, 9), 36) + 1];
  });
  const time = Math.max(0, Math.floor(at), ...times);
  return `${time.toString(36).padStart(9, '0').slice(-9)}-${randomHex(4)}`;
}

/** Writes down more about an operation that is at work. */
export function updateOperation(directory: string, operation: Operation): void {
  writeEntry(directory, operation);
}

/** The operation is done: from now on it can be undone. What it no longer needs was removed by the caller. */
export function completeOperation(state: StatePaths, operation: Operation): void {
  const { pending, done } = operationPaths(state);
  ensureDirectory(done);
  renameFile(path.join(pending, operation.id), path.join(done, operation.id));
}

/** Forgets an operation that changed nothing, or whose changes were all taken back. */
export function dropOperation(state: StatePaths, id: string): void {
  const { root, pending } = operationPaths(state);
  const aside = path.join(root, `old-${id}`);
  // By a rename first, so that a kill in the middle of removing leaves no half operation to recover.
  if (claimByRename(path.join(pending, id), aside)) removeTree(aside);
}

/** Operations that were begun and neither completed nor dropped, the oldest first; their owners may still be at work. */
export function pendingOperations(state: StatePaths): StoredOperation[] {
  return readOperations(operationPaths(state).pending);
}

/** Whether an operation is still where it is while at work. */
export function isPending(state: StatePaths, id: string): boolean {
  return statIfExists(path.join(operationPaths(state).pending, id)) !== undefined;
}

/** Operations that are done, the newest first. */
export function doneOperations(state: StatePaths): StoredOperation[] {
  return withUndone(readOperations(operationPaths(state).done)).reverse();
}

/** The ids of all operations whose folder is there, readable or not. */
export function knownOperations(state: StatePaths): Set<string> {
  const { pending, done, damaged } = operationPaths(state);
  const names = [pending, done, damaged].flatMap((place) => listDirectory(place));
  return new Set(names.map((name) => name.split('-').slice(0, 2).join('-')));
}

/** What in `pending` or `done` is no operation this version can read. */
export function oddEntries(place: string): OddEntries {
  const odd: OddEntries = { damaged: [], newer: [] };
  for (const name of listDirectory(place)) {
    const directory = path.join(place, name);
    const entry = readEntry(directory, name);
    if (entry === 'newer') odd.newer.push(directory);
    if (entry === 'damaged') odd.damaged.push(directory);
  }
  return odd;
}

/**
 * Moves an entry that cannot be read out of the way, with all that lies beside it. Nothing removes it later but
 * `uninstall --purge`. @returns where it lies now; undefined where another process was faster.
 */
export function setAside(state: StatePaths, directory: string): string | undefined {
  const { damaged } = operationPaths(state);
  ensureDirectory(damaged);
  const target = path.join(damaged, `${path.basename(directory)}-${randomHex(2)}`);
  return claimByRename(directory, target) ? target : undefined;
}

/**
 * Notes that something which is no operation of this journal took one back, or that it is as before without one. An
 * operation that undoes another says so itself (`undoes`), from the moment it is done. @returns false where that was
 * noted before.
 */
export function markUndone(state: StatePaths, id: string, by: string): boolean {
  return createFileExclusive(path.join(operationPaths(state).done, id, UNDONE), by);
}

/** Those that are too many or too old, the limits of which are `count` operations and `ageMs` milliseconds. */
export function expiredOperations(
  newestFirst: readonly Operation[],
  now: number,
  limits: { count: number; ageMs: number },
): string[] {
  return newestFirst
    .filter((operation, at) => at >= limits.count || now - operation.at > limits.ageMs)
    .map(({ id }) => id);
}

/** Forgets done operations, their folders included. @returns those that were there. */
export function removeOperations(state: StatePaths, ids: readonly string[]): string[] {
  const { root, done } = operationPaths(state);
  return ids.filter((id) => {
    const aside = path.join(root, `old-${id}`);
    if (!claimByRename(path.join(done, id), aside)) return false;
    removeTree(aside);
    return true;
  });
}

/** Removes what kills left between two steps of this store, once it is older than an hour. */
export function sweepOperations(state: StatePaths, now: number): void {
  const { root } = operationPaths(state);
  for (const name of listDirectory(root)) {
    if (!/^(?:new|old)-/.test(name)) continue;
    const place = path.join(root, name);
    if (now - (statIfExists(place)?.mtimeMs ?? now) > SWEEP_AFTER_MS) removeTree(place);
  }
}
