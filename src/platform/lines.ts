import { systemCode } from '../errors.ts';
import { statIfExists } from './fs.ts';

// A bundled namespace import copies every property, which makes newer Nodes load what the lazy ones stand for.
const fs = process.getBuiltinModule('node:fs');

/**
 * Calls `onLine` with each line of a file, its number (from 1) and its byte offset, reading in chunks, so that
 * memory is bounded by the longest line kept. A line over `maxLineBytes` is reported as undefined.
 * A missing file has no lines, nor has what is no regular file: a device never ends, a pipe may never begin.
 */
export function readLines(
  file: string,
  onLine: (line: Buffer | undefined, number: number, offset: number) => void,
  options: { maxLineBytes?: number; from?: number } = {},
): void {
  const limit = options.maxLineBytes ?? 32 * 1024 * 1024;
  if (statIfExists(file)?.isFile() !== true) return;
  let fd: number;
  try {
    fd = fs.openSync(file, 'r');
  } catch (error) {
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return;
    throw error;
  }
  try {
    const chunk = Buffer.alloc(256 * 1024);
    let pending: Buffer[] = [];
    let pendingBytes = 0;
    let dropped = false;
    let position = options.from ?? 0;
    let lineStart = position;
    let number = 0;
    const emit = (tail: Buffer, end: number): void => {
      number += 1;
      const line = pending.length === 0 ? tail : Buffer.concat([...pending, tail]);
      onLine(dropped ? undefined : line, number, lineStart);
      pending = [];
      pendingBytes = 0;
      dropped = false;
      lineStart = end;
    };
    for (;;) {
      const length = fs.readSync(fd, chunk, 0, chunk.length, position);
      if (length === 0) break;
      let start = 0;
      for (let at = chunk.indexOf(0x0a, 0); at !== -1 && at < length; at = chunk.indexOf(0x0a, start)) {
        emit(chunk.subarray(start, at), position + at + 1);
        start = at + 1;
      }
      if (start < length) {
        pendingBytes += length - start;
        if (pendingBytes > limit) {
          dropped = true;
          pending = [];
        } else pending.push(Buffer.from(chunk.subarray(start, length)));
      }
      position += length;
    }
    if (pendingBytes > 0) emit(Buffer.alloc(0), position);
  } finally {
    fs.closeSync(fd);
  }
}

/**
 * At most the last `limit` bytes of a regular file, with the offset of the first of them. Undefined where there is
 * no such file.
 */
export function readTail(file: string, limit: number): { bytes: Buffer; from: number } | undefined {
  if (statIfExists(file)?.isFile() !== true) return undefined;
  let fd: number;
  try {
    fd = fs.openSync(file, 'r');
  } catch (error) {
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return undefined;
    throw error;
  }
  try {
    const { size } = fs.fstatSync(fd);
    const from = Math.max(0, size - limit);
    const bytes = Buffer.alloc(size - from);
    let length = 0;
    while (length < bytes.length) {
      const read = fs.readSync(fd, bytes, length, bytes.length - length, from + length);
      if (read === 0) break;
      length += read;
    }
    return { bytes: bytes.subarray(0, length), from };
  } finally {
    fs.closeSync(fd);
  }
}
