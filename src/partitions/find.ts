import { slugOf } from '../store/names.ts';
import type { Partition } from './types.ts';

/** Words that mean something else where a partition is chosen. */
const RESERVED = ['none', 'auto'] as const;
export type ReservedName = (typeof RESERVED)[number];

/** `none` or `auto`, which no partition can be chosen by. */
export function reservedName(word: string): ReservedName | undefined {
  return RESERVED.find((name) => name === key(word));
}

/** The partition a person means: its name in any case, or its slug. */
export function findPartition<P extends Pick<Partition, 'name'>>(
  partitions: readonly P[],
  word: string,
): P | undefined {
  const wanted = key(word);
  return (
    partitions.find(({ name }) => key(name) === wanted) ??
    (wanted === '' ? undefined : partitions.find(({ name }) => slugOf(name, '') === wanted))
  );
}

/** Where the context of a partition is written down, from the top of the working tree. */
export function contextFileOf({ name, context }: Pick<Partition, 'name' | 'context'>): string {
  // A name without a letter from a to z has no slug of its own.
  return context ?? `.claude/partitions/${slugOf(name, encodeURIComponent(name.toLowerCase()))}.md`;
}

function key(word: string): string {
  return word.normalize('NFC').trim().replace(/\s+/g, ' ').toLowerCase();
}

/** How a partition is named on a command line, without quotes where its name has a slug. */
export function commandWord({ name }: Pick<Partition, 'name'>): string {
  const slug = slugOf(name, '');
  return /^[\w.-]+$/.test(name) || slug === '' ? (/\s/.test(name) ? `"${name}"` : name) : slug;
}
