import { redactText } from '../redact/redact.ts';
import { cleanLine } from './clean.ts';

/** Far more than an item holds, so that a secret is whole when it is looked for. */
const READ = 8_192;

/**
 * A text of unknown origin as one item of a list in the context file: one line without control characters, redacted,
 * unable to open or close a region or a comment, cut to `limit` characters.
 */
export function itemText(text: string, limit: number): string {
  const safe = redactText(cleanLine(text.slice(0, READ * 2), READ))
    .replace(/<!-*/g, '<\u200a')
    .replace(/-->/g, '\u2010\u2010>')
    .replace(/claude-hooks:(begin|end)/g, 'claude-hooks $1');
  return safe.length <= limit ? safe : `${safe.slice(0, limit - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

/** Letters and digits alone, for telling whether two texts say the same. */
export function sameWords(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}
