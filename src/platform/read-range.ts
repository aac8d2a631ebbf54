import { openRegular } from './open-regular.ts';

// A bundled namespace import copies every property, which makes newer Nodes load what the lazy ones stand for.
const fs = process.getBuiltinModule('node:fs');

/** `length` bytes of a regular file from `offset`, fewer where it ends before; undefined where there is no such file. */
export function readRange(file: string, offset: number, length: number): Buffer | undefined {
  const fd = openRegular(file);
  if (fd === undefined) return undefined;
  try {
    const bytes = Buffer.alloc(length);
    return bytes.subarray(0, fill(fd, bytes, length, offset));
  } finally {
    fs.closeSync(fd);
  }
}

/**
 * Calls `onBlock` with the blocks of a regular file from its end to its beginning, and where each begins, until it returns
 * true. What it is given is only good until it returns. A missing file has none.
 */
export function readBackwards(
  file: string,
  blockBytes: number,
  onBlock: (block: Buffer, from: number) => boolean,
): void {
  const fd = openRegular(file);
  if (fd === undefined) return;
  try {
    const bytes = Buffer.allocUnsafeSlow(blockBytes);
    for (let end = fs.fstatSync(fd).size; end > 0; end -= blockBytes) {
      const from = Math.max(0, end - blockBytes);
      if (onBlock(bytes.subarray(0, fill(fd, bytes, end - from, from)), from)) return;
    }
  } finally {
    fs.closeSync(fd);
  }
}

/** Reads up to `length` bytes from `offset` into the beginning of `bytes`. @returns how many there were. */
export function fill(fd: number, bytes: Buffer, length: number, offset: number): number {
  let filled = 0;
  while (filled < length) {
    const read = fs.readSync(fd, bytes, filled, length - filled, offset + filled);
    if (read === 0) break;
    filled += read;
  }
  return filled;
}
