import * as path from 'node:path';
import { messageOf, systemCode } from '../errors.ts';
import { isWritable, lstatIfExists, readBytesIfExists, realPath, statIfExists } from '../platform/fs.ts';
import { CONFLICT, HUGE_BYTES } from './file.ts';

/** A context file as it can be changed. `note` says in one line why it cannot; `line` where (from 1). */
export type EditableText =
  | { kind: 'missing' }
  | { kind: 'note'; note: string; line?: number }
  | { kind: 'text'; text: string; bytes: Buffer };

/**
 * Reads a document that is to be changed. Never fails and never hangs. What is binary, not UTF-8 throughout, above 2 MB,
 * in conflict, read-only, a link, no regular file or in a folder that cannot be written gives a note: it is left alone.
 * The text is exact: encoded again it gives the same bytes.
 */
export function readEditable(root: string, file: string): EditableText {
  try {
    const folder = path.dirname(file);
    if (lstatIfExists(folder) !== undefined && !isBelow(realPath(root), realPath(folder)))
      return note('lies outside the repository');
    const stat = lstatIfExists(file);
    if (stat === undefined) return folderNote(folder) ?? { kind: 'missing' };
    if (stat.isSymbolicLink()) return note('is a link');
    if (!stat.isFile()) return note('is no regular file');
    if (stat.size > HUGE_BYTES) return note(`is ${(stat.size / 1024 / 1024).toFixed(1)} MB`);
    // The permission counts also for one whom it does not bind.
    if ((stat.mode & 0o222) === 0 || !isWritable(file)) return note('is read-only');
    return folderNote(folder) ?? judge(readBytesIfExists(file));
  } catch (error) {
    return note(`cannot be read (${systemCode(error) ?? messageOf(error)})`);
  }
}

function folderNote(folder: string): EditableText | undefined {
  const stat = statIfExists(folder);
  if (stat === undefined) return undefined;
  if (!stat.isDirectory()) return note('lies in what is no folder');
  return (stat.mode & 0o222) === 0 || !isWritable(folder) ? note('lies in a read-only folder') : undefined;
}

function judge(bytes: Buffer | undefined): EditableText {
  if (bytes === undefined) return { kind: 'missing' };
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return note('is binary or not UTF-8');
  }
  if (text.includes('\0')) return note('is binary or not UTF-8');
  const conflict = CONFLICT.exec(text);
  if (conflict !== null) {
    const line = text.slice(0, conflict.index).split('\n').length;
    return { kind: 'note', note: 'holds unresolved merge conflicts', line };
  }
  return { kind: 'text', text, bytes };
}

function isBelow(root: string, folder: string): boolean {
  return folder === root || folder.startsWith(`${root}${path.sep}`);
}

function note(words: string): EditableText {
  return { kind: 'note', note: words };
}
