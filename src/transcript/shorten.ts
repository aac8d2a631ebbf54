/** Bytes of a text that are kept. */
const MOST = 64 * 1024;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * A line of JSON with its long texts cut at 64 KB, so that parsing a record with pictures in it takes little memory. What is
 * no whole JSON stays as it is.
 */
export function shortenTexts(line: Buffer): Buffer {
  const kept: Buffer[] = [];
  let from = 0;
  for (let open = line.indexOf(QUOTE); open !== -1; ) {
    const close = endOfText(line, open + 1);
    if (close === -1) return line;
    if (close - open > MOST) {
      kept.push(line.subarray(from, cutAt(line, open + 1)));
      from = close;
    }
    open = line.indexOf(QUOTE, close + 1);
  }
  return from === 0 ? line : Buffer.concat([...kept, line.subarray(from)]);
}

/** The quote that ends a text. */
function endOfText(line: Buffer, start: number): number {
  for (let at = line.indexOf(QUOTE, start); at !== -1; at = line.indexOf(QUOTE, at + 1)) {
    let slashes = 0;
    while (at - 1 - slashes >= start && line[at - 1 - slashes] === BACKSLASH) slashes += 1;
    if (slashes % 2 === 0) return at;
  }
  return -1;
}

/** Where a text may be cut: inside no escape, and inside no character. */
function cutAt(line: Buffer, start: number): number {
  const wanted = start + MOST;
  for (let at = start; ; ) {
    const slash = line.indexOf(BACKSLASH, at);
    if (slash === -1 || slash >= wanted) break;
    at = slash + (line[slash + 1] === 0x75 ? 6 : 2);
    if (at >= wanted) return at;
  }
  let at = wanted;
  while (((line[at] ?? 0) & 0xc0) === 0x80) at += 1;
  return at;
}
