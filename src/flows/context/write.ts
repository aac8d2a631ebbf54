import * as path from 'node:path';
import { readEditable } from '../../context/editable.ts';
import { messageOf, systemCode } from '../../errors.ts';
import { monotonicMs, sleep, sleepSync } from '../../platform/clock.ts';
import {
  createFileExclusive,
  ensureDirectory,
  listDirectory,
  lstatIfExists,
  readBytesIfExists,
  removeFile,
  writeFileAtomic,
} from '../../platform/fs.ts';
import { acquireLock } from '../../store/lock.ts';
import { type Repository, type StatePaths, worktreeName } from '../../store/paths.ts';

export interface ContextPlace {
  repository: Repository;
  state: StatePaths;
}

/** What became of one file. */
export type EditOutcome =
  | { kind: 'unchanged' | 'written' | 'created'; text: string | undefined }
  /** It is left as it is, for this reason. */
  | { kind: 'untouched'; note: string; line?: number }
  /** Somebody else kept changing it. */
  | { kind: 'busy' };

const ATTEMPTS = 40;
const POLL_MS = 10;
/** An empty file this young may be one that an editor is about to fill. */
const FILLING_MS = 1_000;
const TEMPORARY = /^\.context(?:\.local)?\.md\.\d+-[0-9a-z]+-\d+\.tmp$/;

/**
 * Does some work while no other process changes the context files of this working tree.
 * @returns undefined, with nothing done, where the lock cannot be had within `waitMs`.
 */
export async function withContextLock<T>(
  { repository, state }: ContextPlace,
  waitMs: number,
  work: () => T | Promise<T>,
): Promise<T | undefined> {
  const deadline = monotonicMs() + waitMs;
  for (;;) {
    // Not by waiting in acquireLock: the holder may be this process.
    const lock = acquireLock(state.locks, `context-${worktreeName(repository)}`);
    if (lock !== undefined) {
      try {
        return await work();
      } finally {
        lock.release();
      }
    }
    if (monotonicMs() >= deadline) return undefined;
    await sleep(POLL_MS);
  }
}

/**
 * Changes one file, whole or not at all; to be called with the lock. Where a person saves it meanwhile, theirs is read and
 * changed anew. What cannot or must not be written is left alone.
 * @param edit the new text; the old one, or undefined where there is no file and none is to be made, changes nothing.
 */
export function editContextFile(
  { repository }: ContextPlace,
  file: string,
  edit: (text: string | undefined) => string | undefined,
): EditOutcome {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const found = readSettled(repository.root, file);
    if (found.kind === 'note') return { kind: 'untouched', ...withLine(found) };
    const before = found.kind === 'missing' ? undefined : found.text;
    const after = edit(before);
    if (after === undefined || after === before) return { kind: 'unchanged', text: before };
    try {
      const isDone = found.kind === 'missing' ? create(file, after) : replace(file, found.bytes, after);
      if (isDone) return { kind: before === undefined ? 'created' : 'written', text: after };
    } catch (error) {
      return { kind: 'untouched', note: `could not be written (${systemCode(error) ?? messageOf(error)})` };
    }
    sleepSync(POLL_MS);
  }
  return { kind: 'busy' };
}

function readSettled(root: string, file: string): ReturnType<typeof readEditable> {
  const deadline = monotonicMs() + FILLING_MS;
  for (;;) {
    const found = readEditable(root, file);
    const stat = found.kind === 'text' && found.text === '' ? lstatIfExists(file) : undefined;
    if (stat === undefined || Date.now() - stat.mtimeMs > FILLING_MS || monotonicMs() > deadline)
      return found;
    sleepSync(POLL_MS);
  }
}

/** @returns false where there is a file by now. */
function create(file: string, text: string): boolean {
  ensureDirectory(path.dirname(file), 0o755);
  sweep(path.dirname(file));
  return createFileExclusive(file, text, 0o644);
}

class ChangedMeanwhile extends Error {}

/** @returns false where the file is not what was read any more. */
function replace(file: string, before: Buffer, text: string): boolean {
  sweep(path.dirname(file));
  try {
    writeFileAtomic(file, text, {
      verify: () => {
        const isFile = lstatIfExists(file)?.isFile() === true;
        if (!isFile || readBytesIfExists(file)?.equals(before) !== true) throw new ChangedMeanwhile();
      },
    });
    return true;
  } catch (error) {
    if (error instanceof ChangedMeanwhile) return false;
    throw error;
  }
}

/** What processes that were killed left behind: whoever holds the lock is the only one who writes here. */
function sweep(folder: string): void {
  for (const name of listDirectory(folder)) if (TEMPORARY.test(name)) removeFile(path.join(folder, name));
}

function withLine({ note, line }: { note: string; line?: number }): { note: string; line?: number } {
  return line === undefined ? { note } : { note, line };
}
