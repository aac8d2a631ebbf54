import { readGlob } from './glob.ts';
import type { Partition } from './types.ts';

/**
 * What tells git to look only at a partition's files. Git knows no order of globs: one that begins with `!` is left
 * out where a later one may take its files in again, so git may look at more files than the partition holds, never at
 * fewer. Nor does git know letters, only bytes: what stands for one letter becomes a star. Empty where no glob can be used: then no file is in it, and git must not be asked.
 */
export function pathspecsOf({ globs }: Pick<Partition, 'globs'>): string[] {
  const read = globs.map(readGlob).filter((glob) => typeof glob !== 'string');
  const taken = read.filter(({ negated }) => !negated);
  const last = read.findLastIndex(({ negated }) => !negated);
  if (taken.length === 0) return [];
  return [
    ...taken.flatMap(({ texts }) => texts.map((text) => `:(top,glob)${widened(text)}`)),
    ...read.slice(last + 1).flatMap(({ texts }) => texts.map((text) => `:(top,glob,exclude)${text}`)),
  ];
}

function widened(text: string): string {
  return text.replace(/\\.|\?|\[[!^]?\]?[^\]]*\]/g, (part) =>
    part === '?' || /^\[[!^]|[^\u0000-\u007f]/.test(part) ? '*' : part,
  );
}
