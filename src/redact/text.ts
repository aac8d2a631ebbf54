import { findAssignments } from './assignments.ts';
import { CONTEXT_RULES } from './contexts.ts';
import { findLiterals } from './literals.ts';
import { replaceSpans, type Span } from './marker.ts';
import { findPrivateKeys } from './pem.ts';
import { SERVICE_RULES } from './services.ts';
import { findUserPatterns } from './user-patterns.ts';

const MOST_PASSES = 6;
const RULES = [...SERVICE_RULES, ...CONTEXT_RULES];
/** Without one of these words there is no assignment to look at. */
const TELLING = /pass|pwd|secret|token|credential|key/i;

/**
 * Replaces every secret in a text by `[redacted:<rule>]` and keeps everything else, character for character.
 * Redacting a redacted text changes nothing. Takes linear time in the length of the text.
 *
 * Found are: tokens of known services by their shape, private keys, passwords in URLs, authorization headers and
 * cookies, random or password-like values beside telling names, the values given to `registerSecrets`, and
 * matches of the person's own patterns. Not found is what has neither a known shape nor a telling name beside it.
 */
export function redactText(text: string): string {
  let current = text;
  for (let pass = 0; pass < MOST_PASSES; pass += 1) {
    const next = replaceSpans(current, findSecrets(current));
    if (next === current) break;
    current = next;
  }
  return current;
}

/** Every secret in a text, unsorted; some may overlap, or lie in what is redacted already. */
export function findSecrets(text: string): Span[] {
  const spans: Span[] = [...findLiterals(text), ...findUserPatterns(text)];
  for (const { name, triggers, pattern, accept } of RULES) {
    if (!triggers.some((trigger) => text.includes(trigger))) continue;
    for (const match of text.matchAll(pattern)) {
      const span = spanOf(match, name);
      if (accept === undefined || accept(text.slice(span.start, span.end))) spans.push(span);
    }
  }
  if (TELLING.test(text)) {
    for (const span of findPrivateKeys(text)) spans.push(span);
    for (const span of findAssignments(text)) spans.push(span);
  }
  return spans;
}

/** The first group that took part is the secret, and in these patterns it is the last such text of the match. */
function spanOf(match: RegExpExecArray, rule: string): Span {
  const secret = match.slice(1).find((group) => group !== undefined);
  if (secret === undefined) return { start: match.index, end: match.index + match[0].length, rule };
  const start = match.index + match[0].lastIndexOf(secret);
  return { start, end: start + secret.length, rule };
}
