/**
 * How Claude Code shows a file: UTF-16 where it begins with that mark, else UTF-8, bytes that are neither replaced,
 * `\r\n` as `\n`. Two files that are shown alike may differ in their bytes.
 */
export function shownOf(bytes: Buffer): string {
  const text = isUtf16(bytes) ? bytes.toString('utf16le') : bytes.toString('utf8');
  return text.replaceAll('\r\n', '\n');
}

/** What Claude Code writes over a file: its encoding, the commoner of its line ends, and nothing else of its bytes. */
export function bytesWritten(text: string, over: Buffer | undefined): Buffer {
  if (over === undefined) return Buffer.from(text, 'utf8');
  const wide = isUtf16(over);
  const { returns, newlines } = countEnds(wide ? Buffer.from(over.toString('utf16le'), 'utf8') : over);
  const ended = returns * 2 > newlines ? text.replaceAll('\n', '\r\n') : text;
  return Buffer.from(ended, wide ? 'utf16le' : 'utf8');
}

/**
 * Gives a shown text the form of the files it was taken from. Where line ends are mixed, or bytes are no text, a line
 * that one of them has too gets its very bytes.
 * @param models the one that gives the form first.
 */
export function bytesLike(text: string, models: readonly Buffer[]): Buffer {
  const [first] = models;
  const plain = bytesWritten(text, first);
  if (first === undefined || isUtf16(first)) return plain;
  if (!hasMixedEnds(first) && !text.includes('\ufffd')) return plain;
  const known = new Map<string, Buffer>();
  for (const line of models.flatMap(linesOf)) {
    const shown = shownOf(line);
    if (!known.has(shown)) known.set(shown, line);
  }
  const { returns, newlines } = countEnds(first);
  const end = returns * 2 > newlines ? '\r\n' : '\n';
  const lines = text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
  return Buffer.concat(lines.map((line) => known.get(line) ?? Buffer.from(line.replace(/\n$/, end), 'utf8')));
}

/** Whether some lines end in `\r\n` and some in `\n`. */
export function hasMixedEnds(bytes: Buffer): boolean {
  const { returns, newlines } = countEnds(bytes);
  return returns > 0 && returns < newlines;
}

function isUtf16(bytes: Buffer): boolean {
  return bytes.length >= 2 && bytes[0] === 0xff && bytes[1] === 0xfe;
}

function countEnds(bytes: Buffer): { returns: number; newlines: number } {
  let returns = 0;
  let newlines = 0;
  for (let at = bytes.indexOf(0x0a); at !== -1; at = bytes.indexOf(0x0a, at + 1)) {
    newlines += 1;
    if (at > 0 && bytes[at - 1] === 0x0d) returns += 1;
  }
  return { returns, newlines };
}

function linesOf(bytes: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  let start = 0;
  while (start < bytes.length) {
    const newline = bytes.indexOf(0x0a, start);
    const end = newline === -1 ? bytes.length : newline + 1;
    lines.push(bytes.subarray(start, end));
    start = end;
  }
  return lines;
}
