import { systemCode } from '../errors.ts';
import { statIfExists } from './fs.ts';

// A bundled namespace import copies every property, which makes newer Nodes load what the lazy ones stand for.
const fs = process.getBuiltinModule('node:fs');

/** Bytes kept of the beginning of a line that is too long. */
const HEAD_BYTES = 4 * 1024;

type OnLine = (
  line: Buffer | undefined,
  number: number,
  offset: number,
  more: { length: number; ended: boolean; head: Buffer | undefined },
) => void;

interface LineOptions {
  maxLineBytes?: number;
  from?: number;
}

/** A file that is read piece by piece. */
export interface LineReader {
  /** Reads on by at most 256 KB and hands over the lines that end there. @returns false once the file has ended. */
  next(): boolean;
  close(): void;
}

/**
 * Calls `onLine` with each line of a file, its number (from 1), its byte offset and length, a piece of the file at a time, so
 * that memory is bounded by the longest line kept. A line over `maxLineBytes` is reported as undefined, with its first 4 KB.
 * What `onLine` is given is only good until it returns. `ended` tells whether the line has its line end. `close` it.
 * A missing file has no lines, nor has what is no regular file: a device never ends, a pipe may never begin.
 */
export function openLines(file: string, onLine: OnLine, options: LineOptions = {}): LineReader {
  const limit = options.maxLineBytes ?? 32 * 1024 * 1024;
  let fd = openRegular(file);
  let chunk: Buffer | undefined;
  let pending: Buffer[] = [];
  let pendingBytes = 0;
  let head: Buffer | undefined;
  let position = options.from ?? 0;
  let lineStart = position;
  let number = 0;
  const emit = (tail: Buffer, end: number, ended: boolean): void => {
    number += 1;
    const length = pendingBytes + tail.length;
    if (length > limit) drop(tail);
    const line = pending.length === 0 ? tail : Buffer.concat([...pending, tail]);
    onLine(head === undefined ? line : undefined, number, lineStart, { length, ended, head });
    pending = [];
    pendingBytes = 0;
    head = undefined;
    lineStart = end;
  };
  const drop = (tail: Buffer): void => {
    head ??= Buffer.from((pending[0] ?? tail).subarray(0, HEAD_BYTES));
    pending = [];
  };
  const close = (): void => {
    if (fd !== undefined) fs.closeSync(fd);
    fd = undefined;
  };
  return {
    next() {
      if (fd === undefined) return false;
      chunk ??= Buffer.alloc(256 * 1024);
      const length = fs.readSync(fd, chunk, 0, chunk.length, position);
      if (length === 0) {
        close();
        if (pendingBytes > 0) emit(Buffer.alloc(0), position, false);
        return false;
      }
      let start = 0;
      for (let at = chunk.indexOf(0x0a, 0); at !== -1 && at < length; at = chunk.indexOf(0x0a, start)) {
        emit(chunk.subarray(start, at), position + at + 1, true);
        start = at + 1;
      }
      if (start < length) {
        pendingBytes += length - start;
        const rest = chunk.subarray(start, length);
        if (pendingBytes > limit) drop(rest);
        else pending.push(Buffer.from(rest));
      }
      position += length;
      return true;
    },
    close,
  };
}

function openRegular(file: string): number | undefined {
  if (statIfExists(file)?.isFile() !== true) return undefined;
  try {
    return fs.openSync(file, 'r');
  } catch (error) {
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return undefined;
    throw error;
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
