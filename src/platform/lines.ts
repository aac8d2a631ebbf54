import { openRegular } from './open-regular.ts';
import { fill } from './read-range.ts';

// A bundled namespace import copies every property, which makes newer Nodes load what the lazy ones stand for.
const fs = process.getBuiltinModule('node:fs');

const CHUNK = 256 * 1024;
/** Bytes kept of the beginning of a line that is too long. */
const HEAD_BYTES = 4 * 1024;

/** What stands beside a line. */
interface LineMore {
  /** Bytes without the line end. */
  length: number;
  /** Whether the line has its line end. */
  ended: boolean;
  /** The first 4 KB of a line that is too long. */
  head: Buffer | undefined;
}

type OnLine = (line: Buffer | undefined, number: number, offset: number, more: LineMore) => void;

/** A file that is read piece by piece. */
export interface LineReader {
  /** Reads on by at most 256 KB, or by one longer line, and hands over the lines that end there. @returns false at the end. */
  next(): boolean;
  close(): void;
}

/**
 * Calls `onLine` with each line of a file, its number (from 1) and its byte offset, a chunk of the file at a time, so that
 * memory is bounded by the longest line kept. A line over `maxLineBytes` is reported as undefined, with its first 4 KB.
 * What `onLine` is given is only good until it returns: the next line may overwrite it. `close` it.
 * A missing file has no lines, nor has what is no regular file. What is added meanwhile is not read, however fast it grows;
 * a file that shrinks ends where it now ends.
 */
export function openLines(
  file: string,
  onLine: OnLine,
  options: { maxLineBytes?: number; from?: number } = {},
): LineReader {
  const limit = options.maxLineBytes ?? 32 * 1024 * 1024;
  let fd = openRegular(file);
  let reading: { chunk: Buffer; size: number; long: LongLines } | undefined;
  /** Where in the file the chunk begins, and how much of it is filled: what is left of the reading before, and more. */
  let position = options.from ?? 0;
  let filled = 0;
  let number = 0;
  const tell = (line: Buffer, at: number, ended: boolean): void => {
    number += 1;
    const fits = line.length <= limit;
    const head = fits ? undefined : line.subarray(0, HEAD_BYTES);
    onLine(fits ? line : undefined, number, at, { length: line.length, ended, head });
  };
  const close = (): void => {
    if (fd !== undefined) fs.closeSync(fd);
    fd = undefined;
  };
  return {
    close,
    next() {
      if (fd === undefined) return false;
      reading ??= beginReading(fd, limit);
      const { chunk, size, long } = reading;
      const wanted = Math.max(0, Math.min(CHUNK, size - position) - filled);
      const read = wanted === 0 ? 0 : fs.readSync(fd, chunk, filled, wanted, position + filled);
      const bytes = chunk.subarray(0, filled + read);
      let start = 0;
      for (let at = bytes.indexOf(0x0a, filled); at !== -1; at = bytes.indexOf(0x0a, start)) {
        tell(bytes.subarray(start, at), position + start, true);
        start = at + 1;
      }
      filled = bytes.length - start;
      if (read === 0) {
        close();
        if (filled > 0) tell(bytes.subarray(start), position + start, false);
        return false;
      }
      if (filled < CHUNK) {
        chunk.copyWithin(0, start, bytes.length);
        position += start;
      } else {
        number += 1;
        position = long.read(position, number, onLine);
        filled = 0;
      }
      return true;
    },
  };
}

function beginReading(fd: number, limit: number): { chunk: Buffer; size: number; long: LongLines } {
  const chunk = Buffer.allocUnsafeSlow(CHUNK);
  const { size } = fs.fstatSync(fd);
  return { chunk, size, long: new LongLines(fd, chunk, size, limit) };
}

/** Reads lines longer than a chunk: looks for their end first, so that each is kept once, and none that is too long. */
class LongLines {
  private kept: Buffer | undefined;

  /** @param chunk is overwritten. @param size what lies behind is not read. */
  constructor(
    private readonly fd: number,
    private readonly chunk: Buffer,
    private readonly size: number,
    private readonly limit: number,
  ) {}

  /** @param offset of a line of which the chunk holds the first bytes. @returns the offset behind it. */
  read(offset: number, number: number, onLine: OnLine): number {
    const head = Buffer.from(this.chunk.subarray(0, HEAD_BYTES));
    const { end, ended } = this.findEnd(offset + this.chunk.length);
    const length = end - offset;
    if (length > this.limit) onLine(undefined, number, offset, { length, ended, head });
    else {
      if (this.kept === undefined || this.kept.length < length) {
        // In powers of two: growing lines shall not leave a buffer of each length behind.
        this.kept = Buffer.allocUnsafeSlow(Math.min(this.limit, 2 ** Math.ceil(Math.log2(length))));
      }
      const there = fill(this.fd, this.kept, length, offset);
      const more = { length: there, ended: ended && there === length, head: undefined };
      onLine(this.kept.subarray(0, there), number, offset, more);
    }
    return ended ? end + 1 : end;
  }

  private findEnd(from: number): { end: number; ended: boolean } {
    for (let at = from; ; ) {
      const wanted = Math.max(0, Math.min(this.chunk.length, this.size - at));
      const read = wanted === 0 ? 0 : fs.readSync(this.fd, this.chunk, 0, wanted, at);
      if (read === 0) return { end: at, ended: false };
      const found = this.chunk.subarray(0, read).indexOf(0x0a);
      if (found !== -1) return { end: at + found, ended: true };
      at += read;
    }
  }
}

/**
 * At most the last `limit` bytes of a regular file, with the offset of the first of them. Undefined where there is
 * no such file.
 */
export function readTail(file: string, limit: number): { bytes: Buffer; from: number } | undefined {
  const fd = openRegular(file);
  if (fd === undefined) return undefined;
  try {
    const { size } = fs.fstatSync(fd);
    const from = Math.max(0, size - limit);
    const bytes = Buffer.alloc(size - from);
    return { bytes: bytes.subarray(0, fill(fd, bytes, bytes.length, from)), from };
  } finally {
    fs.closeSync(fd);
  }
}
