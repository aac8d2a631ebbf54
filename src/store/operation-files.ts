import * as path from 'node:path';
import { systemCode } from '../errors.ts';
import {
  createFileExclusive,
  ensureDirectory,
  exists,
  readBytesIfExists,
  readTextIfExists,
  removeFile,
  removeTree,
  renameFile,
  statIfExists,
  writeFileAtomic,
} from '../platform/fs.ts';

const CONTENTS = 'contents';

/** What an operation keeps in its own folder beside its entry. Nothing here is redacted: it has to be exact. */

/** Writes a file of the operation, whole or not at all, and to the disk before it returns. */
export function writeOperationFile(directory: string, name: string, text: string): void {
  writeFileAtomic(path.join(directory, name), text, { mode: 0o600 });
}

export function readOperationFile(directory: string, name: string): string | undefined {
  return readTextIfExists(path.join(directory, name));
}

export function removeOperationFile(directory: string, name: string): void {
  removeFile(path.join(directory, name));
}

/** Sets the operation's first mark: an empty file that later changes its name, which needs no room on the disk. */
export function setMark(directory: string, mark: string): void {
  createFileExclusive(path.join(directory, mark), '');
}

/** Turns one mark into another in a single step. */
export function changeMark(directory: string, from: string, to: string): void {
  renameFile(path.join(directory, from), path.join(directory, to));
}

export function hasMark(directory: string, mark: string): boolean {
  return exists(path.join(directory, mark));
}

/** Keeps bytes under their hash, readable for their owner only. */
export function keepContent(directory: string, hash: string, bytes: Uint8Array): void {
  const file = path.join(directory, CONTENTS, hash);
  if (exists(file)) return;
  ensureDirectory(path.dirname(file));
  writeFileAtomic(file, bytes, { mode: 0o600 });
}

/** What was kept under a hash, as it is now: whoever reads it compares. */
export function keptContent(directory: string, hash: string): { file: string; bytes: Buffer | undefined } {
  const file = path.join(directory, CONTENTS, hash);
  return { file, bytes: readBytesIfExists(file) };
}

export function dropContents(directory: string): void {
  removeTree(path.join(directory, CONTENTS));
}

/** Moves a file into an operation's folder, or out of it. At every moment it is at one of the two places, whole. */
export function moveOperationFile(from: string, to: string): void {
  ensureDirectory(path.dirname(to));
  try {
    renameFile(from, to);
  } catch (error) {
    if (systemCode(error) !== 'EXDEV') throw error;
    const mode = statIfExists(from)?.mode;
    writeFileAtomic(to, readBytesIfExists(from) ?? Buffer.alloc(0), mode === undefined ? {} : { mode });
    removeFile(from);
  }
}
