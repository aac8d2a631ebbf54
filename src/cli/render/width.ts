const PLAIN = /^[\x20-\x7e]*$/;
/** What terminals show in two columns: East Asian wide and full-width letters, and emoji. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{16fe0}-\u{18dff}\u{1aff0}-\u{1b2fb}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;
/** What is drawn over the letter before it. */
const NARROW = /^\p{M}$/u;

/** Columns of a terminal a text without control characters takes; a sequence of joined emoji may take fewer. */
export function displayWidth(text: string): number {
  if (PLAIN.test(text)) return text.length;
  let width = 0;
  for (const letter of text) width += widthOf(letter);
  return width;
}

/** The beginning of a text that fits into so many columns, with an ellipsis where something was cut off. */
export function cutTo(text: string, columns: number): string {
  if (text.length <= columns && PLAIN.test(text)) return text;
  if (displayWidth(text) <= columns) return text;
  let left = columns - 1;
  let kept = '';
  for (const letter of text) {
    left -= widthOf(letter);
    if (left < 0) break;
    kept += letter;
  }
  return columns < 1 ? '' : `${kept}…`;
}

/** Spaces are added until the text takes so many columns. */
export function padTo(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - displayWidth(text)));
}

function widthOf(letter: string): number {
  if (WIDE.test(letter)) return 2;
  return NARROW.test(letter) ? 0 : 1;
}
