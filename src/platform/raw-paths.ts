import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { systemCode } from '../errors.ts';

/** What stands at a path whose name is bytes, as git has it: not every name is valid UTF-8. */
export interface RawEntry {
  kind: 'file' | 'link' | 'directory' | 'other';
  size: number;
  /** False only for a file this process may not read. */
  readable: boolean;
}

/** Looks at `root/name` without following a link. @returns undefined where nothing is there. */
export function lookAt(root: string, name: Uint8Array): RawEntry | undefined {
  const file = Buffer.concat([Buffer.from(`${root}${path.sep}`), name]);
  try {
    const stat = fs.lstatSync(file, { throwIfNoEntry: false });
    if (stat === undefined) return undefined;
    if (stat.isSymbolicLink()) return { kind: 'link', size: stat.size, readable: true };
    if (stat.isDirectory()) return { kind: 'directory', size: 0, readable: true };
    if (!stat.isFile()) return { kind: 'other', size: 0, readable: true };
    return { kind: 'file', size: stat.size, readable: canRead(file) };
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP') return undefined;
    if (code === 'EACCES') return { kind: 'other', size: 0, readable: false };
    throw error;
  }
}

function canRead(file: Buffer): boolean {
  try {
    fs.accessSync(file, fs.constants.R_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * A text that differs whenever the file was replaced or rewritten: inode, size, times in nanoseconds and its
 * last 20 bytes (git ends an index with the hash of its content). `none` where there is no file.
 */
export function contentMark(file: string): string {
  let fd: number;
  try {
    fd = fs.openSync(file, 'r');
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return 'none';
    throw error;
  }
  try {
    const stat = fs.fstatSync(fd, { bigint: true });
    const size = Number(stat.size);
    const tail = Buffer.alloc(Math.min(20, size));
    fs.readSync(fd, tail, 0, tail.length, size - tail.length);
    return `${stat.ino}:${size}:${stat.mtimeNs}:${stat.ctimeNs}:${tail.toString('hex')}`;
  } finally {
    fs.closeSync(fd);
  }
}

/** The person's home directory. */
export function homeDirectory(): string {
  return os.homedir();
}
