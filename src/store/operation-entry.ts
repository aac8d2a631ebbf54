import * as path from 'node:path';
import { listDirectory, readTextIfExists, writeFileAtomic } from '../platform/fs.ts';
import type { StatePaths } from './paths.ts';

/** What can be undone. */
export type OperationKind = 'restore' | 'install' | 'prune' | 'commit' | 'squash' | 'branch' | 'return';

/** One change claude-hooks made to something of the person's, with all that is needed to take it back. */
export interface Operation {
  version: 1;
  /** Sorts in the order of beginning; only `a-z`, `0-9` and `-`. */
  id: string;
  /** A kind this version does not know is possible in an entry that was read. */
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
  /** What took this one back: the operation, or a word (`uninstall`). Known for done operations only. */
  undoneBy: string | undefined;
}

/**
 * The journal of operations: one folder each, below `operations/pending` while it is at work and `operations/done`
 * afterwards. It moves from the one to the other by a single rename, which is the moment the operation counts as done:
 * what is found in `pending` without a living owner was cut off, and is completed or reverted by the next command.
 * `operations/damaged` holds what could not be read.
 */
export function operationPaths(state: StatePaths): {
  root: string;
  pending: string;
  done: string;
  damaged: string;
} {
  const root = path.join(state.root, 'operations');
  const at = (name: string): string => path.join(root, name);
  return { root, pending: at('pending'), done: at('done'), damaged: at('damaged') };
}

/** Entries that are no operations of this version. */
export interface OddEntries {
  /** Folders without a readable entry. */
  damaged: string[];
  /** Folders a newer version of claude-hooks wrote. */
  newer: string[];
}

/** Beside the entry: what took the operation back, where that is no operation itself. */
export const UNDONE = 'undone';
export const OPERATION_ID = /^[0-9a-z]{9}-[0-9a-f]{8}$/;
const ENTRY = 'entry.json';

export function writeEntry(directory: string, operation: Operation): void {
  writeFileAtomic(path.join(directory, ENTRY), `${JSON.stringify(operation)}\n`, { mode: 0o600 });
}

/** The operations in a folder, in the order of their ids. */
export function readOperations(place: string): StoredOperation[] {
  return listDirectory(place).flatMap((name) => {
    const directory = path.join(place, name);
    const operation = readEntry(directory, name);
    return typeof operation === 'string' ? [] : [{ operation, directory, undoneBy: undefined }];
  });
}

/** One operation, or why it is none. */
export function readEntry(directory: string, id: string): Operation | keyof OddEntries {
  try {
    return parseEntry(readTextIfExists(path.join(directory, ENTRY)), id);
  } catch {
    // A folder in its place, or no permission to read it.
    return 'damaged';
  }
}

function parseEntry(text: string | undefined, id: string): Operation | keyof OddEntries {
  let value: Partial<Operation> | null;
  try {
    value = JSON.parse(text ?? '') as Partial<Operation> | null;
  } catch {
    return 'damaged';
  }
  if (typeof value?.version === 'number' && value.version > 1) return 'newer';
  const whole =
    value?.version === 1 &&
    value.id === id &&
    OPERATION_ID.test(id) &&
    typeof value.at === 'number' &&
    [value.kind, value.title, value.root].every((part) => typeof part === 'string') &&
    [value.session, value.undoes].every((part) => part === undefined || typeof part === 'string') &&
    typeof value.data === 'object' &&
    value.data !== null;
  return whole ? (value as Operation) : 'damaged';
}

/**
 * Says of each what took it back. An operation, what undid it, what undid that and so on are one family; each of them
 * turns it off or on again. So an operation is taken back where an odd number of its family came after it, by the last of
 * them. All follows from the operations that are done, and no kill can leave it half said.
 * @param oldestFirst in the order of their ids.
 */
export function withUndone(oldestFirst: readonly StoredOperation[]): StoredOperation[] {
  const families = new Map<string, string[]>();
  for (const { operation } of oldestFirst) {
    const { id, undoes } = operation;
    const family = (undoes === undefined ? undefined : families.get(undoes)) ?? [];
    family.push(id);
    families.set(id, family);
  }
  return oldestFirst.map(({ operation, directory }) => {
    const family = families.get(operation.id) ?? [];
    const later = family.length - 1 - family.indexOf(operation.id);
    const mark = readTextIfExists(path.join(directory, UNDONE));
    // Of an operation in this journal its own entry tells.
    const from = mark === undefined || families.has(mark) ? undefined : mark;
    return { operation, directory, undoneBy: later % 2 === 1 ? family.at(-1) : from };
  });
}
