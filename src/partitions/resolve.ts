import { compilePartitions } from './matcher.ts';
import type { Partition, RefusedGlob } from './types.ts';

/** Which files belong to which partition. */
export interface Resolution {
  /** For each file, in the order given: the position of the partition it belongs to; undefined for none. */
  owners: (number | undefined)[];
  /** Files that several partitions hold; the first of `partitions` is the one they belong to. */
  overlaps: { file: string; partitions: number[] }[];
  refused: RefusedGlob[];
}

/**
 * Finds the partition of each file in one pass: each file is looked at once, for all partitions together. Of several
 * that hold a file, it belongs to the first.
 * @param files paths from the top of the working tree, with `/`.
 */
export function resolvePartitions(
  files: readonly string[],
  partitions: readonly Pick<Partition, 'name' | 'globs'>[],
): Resolution {
  const matcher = compilePartitions(partitions);
  const overlaps: Resolution['overlaps'] = [];
  const owners = files.map((file) => {
    const held = matcher.holders(file);
    if (held.length > 1) overlaps.push({ file, partitions: held });
    return held[0];
  });
  return { owners, overlaps, refused: matcher.refused };
}
