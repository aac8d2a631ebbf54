import type { Span } from './marker.ts';

const BEGIN = /-----BEGIN (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----/g;
const END = /-----END (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----/g;
/** Header lines and full lines of a key, also inside a JSON string; used where the end is cut off. */
const BODY = /(?:(?:\s|\\[nr]){0,8}(?:[A-Za-z-]{1,20}: [^\n\\]{1,200}|[A-Za-z0-9+/=]{20,}))*/y;
const LONGEST = 64 * 1024;

/** Private keys in PEM form; a key whose end is cut off is taken as far as it looks like one. */
export function findPrivateKeys(text: string): Span[] {
  if (!text.includes('PRIVATE KEY')) return [];
  const ends = [...text.matchAll(END)].map((match) => match.index + match[0].length);
  const spans: Span[] = [];
  let done = 0;
  let next = 0;
  for (const match of text.matchAll(BEGIN)) {
    if (match.index < done) continue;
    const after = match.index + match[0].length;
    while (next < ends.length && (ends[next] as number) <= after) next += 1;
    const end = ends[next];
    done = end !== undefined && end - after <= LONGEST ? end : bodyEnd(text, after);
    spans.push({ start: match.index, end: done, rule: 'private-key' });
  }
  return spans;
}

function bodyEnd(text: string, from: number): number {
  BODY.lastIndex = from;
  BODY.exec(text);
  return Math.max(from, BODY.lastIndex);
}
