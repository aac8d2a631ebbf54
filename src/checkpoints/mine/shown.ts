/**
 * How Claude Code shows a file: UTF-16 where it begins with that mark, else UTF-8, bytes that are neither replaced,
 * `\r\n` as `\n`. Two files that are shown alike may differ in their bytes.
 */
export function shownOf(bytes: Buffer): string {
  const text = isUtf16(bytes) ? bytes.toString('utf16le') : bytes.toString('utf8');
  return text.replaceAll('\r\n', '\n');
}

/**
 * Gives a shown text the form of the files it belongs to: encoding and line ends. Where line ends are mixed, a line
 * that one of them has too gets its very bytes, and any other the commoner end. A line with bytes that are no text
 * gets those of the last model that has it.
 * @param models the one that gives the form first.
 */
export function bytesLike(text: string, models: readonly Buffer[]): Buffer {
  const first = models[0];
  if (first === undefined) return Buffer.from(text, 'utf8');
  if (isUtf16(first)) {
    const returns = first.toString('utf16le').includes('\r\n');
    return Buffer.from(returns ? text.replaceAll('\n', '\r\n') : text, 'utf16le');
  }
  const { returns, newlines } = countEnds(first);
  const mixed = returns > 0 && returns < newlines;
  const end = returns * 2 > newlines ? '\r\n' : '\n';
  if (!mixed && !text.includes('\ufffd')) {
    return Buffer.from(end === '\n' ? text : text.replaceAll('\n', end), 'utf8');
  }
  const sound = new Map<string, Buffer>();
  const broken = new Map<string, Buffer>();
  for (const line of models.flatMap(linesOf)) {
    const shown = shownOf(line);
    if (shown.includes('\ufffd')) broken.set(shown, line);
    else if (mixed && !sound.has(shown)) sound.set(shown, line);
  }
  const lines = text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
  return Buffer.concat(
    lines.map((line) => broken.get(line) ?? sound.get(line) ?? Buffer.from(line.replace(/\n$/, end), 'utf8')),
  );
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
