/** Fewer files of one partition than this say nothing. */
const LEAST = 2;

/**
 * The partition most of the work is in: more than half of the files touched belong to it, and at least two do.
 * Undefined for a tie, for work that is spread, and for too little of it.
 * @param owners for each file touched, the position of its partition; undefined for a file in none, which counts
 * against every partition.
 */
export function choosePartition(owners: readonly (number | undefined)[]): number | undefined {
  const counts = new Map<number, number>();
  for (const owner of owners) if (owner !== undefined) counts.set(owner, (counts.get(owner) ?? 0) + 1);
  for (const [partition, count] of counts) if (count >= LEAST && count * 2 > owners.length) return partition;
  return undefined;
}
