import { statIfExists } from '../platform/fs.ts';
import { readRange } from '../platform/read-range.ts';

const BLOCK = 256 * 1024;
/** Longer than any block has no time in it: then the line is longer than that. */
const TIMESTAMP = /"timestamp":\s?"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d))"/g;

/**
 * Where in a transcript reading has to begin to see everything noted since a time, found backwards from the end: the cost
 * follows what was noted since, not the file. A block of 256 KB in which everything is older ends the search and is
 * read along, so that calls made shortly before are known.
 * @param since milliseconds since 1970.
 * @returns the byte offset of the beginning of a line; 0 for a missing file.
 */
export function findWindow(file: string, since: number): number {
  const stat = statIfExists(file);
  if (stat?.isFile() !== true) return 0;
  for (let end = stat.size; end > 0; end -= BLOCK) {
    const from = Math.max(0, end - BLOCK);
    // Times may stand across the border of two blocks.
    const block = readRange(file, from, Math.min(end + 64, stat.size) - from);
    if (block === undefined) return 0;
    const newest = newestTime(block);
    if (newest === undefined || newest >= since) continue;
    const lineEnd = block.indexOf(0x0a);
    // Less than a whole line here: the block before holds its beginning.
    if (lineEnd === -1 || from === 0) return lineStart(file, from);
    return from + lineEnd + 1;
  }
  return 0;
}

function newestTime(block: Buffer): number | undefined {
  let newest: number | undefined;
  for (const [, text] of block.toString('latin1').matchAll(TIMESTAMP)) {
    const time = Date.parse(text ?? '');
    if (!Number.isNaN(time) && (newest === undefined || time > newest)) newest = time;
  }
  return newest;
}

/** Where the first line begins that starts within the last bytes of a file; 0 where the file is no longer than that. */
export function findTail(file: string, bytes: number): number {
  const size = statIfExists(file)?.size ?? 0;
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

/** The beginning of the line in which a byte stands. */
function lineStart(file: string, at: number): number {
  for (let end = at; end > 0; end -= BLOCK) {
    const from = Math.max(0, end - BLOCK);
    const found = readRange(file, from, end - from)?.lastIndexOf(0x0a) ?? -1;
    if (found !== -1) return from + found + 1;
  }
  return 0;
}
