import { randomBytes } from 'node:crypto';
import * as path from 'node:path';
import {
  claimByRename,
  createFileExclusive,
  ensureDirectory,
  listDirectory,
  readTextIfExists,
  removeTree,
  renameFile,
  statIfExists,
  writeFileAtomic,
} from '../platform/fs.ts';
import { redactText } from '../redact/redact.ts';
import type { StatePaths } from './paths.ts';

/** What can be undone. */
export type OperationKind = 'restore' | 'install' | 'prune' | 'commit' | 'squash' | 'branch' | 'return';

/** One change claude-hooks made to something of the person's, with all that is needed to take it back. */
export interface Operation {
  version: 1;
  /** Sorts by time; only `a-z`, `0-9` and `-`. */
  id: string;
  kind: OperationKind;
  /** One line for a person: what was done to what. */
  title: string;
  /** Milliseconds since 1970. */
  at: number;
  /** Top of the working tree it was done in. */
  root: string;
  session?: string;
  /** The operation this one took back. */
  undoes?: string;
  /** What its kind needs; paths, hashes and names of refs, as they are. */
  data: Record<string, unknown>;
}

export interface StoredOperation {
  operation: Operation;
  /** The operation's own folder: `entry.json`, and what its kind keeps beside it. */
  directory: string;
  /** The operation that took this one back. */
  undoneBy: string | undefined;
}

const ENTRY = 'entry.json';
const UNDONE = 'undone';

/**
 * The journal of operations: one folder each, below `operations/pending` while it is at work and `operations/done`
 * afterwards. It moves from the one to the other by a single rename, which is the moment the operation counts as done:
 * what is found in `pending` without a living owner was cut off, and is completed or reverted by the next command.
 */
export function operationPaths(state: StatePaths): { root: string; pending: string; done: string } {
  const root = path.join(state.root, 'operations');
  return { root, pending: path.join(root, 'pending'), done: path.join(root, 'done') };
}

/** Announces an operation before its first change. @returns its folder, for what is needed to take it back. */
export function beginOperation(
  state: StatePaths,
  input: Omit<Operation, 'version' | 'id'>,
): { operation: Operation; directory: string } {
  const { root, pending } = operationPaths(state);
  ensureDirectory(pending);
  const random = randomBytes(4).toString('hex');
  const id = `${Math.max(0, Math.floor(input.at)).toString(36).padStart(9, '0')}-${random}`;
  const operation: Operation = { version: 1, id, ...input, title: redactText(input.title) };
  const aside = path.join(root, `new-${id}`);
  ensureDirectory(aside);
  try {
    writeEntry(aside, operation);
    renameFile(aside, path.join(pending, id));
  } catch (error) {
    removeTree(aside);
    throw error;
  }
  return { operation, directory: path.join(pending, id) };
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

/** Operations that were begun and neither completed nor dropped; their owners may still be at work. */
export function pendingOperations(state: StatePaths): StoredOperation[] {
  return readAll(operationPaths(state).pending);
}

/** Operations that are done, the newest first. */
export function doneOperations(state: StatePaths): StoredOperation[] {
  return readAll(operationPaths(state).done).reverse();
}

/** Notes that an operation was taken back. @returns false where that was noted before. */
export function markUndone(state: StatePaths, id: string, by: string): boolean {
  return createFileExclusive(path.join(operationPaths(state).done, id, UNDONE), by);
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
    if (now - (statIfExists(place)?.mtimeMs ?? now) > 3_600_000) removeTree(place);
  }
}

function writeEntry(directory: string, operation: Operation): void {
  writeFileAtomic(path.join(directory, ENTRY), `${JSON.stringify(operation)}\n`, { mode: 0o600 });
}

function readAll(place: string): StoredOperation[] {
  return listDirectory(place).flatMap((name) => {
    const directory = path.join(place, name);
    const operation = parseEntry(readTextIfExists(path.join(directory, ENTRY)), name);
    if (operation === undefined) return [];
    return [{ operation, directory, undoneBy: readTextIfExists(path.join(directory, UNDONE)) }];
  });
}

function parseEntry(text: string | undefined, id: string): Operation | undefined {
  try {
    const value = JSON.parse(text ?? '') as Partial<Operation> | null;
    const whole =
      value?.version === 1 &&
      value.id === id &&
      typeof value.at === 'number' &&
      [value.kind, value.title, value.root].every((part) => typeof part === 'string') &&
      typeof value.data === 'object' &&
      value.data !== null;
    return whole ? (value as Operation) : undefined;
  } catch {
    return undefined;
  }
}
