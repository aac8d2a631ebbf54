import { HooksError } from '../errors.ts';
import { redactText } from '../redact/redact.ts';
import { cleanText, defuse } from './clean.ts';

/** Names of files as they may stand outside a block: nothing in them reads as a sentence. */
const PLAIN_NAME = /^[\w./@+-]{1,80}$/;
const NONCE = /^[A-Za-z0-9]{8,64}$/;
/** A longer line (minified code, a data URL) is left out and named: lines are never cut. */
const LONGEST_LINE = 1_500;

/** @throws HooksError where the delimiter could be guessed or would not survive as one word. */
export function checkNonce(nonce: string): void {
  if (NONCE.test(nonce)) return;
  throw new HooksError({
    code: 'context-nonce',
    kind: 'failed',
    message: 'The delimiter of the session context has to be 8 to 64 letters and digits.',
    hint: 'This is a defect of claude-hooks; please report it.',
  });
}

/**
 * The lines of a text as they may stand in a block: cleaned, redacted, unable to close the block, without
 * blank lines at both ends and without runs of blank lines.
 */
export function quotableLines(text: string, nonce: string): string[] {
  const ready = defuse(redactText(cleanText(text)), nonce)
    .replace(/\n{3,}/g, '\n\n')
    .replace(/^\n+|\s+$/g, '');
  if (ready === '') return [];
  return ready
    .split('\n')
    .map((line) =>
      line.length > LONGEST_LINE ? `[one line of ${line.length} characters is left out]` : line,
    );
}

/**
 * Quotes lines of `quotableLines` between two lines that only the caller can write, because they carry a word
 * nobody could guess.
 * @param label the source's name, from a fixed list.
 * @param file shown only where it is a plain name.
 */
export function fence(
  nonce: string,
  label: string,
  file: string | undefined,
  lines: readonly string[],
): string {
  const place = file !== undefined && isPlainName(file) ? ` ${file}` : '';
  return [`[data ${nonce} ${label}${place}]`, ...lines, `[end ${nonce}]`].join('\n');
}

/** Whether a path can stand outside a block, and in a command, as it is. */
export function isPlainName(file: string): boolean {
  return PLAIN_NAME.test(file) && !file.startsWith('-');
}
