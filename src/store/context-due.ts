import * as path from 'node:path';
import {
  ensureDirectory,
  listDirectory,
  readTextIfExists,
  removeFile,
  writeFileAtomic,
} from '../platform/fs.ts';
import type { StatePaths } from './paths.ts';

/** An update of a context file that could not be done when it was due. */
export interface DueContext {
  /** The top of the working tree. */
  root: string;
  /** The session whose end called for it; undefined for a git operation. */
  session?: { id: string; transcript: string };
}

/** Notes it, so that the next worker does it. The same again changes nothing. */
export function markContextDue(state: StatePaths, worktree: string, due: DueContext): void {
  const name = due.session === undefined ? `git-${worktree}` : `session-${due.session.id}`;
  const folder = folderOf(state);
  ensureDirectory(folder);
  writeFileAtomic(path.join(folder, `${name}.json`), JSON.stringify(due));
}

/** What is due in a working tree, by the file that notes it. */
export function listContextDue(state: StatePaths, root: string): { file: string; due: DueContext }[] {
  return listDirectory(folderOf(state))
    .filter((name) => /^(?:git|session)-.*\.json$/.test(name))
    .map((name) => path.join(folderOf(state), name))
    .flatMap((file) => {
      const due = parse(readTextIfExists(file));
      return due?.root === root ? [{ file, due }] : [];
    });
}

export function clearContextDue(file: string): void {
  removeFile(file);
}

function folderOf(state: StatePaths): string {
  return path.join(state.root, 'context-due');
}

function parse(text: string | undefined): DueContext | undefined {
  try {
    const value = JSON.parse(text ?? '') as {
      root?: unknown;
      session?: { id?: unknown; transcript?: unknown };
    };
    const { root, session } = value;
    if (typeof root !== 'string') return undefined;
    if (typeof session?.id !== 'string' || typeof session.transcript !== 'string') return { root };
    return { root, session: { id: session.id, transcript: session.transcript } };
  } catch {
    return undefined;
  }
}
