import { redactText } from '../redact/redact.ts';

const MOST_CHARACTERS = 300;

/** The end of what a command said, redacted, on one line: its errors, or its output where it gave none. */
export function lastWords(result: { stdout: string; stderr: string }): string {
  const said = result.stderr.trim() === '' ? result.stdout : result.stderr;
  const lines = redactText(said.slice(-8_000))
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const words = lines
    .slice(-4)
    .join(' | ')
    .replace(/:\/\/[^\s/@]*@/g, '://');
  return words === '' ? 'it said nothing' : words.slice(-MOST_CHARACTERS).replace(/^[\uDC00-\uDFFF]/, '');
}
