import * as path from 'node:path';
import { HooksError, messageOf, systemCode } from '../errors.ts';
import {
  createFileExclusive,
  ensureDirectory,
  listDirectory,
  readBytesIfExists,
  readTextIfExists,
  removeEmptyDirectory,
  removeFile,
  writeFileAtomic,
} from '../platform/fs.ts';
import { isProcessAlive } from '../platform/process.ts';
import type { UserPaths } from '../store/paths.ts';
import { changesSomething, type PlannedAction } from './plan.ts';
import { copyRuntime } from './runtime-copy.ts';
import { missingDirectories } from './scopes.ts';

/** A file is not what it was when the plan was made: plan again. */
export class ChangedMeanwhile extends Error {
  readonly file: string;
  constructor(file: string) {
    super(`${file} was changed by another program at the same time`);
    this.file = file;
  }
}

const GIT_LOCK_MARK = 'claude-hooks ';

/**
 * Applies a plan in its order. Each file changes in one step, only if it still is what the plan was made from.
 * Where one step fails, the steps before it are taken back and the error is thrown: all of the plan or nothing
 * of it. A kill in between leaves each file old or new; the same command run again completes the rest.
 * @throws ChangedMeanwhile, or HooksError for a file that cannot be written.
 */
export function applyActions(actions: readonly PlannedAction[], user: UserPaths): void {
  const done: { action: PlannedAction; made: string[] }[] = [];
  for (const action of actions) {
    if (!changesSomething(action)) continue;
    const made = action.kind === 'copy' ? [] : missingDirectories(action.file);
    try {
      applyOne(action, user);
    } catch (error) {
      removeDirectories(made);
      for (const step of done.reverse()) takeBack(step.action, step.made);
      throw error instanceof ChangedMeanwhile || error instanceof HooksError ? error : failed(action, error);
    }
    done.push({ action, made });
  }
}

/** Removes what a killed install or uninstall left half-written beside these files. */
export function sweepTemporaries(files: readonly string[]): void {
  for (const directory of new Set(files.map((file) => path.dirname(file)))) {
    for (const name of listDirectory(directory)) {
      // The form of siblingTempName, for one of our files and by a process that is gone.
      const match = /^\.(.+)\.(\d+)-[0-9a-z]+-\d+\.tmp$/.exec(name);
      const isOurs = match !== null && files.includes(path.join(directory, match[1] ?? ''));
      if (isOurs && !isProcessAlive(Number(match[2]))) removeFile(path.join(directory, name));
    }
  }
}

function applyOne(action: PlannedAction, user: UserPaths): void {
  if (action.kind === 'copy') {
    copyRuntime(action, user);
    return;
  }
  assertAsPlanned(action);
  if (action.after === undefined) {
    removeFile(action.file);
    return;
  }
  const inData = !path.relative(user.data, action.file).startsWith('..');
  ensureDirectory(path.dirname(action.file), inData ? 0o700 : 0o777);
  if (action.kind === 'git-config') underGitLock(action.file, () => write(action, action.after));
  else write(action, action.after);
}

function write(action: PlannedAction, bytes: Buffer | undefined): void {
  if (bytes === undefined) return;
  writeFileAtomic(action.file, bytes, { mode: action.mode, verify: () => assertAsPlanned(action) });
}

function assertAsPlanned(action: PlannedAction): void {
  const now = readBytesIfExists(action.file);
  const same =
    now === undefined || action.before === undefined ? now === action.before : now.equals(action.before);
  if (!same) throw new ChangedMeanwhile(action.file);
}

/** Holds git's own lock of a file, so that a `git config` at the same time waits its turn or fails. */
function underGitLock(file: string, work: () => void): void {
  const lock = `${file}.lock`;
  const owner = `${GIT_LOCK_MARK}${process.pid}`;
  if (!createFileExclusive(lock, owner)) {
    if (!dropStaleGitLock(file))
      throw new HooksError({
        code: 'git-config-locked',
        kind: 'conflict',
        message: `${file} is being changed by another git process (${lock} exists). Nothing was changed.`,
        hint: `Wait until it is done; if no git is running, remove ${lock}. Then run the same command again.`,
        file,
      });
    if (!createFileExclusive(lock, owner)) throw new ChangedMeanwhile(file);
  }
  try {
    work();
  } finally {
    removeFile(lock);
  }
}

/** Removes the lock of a file where one of ours was killed while it held it. @returns whether it was one of those. */
export function dropStaleGitLock(file: string): boolean {
  const lock = `${file}.lock`;
  const holder = readTextIfExists(lock) ?? '';
  if (!holder.startsWith(GIT_LOCK_MARK)) return false;
  if (isProcessAlive(Number(holder.slice(GIT_LOCK_MARK.length)))) return false;
  removeFile(lock);
  return true;
}

/** Undoes one step, unless someone changed the file since. */
function takeBack(action: PlannedAction, made: readonly string[]): void {
  // A runtime copy harms nobody and the next run uses it.
  if (action.kind === 'copy') return;
  const now = readBytesIfExists(action.file);
  const ours =
    now === undefined || action.after === undefined ? now === action.after : now.equals(action.after);
  if (!ours) return;
  if (action.before === undefined) removeFile(action.file);
  else writeFileAtomic(action.file, action.before);
  removeDirectories(made);
}

/** Removes those that are empty, innermost first. */
export function removeDirectories(directories: readonly string[]): void {
  for (const directory of [...directories].sort((a, b) => b.length - a.length)) {
    try {
      removeEmptyDirectory(directory);
    } catch {
      // Something is in it: it stays.
    }
  }
}

const CAUSES: Record<string, string> = {
  EACCES: 'Make it writable for you',
  EPERM: 'Make it writable for you',
  EROFS: 'The file system is read-only: mount it writable',
  ENOSPC: 'The disk is full: make room',
  EDQUOT: 'Your disk quota is used up: make room',
};

function failed(action: PlannedAction, error: unknown): HooksError {
  return new HooksError({
    code: 'write-failed',
    kind: 'failed',
    message: `${action.file} could not be written: ${messageOf(error)}. What was changed before it was taken back.`,
    hint: `${CAUSES[systemCode(error) ?? ''] ?? 'Remove the cause'}, then run the same command again.`,
    file: action.file,
    cause: error,
  });
}
