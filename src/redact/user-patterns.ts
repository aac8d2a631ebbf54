import type { Span } from './marker.ts';
import { sharedInProcess } from './shared.ts';

const LONGEST_PATTERN = 500;
const MOST_WIDE = 3;
/** Characters searched at a time, by the number of wide repetitions: the cost of a match grows with that power. */
const WINDOWS = [2_000, 1_000, 300, 200] as const;

interface UserPattern {
  pattern: RegExp;
  window: number;
}

const known = sharedInProcess('patterns', () => new Map<string, UserPattern>());

export interface RefusedPattern {
  pattern: string;
  /** Completes "cannot be used: ...". */
  reason: string;
}

/**
 * Adds a person's own patterns (JavaScript regular expressions) to every later redaction of this process. A match
 * longer than a window (200 to 2,000 characters, the fewer the more open repetitions the pattern holds) may be found
 * only in part.
 * @returns the patterns that were not added, because they are no regular expression, match the empty text, or could
 * run for very long (JavaScript cannot stop a match that runs). The caller has to report them: what they were meant
 * to hide is not hidden.
 */
export function addRedactionPatterns(sources: readonly string[]): RefusedPattern[] {
  const refused: RefusedPattern[] = [];
  for (const source of sources) {
    if (known.has(source)) continue;
    const compiled = compile(source);
    if (typeof compiled === 'string') refused.push({ pattern: source, reason: compiled });
    else known.set(source, compiled);
  }
  return refused;
}

export function clearRedactionPatterns(): void {
  known.clear();
}

function compile(source: string): UserPattern | string {
  if (source.length > LONGEST_PATTERN) return `it is longer than ${LONGEST_PATTERN} characters`;
  const wide = countWide(source);
  if (typeof wide === 'string') return wide;
  if (wide > MOST_WIDE)
    return `it holds more than ${MOST_WIDE} open repetitions; give some an upper bound like {1,8}`;
  try {
    const pattern = new RegExp(source, 'g');
    if (new RegExp(source).test('')) return 'it matches the empty text';
    return { pattern, window: WINDOWS[wide as 0 | 1 | 2 | 3] };
  } catch (error) {
    return (error as Error).message;
  }
}

/** How many repetitions have no or a high upper bound; a reason where a repetition holds another or an alternative. */
function countWide(source: string): number | string {
  const plain = source.replace(/\\[^1-9k]/g, 'e').replace(/\[(?:\\.|[^\]\\])*\]/g, 'c');
  if (/\\[1-9k]/.test(plain)) return 'it refers back to a group';
  if (/\(\?<[=!]/.test(plain)) return 'it looks behind';
  const open: boolean[] = [];
  let closedRisky = false;
  let wide = 0;
  for (const [token] of plain.matchAll(/\(|\)|\||[*+]|\{\d+(?:,\d*)?\}|[\s\S]/g)) {
    if (token === '(') open.push(false);
    else if (token === '|') open[open.length - 1] = true;
    else if (token === ')') {
      closedRisky = open.pop() ?? false;
      if (closedRisky && open.length > 0) open[open.length - 1] = true;
      continue;
    } else if (/^[*+{]/.test(token)) {
      if (closedRisky) return 'it repeats a group that holds an alternative or another repetition';
      if (isWide(token)) wide += 1;
      if (open.length > 0) open[open.length - 1] = true;
    }
    closedRisky = false;
  }
  return wide;
}

function isWide(token: string): boolean {
  const [, low, comma, high] = /^\{(\d+)(,?)(\d*)\}$/.exec(token) ?? [];
  if (low === undefined) return token !== '{';
  return comma === ',' && (high === '' || Number(high) - Number(low) > 8);
}

export function findUserPatterns(text: string): Span[] {
  const spans: Span[] = [];
  for (const { pattern, window } of known.values()) {
    const step = window / 2;
    for (let start = 0; start === 0 || start + step < text.length; start += step) {
      for (const match of text.slice(start, start + window).matchAll(pattern)) {
        spans.push({
          start: start + match.index,
          end: start + match.index + match[0].length,
          rule: 'custom',
        });
      }
    }
  }
  return spans;
}
