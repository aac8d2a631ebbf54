import type { DiffLine } from '../platform/line-diff.ts';
import type { Snapshot, SnapshotFile, SnapshotTodo } from './types.ts';

/** Something both have, with two values. */
export interface Changed<T> {
  from: T;
  to: T;
}

/** How two lists of things with a key differ. */
export interface ListDifference<T> {
  added: T[];
  removed: T[];
  changed: Changed<T>[];
}

/** A file in which two working trees differ: what happened to it on the way from the first to the second. */
export type DifferentFile = Omit<SnapshotFile, 'hash'>;

export interface SnapshotDifference {
  /** Null where both are on the same branch. */
  branch: Changed<string | null> | null;
  /** Null where neither the checkpoints nor the documents tell. */
  files: DifferentFile[] | null;
  /** Told by the trees of the checkpoints, or by the two lists against one commit. */
  filesFrom: 'checkpoints' | 'documents' | 'unknown';
  todos: ListDifference<SnapshotTodo>;
  state: ListDifference<{ name: string; value: string }>;
  context: DiffLine[];
  notes: DiffLine[];
}

/** Todos are the same where their text is; the same text twice is two todos. */
export function diffTodos(
  from: readonly SnapshotTodo[],
  to: readonly SnapshotTodo[],
): ListDifference<SnapshotTodo> {
  return diffLists(numbered(from), numbered(to), (a, b) => a.status === b.status);
}

export function diffState(
  from: Record<string, string>,
  to: Record<string, string>,
): ListDifference<{ name: string; value: string }> {
  const entries = (state: Record<string, string>): [string, { name: string; value: string }][] =>
    Object.entries(state)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]) => [name, { name, value }]);
  return diffLists(entries(from), entries(to), (a, b) => a.value === b.value);
}

/**
 * The files in which two snapshots differ, as far as their documents tell it: both lists are against the same commit,
 * and what a list does not name is as in that commit. A change of mode alone is not seen.
 * @returns undefined where they are against different commits.
 */
export function diffDocuments(from: Snapshot, to: Snapshot): DifferentFile[] | undefined {
  if (from.head !== to.head) return undefined;
  const [before, after] = [contentsOf(from.files), contentsOf(to.files)];
  return [...new Set([...before.keys(), ...after.keys()])].sort().flatMap((key) => {
    const [was, is] = [before.get(key), after.get(key)];
    const name = was?.name ?? is?.name;
    if (name === undefined || was?.hash === is?.hash) return [];
    const inHead = (was ?? is)?.inHead === true;
    const present = (content: Content | undefined): boolean =>
      content === undefined ? inHead : content.hash !== GONE;
    if (!present(was) && !present(is)) return [];
    const status = !present(was) ? 'added' : !present(is) ? 'deleted' : 'modified';
    return [{ ...name, status }];
  });
}

interface Content {
  name: { path: string; pathBase64?: string };
  hash: string;
  /** Whether the commit has a file of this name. */
  inHead: boolean;
}

const GONE = 'gone';

/** What a list says of each name; a rename says something of two. */
function contentsOf(files: readonly SnapshotFile[]): Map<string, Content> {
  const contents = new Map<string, Content>();
  const add = (path: string, exact: string | undefined, hash: string, inHead: boolean): void => {
    const name = exact === undefined ? { path } : { path, pathBase64: exact };
    contents.set(exact === undefined ? path : `\0${exact}`, { name, hash, inHead });
  };
  for (const { path, pathBase64, hash, status, from, fromBase64 } of files) {
    if (status === 'renamed' && from !== undefined) add(from, fromBase64, GONE, true);
    add(path, pathBase64, status === 'deleted' ? GONE : hash, status === 'modified' || status === 'deleted');
  }
  return contents;
}

/** Keys that tell the first `Write tests` from the second. */
function numbered(todos: readonly SnapshotTodo[]): [string, SnapshotTodo][] {
  const seen = new Map<string, number>();
  return todos.map((todo) => {
    const count = (seen.get(todo.text) ?? 0) + 1;
    seen.set(todo.text, count);
    return [`${count} ${todo.text}`, todo];
  });
}

function diffLists<T>(
  from: readonly [key: string, value: T][],
  to: readonly [key: string, value: T][],
  same: (a: T, b: T) => boolean,
): ListDifference<T> {
  const [before, after] = [new Map(from), new Map(to)];
  return {
    added: to.filter(([key]) => !before.has(key)).map(([, value]) => value),
    removed: from.filter(([key]) => !after.has(key)).map(([, value]) => value),
    changed: from.flatMap(([key, was]) => {
      const is = after.get(key);
      return is === undefined || same(was, is) ? [] : [{ from: was, to: is }];
    }),
  };
}
