import { HooksError } from '../errors.ts';
import type { Span } from './marker.ts';

const WINDOW = 1_000;
const OVERLAP = 200;
const LONGEST_PATTERN = 200;

let patterns: RegExp[] = [];

/**
 * Adds a person's own patterns (JavaScript regular expressions) to every later redaction of this process.
 * A pattern is refused where it could take more than quadratic time: JavaScript cannot stop a match that runs.
 * Matches longer than 1,000 characters are not found.
 * @throws HooksError `redact-pattern` (kind config) that names the pattern; none of the list is added then.
 */
export function addRedactionPatterns(sources: readonly string[]): void {
  const known = new Set(patterns.map((pattern) => pattern.source));
  const compiled = sources.map(compile);
  patterns = [...patterns, ...compiled.filter((pattern) => !known.has(pattern.source))];
}

export function clearRedactionPatterns(): void {
  patterns = [];
}

function compile(source: string): RegExp {
  const problem = slowness(source);
  if (problem !== undefined) throw refused(source, problem);
  let pattern: RegExp;
  try {
    pattern = new RegExp(source, 'g');
  } catch (error) {
    throw refused(source, (error as Error).message);
  }
  if (pattern.test('')) throw refused(source, 'it matches the empty text');
  return pattern;
}

function refused(source: string, problem: string): HooksError {
  return new HooksError({
    code: 'redact-pattern',
    kind: 'config',
    message: `redact.patterns: ${JSON.stringify(source.slice(0, 80))} cannot be used: ${problem}`,
    hint: 'Use one pattern for each secret, like "acme_[a-z0-9]{20,}"; give all but one repetition an upper bound of at most 8, like {1,8}.',
  });
}

/** Why a pattern could be slow: nested or several wide repetitions, back references, look-behinds. */
function slowness(source: string): string | undefined {
  if (source.length > LONGEST_PATTERN) return `it is longer than ${LONGEST_PATTERN} characters`;
  const plain = source.replace(/\\[^1-9k]/g, 'e').replace(/\[(?:\\.|[^\]\\])*\]/g, 'c');
  if (/\\[1-9k]/.test(plain)) return 'it refers back to a group';
  if (/\(\?<[=!]/.test(plain)) return 'it looks behind';
  const quantifiers = [...plain.matchAll(/(\)?)(\*|\+|\{(\d+)(,?)(\d*)\})/g)];
  let wide = 0;
  let narrow = 0;
  for (const [, group, text, low, comma, high] of quantifiers) {
    if (group === ')') return 'it repeats a group';
    if (text !== '*' && text !== '+' && comma === '') continue;
    if (text === '*' || text === '+' || high === '' || Number(high) - Number(low) > 8) wide += 1;
    else narrow += 1;
  }
  if (wide > 1) return 'it holds more than one wide repetition';
  return narrow > 2 ? 'it holds more than two variable repetitions beside' : undefined;
}

export function findUserPatterns(text: string): Span[] {
  if (patterns.length === 0) return [];
  const spans: Span[] = [];
  for (let start = 0; start < text.length; start += WINDOW - OVERLAP) {
    const window = text.slice(start, start + WINDOW);
    for (const pattern of patterns) {
      for (const match of window.matchAll(pattern)) {
        spans.push({
          start: start + match.index,
          end: start + match.index + match[0].length,
          rule: 'custom',
        });
      }
    }
    if (start + WINDOW >= text.length) break;
  }
  return spans;
}
