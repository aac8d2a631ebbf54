const PUNCTUATION = new Set([...'.,;:!?…。、！？']);
/** Opening and closing quotation marks that may stand around a name. */
const QUOTES: readonly (readonly [string, string])[] = [
  ['"', '"'],
  ["'", "'"],
  ['`', '`'],
  ['“', '”'],
  ['„', '“'],
  ['‘', '’'],
  ['«', '»'],
];

/** A text without blanks around it and without punctuation at its end. */
export function withoutPunctuation(text: string): string {
  // From the end, letter by letter: a regular expression would try at every one of a million points.
  let end = text.length;
  while (end > 0 && isLoose(text[end - 1] ?? '')) end -= 1;
  return text.slice(0, end).trim();
}

function isLoose(letter: string): boolean {
  return PUNCTUATION.has(letter) || letter.trim() === '';
}

/** A name as it was meant: without punctuation behind it and without the quotation marks around it. */
export function cleanWord(text: string): string {
  const name = withoutPunctuation(text);
  for (const [open, close] of QUOTES) {
    if (name.length > 1 && name.startsWith(open) && name.endsWith(close)) return name.slice(1, -1).trim();
  }
  return name;
}
