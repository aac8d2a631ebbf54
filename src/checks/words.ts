import { redactText } from '../redact/redact.ts';

const MOST_CHARACTERS = 300;
/** Colours and what shows nothing: either could stand against a secret and hide where it begins. */
const UNSEEN =
  /\u001b\[[0-?]*[ -/]*[@-~]|[\p{Default_Ignorable_Code_Point}\p{Cs}\u0000-\u0009\u000b-\u001f\u007f-\u009f]/gu;

/** The end of what a command said, redacted, on one line: its errors, or its output where it gave none. */
export function lastWords(result: { stdout: string; stderr: string }): string {
  const said = result.stderr.trim() === '' ? result.stdout : result.stderr;
  const lines = redactText(said.slice(-8_000).replace(UNSEEN, ' '))
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const words = lines
    .slice(-4)
    .join(' | ')
    .replace(/:\/\/[^\s/@]*@/g, '://');
  return words === '' ? 'it said nothing' : words.slice(-MOST_CHARACTERS).replace(/^[\uDC00-\uDFFF]/, '');
}
