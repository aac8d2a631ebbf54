/** The line and column (both from 1) of a place in a text; `\n`, `\r\n` and `\r` end a line. */
export function lineAndColumn(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset);
  const lastBreak = Math.max(before.lastIndexOf('\n'), before.lastIndexOf('\r'));
  return { line: before.split(/\r\n|\r|\n/).length, column: offset - lastBreak };
}
