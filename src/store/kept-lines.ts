import { appendLine, readBytesIfExists, statIfExists, writeFileAtomic } from '../platform/fs.ts';

/** A larger file is neither read nor written: reading it would take longer than what it saves. */
const MAX_BYTES = 64 * 1024 * 1024;
const MAX_LINE = 64 * 1024;
/** More than this at once is not appended: the blocks of two writers would break each other. */
const MAX_APPEND = 64 * 1024;
/** Keys nobody asks for any more, above which the file is written anew. */
const MAX_UNUSED = 1_000;
/** Begins a block of lines: their sum, and how many bytes they are. No key begins so. */
const HEAD = /^= ([0-9a-f]{8}) (\d{1,9})\n/;
const LONGEST_HEAD = 22;

/**
 * Lines of ASCII by a key of letters and digits, for what is costly to find out and never changes for its key. Blocks
 * that are damaged or torn are as if they were not there.
 */
export function readKeptLines(file: string): Map<string, string> {
  const kept = new Map<string, string>();
  const bytes = readWhole(file);
  for (let at = 0; at !== -1 && at < bytes.length; ) {
    const head = HEAD.exec(bytes.toString('latin1', at, at + LONGEST_HEAD));
    const start = at + (head?.[0].length ?? 0);
    const end = start + Number(head?.[2]);
    const block = bytes.subarray(start, end);
    if (head !== null && end <= bytes.length && head[1] === sumOf(block)) {
      readBlock(block.toString('latin1'), kept);
      at = end + 1;
    } else {
      const next = bytes.indexOf('\n= ', at);
      at = next === -1 ? -1 : next + 1;
    }
  }
  return kept;
}

function readWhole(file: string): Buffer {
  try {
    if ((statIfExists(file)?.size ?? 0) <= MAX_BYTES) return readBytesIfExists(file) ?? Buffer.alloc(0);
  } catch {
    // No file, or not ours to read: nothing is kept then.
  }
  return Buffer.alloc(0);
}

function readBlock(text: string, kept: Map<string, string>): void {
  for (let start = 0; start < text.length; ) {
    const found = text.indexOf('\n', start);
    const end = found === -1 ? text.length : found;
    const split = text.indexOf(' ', start);
    if (split > start && split < end) kept.set(text.slice(start, split), text.slice(split + 1, end));
    start = end + 1;
  }
}

/**
 * Adds lines to the file, as far as they fit. Where it cannot be written nothing is kept, which costs only time.
 * @param found what the file was found to hold.
 * @param used the keys that are in use, in the order of their worth; the others may be dropped.
 */
export function keepLines(
  file: string,
  added: ReadonlyMap<string, string>,
  found: ReadonlyMap<string, string>,
  used: Iterable<string> & { length: number },
): void {
  const fresh = [...added].filter(([, line]) => line.length <= MAX_LINE);
  const isTidy = found.size + added.size - used.length <= MAX_UNUSED;
  if (fresh.length === 0 && isTidy) return;
  try {
    const size = statIfExists(file)?.size ?? 0;
    const { block } = blockOf(fresh);
    if (isTidy && block.length <= MAX_APPEND && size + block.length < MAX_BYTES) {
      appendLine(file, block.toString('latin1', 0, block.length - 1));
      return;
    }
    const whole = blockOf(linesOf(used, added, found));
    const isMore = whole.count > found.size;
    if (isMore || !isTidy) writeFileAtomic(file, whole.block, { mode: 0o600, sync: false });
  } catch {
    // A full or read-only disk: the next one finds out again what is missing here.
  }
}

function* linesOf(
  used: Iterable<string>,
  ...places: ReadonlyMap<string, string>[]
): Iterable<[string, string]> {
  for (const key of used) {
    const line = places.map((place) => place.get(key)).find((text) => text !== undefined);
    if (line !== undefined && line.length <= MAX_LINE) yield [key, line];
  }
}

/** A head, as many of the lines as fit, and a line break. */
function blockOf(lines: Iterable<[string, string]>): { block: Buffer; count: number } {
  const texts: string[] = [];
  let left = MAX_BYTES - LONGEST_HEAD - 1;
  for (const [key, line] of lines) {
    left -= key.length + line.length + 2;
    if (left < 0) break;
    texts.push(`${key} ${line}`);
  }
  const body = Buffer.from(texts.join('\n'), 'latin1');
  const head = Buffer.from(`= ${sumOf(body)} ${body.length}\n`);
  return { block: Buffer.concat([head, body, Buffer.from('\n')]), count: texts.length };
}

function sumOf(bytes: Uint8Array): string {
  return process.getBuiltinModule('node:zlib').crc32(bytes).toString(16).padStart(8, '0');
}
