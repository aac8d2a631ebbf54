/** Sequences that move the cursor, set colours or titles: gone whole, so that no `[31m` stays behind. */
const TERMINAL_SEQUENCES = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[@-Z\\^_])/g;

/**
 * What shows nothing but changes how text is read: control characters, bidirectional overrides, zero-width
 * and tag characters, variation selectors, halves of surrogate pairs.
 */
const INVISIBLE = /[\p{Cc}\p{Cs}\p{Default_Ignorable_Code_Point}\u{FFF9}-\u{FFFB}]/gu;

/** Most texts: nothing in them to be taken out, and no other line end. */
const PLAIN = /^[\t\n\x20-\x7e]*$/;
const TRAILING = /[ \t]+$/gm;

/**
 * Text as a person would see it: without terminal sequences, control, bidirectional, zero-width and tag
 * characters. Line ends become `\n`; tabs stay; each line loses its trailing blanks.
 */
export function cleanText(text: string): string {
  if (PLAIN.test(text)) return text.replace(TRAILING, '');
  return text
    .replace(TERMINAL_SEQUENCES, '')
    .replace(/\r\n?|[\u0085\u2028\u2029\u000b\u000c]/g, '\n')
    .replace(INVISIBLE, (character) => (character === '\n' || character === '\t' ? character : ''))
    .replace(TRAILING, '');
}

/** `cleanText` on one line of at most `limit` characters; a longer one ends in `…`. Cuts no surrogate pair. */
export function cleanLine(text: string, limit: number): string {
  const line = cleanText(text).replace(/\s+/g, ' ').trim();
  if (line.length <= limit) return line;
  return `${line.slice(0, limit - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

/**
 * Words by which a client, a model or a tool protocol marks who speaks. A tag with one of them is defused;
 * ordinary markup (`<img>`, `<T>`) stays readable.
 */
const SPEAKER_TAG =
  /[<＜﹤‹〈](?=[\s/／\\|!?]*[^<>＜＞\n]{0,40}?(?:system|reminder|hook|notification|instruction|function|tool|antml|invoke|parameter|command|human|assistant|user|prompt|im_start|im_end|endoftext))/giu;

/**
 * Makes text unable to end the block it is quoted in: no tag in it reads as the client's or a model's own, and
 * the delimiter does not occur in it. Expects text that `cleanText` has been through.
 */
export function defuse(text: string, delimiter: string): string {
  const harmless = text.replace(SPEAKER_TAG, '&lt;');
  if (delimiter === '') return harmless;
  return harmless.replace(new RegExp(escapePattern(delimiter), 'gi'), '[…]');
}

function escapePattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
