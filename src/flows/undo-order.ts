/** What of an operation decides whether it can be taken back now. */
export interface HistoryEntry {
  id: string;
  undoes: string | undefined;
  /** What took it back; see `StoredOperation`. */
  undoneBy: string | undefined;
  /** Names of what it worked on. */
  touches: readonly string[];
}

export type Obstacle =
  /** It was taken back already, by this. */
  | { why: 'undone'; by: string }
  /** This one, done later, changed the same things. */
  | { why: 'later'; entry: HistoryEntry };

/**
 * Why an operation cannot be taken back now; undefined where it can.
 *
 * An operation, what took it back, what brought it again and so on are one family; each of them turns it off or on. An
 * operation can be taken back exactly where every family that worked on the same things, its own included, is as it was
 * right after it: then these things hold what the operation left there. (Of its own family `undoneBy` tells.)
 * @param oldestFirst all operations that are done.
 */
export function findObstacle(oldestFirst: readonly HistoryEntry[], id: string): Obstacle | undefined {
  const at = oldestFirst.findIndex((entry) => entry.id === id);
  const wanted = oldestFirst[at];
  if (wanted === undefined) return undefined;
  if (wanted.undoneBy !== undefined) return { why: 'undone', by: wanted.undoneBy };
  const roots = rootsOf(oldestFirst);
  const turns = new Map<string, HistoryEntry[]>();
  for (const entry of oldestFirst.slice(at + 1)) {
    const root = roots.get(entry.id) ?? entry.id;
    if (isTakenBackFromOutside(oldestFirst, root, at)) continue;
    // Its own family leaves it on, or it would count as taken back.
    if (root === roots.get(id)) continue;
    for (const thing of entry.touches.filter((one) => wanted.touches.includes(one))) {
      const key = `${root}\0${thing}`;
      turns.set(key, [...(turns.get(key) ?? []), entry]);
    }
  }
  const odd = [...turns.values()].filter((entries) => entries.length % 2 === 1);
  const entry = odd
    .map((entries) => entries.at(-1))
    .sort((a, b) => ((a?.id ?? '') < (b?.id ?? '') ? 1 : -1))[0];
  return entry === undefined ? undefined : { why: 'later', entry };
}

/** Whether all of a later family was taken back by what is no operation, such as uninstall. */
function isTakenBackFromOutside(oldestFirst: readonly HistoryEntry[], root: string, at: number): boolean {
  const first = oldestFirst.findIndex(({ id }) => id === root);
  const by = oldestFirst[first]?.undoneBy;
  return first > at && by !== undefined && !oldestFirst.some(({ id }) => id === by);
}

/** The first operation of each one's family, as far back as the journal goes. */
function rootsOf(oldestFirst: readonly HistoryEntry[]): Map<string, string> {
  const roots = new Map<string, string>();
  for (const { id, undoes } of oldestFirst) {
    roots.set(id, (undoes === undefined ? undefined : roots.get(undoes)) ?? id);
  }
  return roots;
}
