/** Words that say nothing about what a step is. */
const SMALL = new Set(
  'a an the of for and or to in on with by is are be all it its this that any'.split(' '),
);
/** Of two texts, both have them or neither. */
const TURNING = new Set('not no never without except dont cannot undo revert remove'.split(' '));
const LONGEST = 400;

/** What of a step or a todo is compared: its words in lower case, without marks, numbers before it and small words. */
export function stepWords(text: string): string[] {
  const words = text
    .slice(0, LONGEST)
    .normalize('NFKC')
    .toLowerCase()
    .replace(/['’]/g, '')
    .replace(/^\s*(?:step\s+)?\d{1,3}[.):]\s+/, '')
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
  const telling = words.filter((word) => !SMALL.has(word));
  return telling.length === 0 ? words : telling;
}

/**
 * How near two texts are, 0 to 1: 1 where they have the same words in the same order, else the share of words they have in
 * common; 0 where one of them denies or undoes something and the other does not.
 */
export function nearness(a: readonly string[], b: readonly string[]): number {
  if (a.length === 0 || b.length === 0) return 0;
  if (a.length === b.length && a.every((word, at) => word === b[at])) return 1;
  const [first, second] = [new Set(a), new Set(b)];
  for (const word of TURNING) if (first.has(word) !== second.has(word)) return 0;
  let common = 0;
  for (const word of first) if (second.has(word)) common += 1;
  // Never as near as the same text.
  return Math.min(0.99, (2 * common) / (first.size + second.size));
}
