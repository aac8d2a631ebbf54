import * as path from 'node:path';
import { systemCode } from '../errors.ts';
import { lstatIfExists, readHead, realPath, statIfExists } from '../platform/fs.ts';

/** A file as far as it is good for quoting. `note` says in one line why it is not. */
export type FileText =
  | { kind: 'missing' }
  | { kind: 'note'; note: string }
  | { kind: 'text'; text: string; unread: boolean };

/** Above this, a file is no document that someone wrote for reading. */
export const HUGE_BYTES = 2 * 1024 * 1024;
export const CONFLICT = /^(?:<{7}|>{7}) /m;

/**
 * Reads at most `limit` bytes of a document of the working tree. Never fails and never hangs: what is binary,
 * huge, unreadable, no regular file, in conflict or outside the tree (also by a symbolic link) gives a note.
 * The text ends with a whole line where the file goes on.
 */
export function readDocument(root: string, file: string, limit: number): FileText {
  const absolute = path.resolve(root, file);
  try {
    if (lstatIfExists(absolute) === undefined) return { kind: 'missing' };
    if (!isInside(realPath(root), realPath(absolute))) return note('lies outside the repository');
    const stat = statIfExists(absolute);
    if (stat === undefined) return note('is a link to nothing');
    if (stat.isDirectory()) return { kind: 'missing' };
    if (!stat.isFile()) return note('is no regular file');
    if (stat.size > HUGE_BYTES) return note(`is ${(stat.size / 1024 / 1024).toFixed(1)} MB`);
    return judge(readHead(absolute, limit), stat.size > limit);
  } catch (error) {
    return note(`cannot be read (${systemCode(error) ?? 'unknown error'})`);
  }
}

function judge(text: string | undefined, unread: boolean): FileText {
  if (text === undefined) return note('cannot be read: no permission');
  if (text.includes('\0') || isMostlyBroken(text)) return note('is binary or not UTF-8');
  if (CONFLICT.test(text)) return note('holds unresolved merge conflicts');
  const whole = unread ? text.slice(0, Math.max(text.lastIndexOf('\n'), 0)) : text;
  if (unread && whole === '') return note('is one long line');
  return { kind: 'text', text: whole.replace(/^\uFEFF/, ''), unread };
}

function isMostlyBroken(text: string): boolean {
  const broken = text.split('\uFFFD').length - 1;
  return broken > 8 && broken > text.length / 20;
}

function isInside(root: string, file: string): boolean {
  const relative = path.relative(root, file);
  return relative !== '' && !relative.startsWith('..') && !path.isAbsolute(relative);
}

function note(words: string): FileText {
  return { kind: 'note', note: words };
}
