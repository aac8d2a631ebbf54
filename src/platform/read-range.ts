import { systemCode } from '../errors.ts';

// A bundled namespace import copies every property, which makes newer Nodes load what the lazy ones stand for.
const fs = process.getBuiltinModule('node:fs');

/** `length` bytes of a file from `offset`, fewer where it ends before; undefined where there is no such file. */
export function readRange(file: string, offset: number, length: number): Buffer | undefined {
  let fd: number;
  try {
    fd = fs.openSync(file, 'r');
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
  try {
    const bytes = Buffer.alloc(length);
    let filled = 0;
    while (filled < length) {
      const read = fs.readSync(fd, bytes, filled, length - filled, offset + filled);
      if (read === 0) break;
      filled += read;
    }
    return bytes.subarray(0, filled);
  } finally {
    fs.closeSync(fd);
  }
}
