import { statRegular } from '../platform/open-regular.ts';
import { readBackwards, readRange } from '../platform/read-range.ts';
import { parseObject, timeOf } from './record.ts';

const BLOCK = 256 * 1024;
const TIMESTAMP = Buffer.from('"timestamp":');
const TIME = /^\s?"([^"\\]{20,35})"/;

/**
 * Where in a transcript reading has to begin to see everything noted since a time, found backwards from the end: the cost
 * follows what was noted since, not the file. A block of 256 KB in which records stand, and all of them are older, ends the
 * search and is read along, so that calls made shortly before are known. Where the clock was set back, what was noted before
 * such a block is not found, however late its time.
 * @param since milliseconds since 1970.
 * @returns the byte offset of the beginning of a line; 0 for a missing file.
 */
export function findWindow(file: string, since: number): number {
  let found = 0;
  readBackwards(file, BLOCK, (block, from) => {
    const start = block.indexOf(0x0a) + 1;
    if (from === 0 || start === 0 || !isOlder(block.subarray(start), since)) return false;
    found = from + start;
    return true;
  });
  return found;
}

/** Whether records stand in a block that begins with a line, and all of them are older. */
function isOlder(block: Buffer, since: number): boolean {
  // A quick look first: times also stand inside of results, so that only a late one tells something.
  for (let at = block.indexOf(TIMESTAMP); at !== -1; at = block.indexOf(TIMESTAMP, at + 1)) {
    const text = TIME.exec(block.toString('latin1', at + TIMESTAMP.length, at + TIMESTAMP.length + 40))?.[1];
    if (text !== undefined && Date.parse(text) >= since) return false;
  }
  let found = false;
  let start = 0;
  for (let end = block.indexOf(0x0a); end !== -1; end = block.indexOf(0x0a, start)) {
    const record = parseObject(block.subarray(start, end));
    // Kept versions of files have no time of their own, only that of the message they belong to, which may be long ago.
    found ||= timeOf(record?.timestamp) !== undefined;
    start = end + 1;
  }
  return found;
}

/** Where the first line begins that starts within the last bytes of a file; 0 where the file is no longer than that. */
export function findTail(file: string, bytes: number): number {
  const size = statRegular(file)?.size ?? 0;
  return size <= bytes ? 0 : nextLine(file, size - bytes, size);
}

/** The beginning of the first line behind a byte; the end of the file where there is none. */
function nextLine(file: string, at: number, size: number): number {
  for (let from = at; from < size; from += BLOCK) {
    const found = readRange(file, from, Math.min(BLOCK, size - from))?.indexOf(0x0a) ?? -1;
    if (found !== -1) return from + found + 1;
  }
  return size;
}

/**
 * Whether a place where an earlier reading ended still is the end of a record: not in a file that was cut off or replaced.
 * A missing file does not tell.
 */
export function isRecordEnd(file: string, offset: number): boolean {
  if (offset === 0) return true;
  const around = readRange(file, offset - 1, 2);
  if (around === undefined) return true;
  const [before, after] = around;
  // The last line may have had no line end yet.
  return before === 0x0a || (before === 0x7d && (after === undefined || after === 0x0a || after === 0x0d));
}
