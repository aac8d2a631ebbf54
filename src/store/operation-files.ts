import * as path from 'node:path';
import {
  createFileExclusive,
  exists,
  readTextIfExists,
  removeFile,
  renameFile,
  writeFileAtomic,
} from '../platform/fs.ts';

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
