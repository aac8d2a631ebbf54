import * as path from 'node:path';
import {
  copyFile,
  ensureDirectory,
  listDirectory,
  readTextIfExists,
  removeFile,
  renameFile,
  setTimes,
  siblingTempName,
  statIfExists,
  writeFileAtomic,
} from '../platform/fs.ts';
import { contentMark } from '../platform/raw-paths.ts';
import { type Repository, type StatePaths, worktreeName } from './paths.ts';

/** The index claude-hooks keeps for one working tree, beside the person's own. */
export interface PrivateIndex {
  file: string;
  /** The person's index: read and copied, never opened for writing. */
  userIndex: string;
  /** Where the facts of the last look are kept. */
  recordFile: string;
}

/** What was true after the last look, so that the next one can leave out what has not changed. */
export interface IndexRecord {
  version: 1;
  /** Marks of the person's index and of the files that say what git ignores, when the copy was made. */
  seed: string;
  /** Mark of the private index when `tree` was written from it; an index with another one is not trusted. */
  mark: string;
  /** The ignored files the private index was asked to hold; absent where none. */
  include?: string;
  tree: string;
  /** The tree of the person's index; absent where it holds unmerged paths. */
  indexTree?: string;
  /** The last checkpoint of this working tree, as its commit's message holds it. */
  last?: {
    commit: string;
    tree: string;
    metadata: unknown;
    /** Its parent that keeps the staged tree, where it has one. */
    staged?: { commit: string; tree: string };
  };
}

/** @throws nothing. `repository.gitDir` must be defined. */
export function privateIndexOf(repository: Repository, state: StatePaths): PrivateIndex {
  const name = worktreeName(repository);
  return {
    file: path.join(state.indexes, name),
    userIndex: path.join(repository.gitDir ?? '', 'index'),
    recordFile: path.join(state.indexes, `${name}.json`),
  };
}

/** A text that changes when the person's index, ignore rules or sparse rules outside the tree change. */
export function seedMark(repository: Repository, index: PrivateIndex): string {
  return [
    contentMark(index.userIndex),
    ...['exclude', 'attributes'].map((name) =>
      contentMark(path.join(repository.commonDir ?? '', 'info', name)),
    ),
    contentMark(path.join(repository.gitDir ?? '', 'info', 'sparse-checkout')),
  ].join('|');
}

/**
 * Makes the private index a copy of the person's, with a modification time that is not younger: git trusts the
 * sizes and times noted in an index only for files older than the index itself.
 * @returns the mark of what was copied.
 */
export function seedPrivateIndex(repository: Repository, index: PrivateIndex): string {
  ensureDirectory(path.dirname(index.file));
  for (;;) {
    const before = seedMark(repository, index);
    const stat = statIfExists(index.userIndex);
    if (stat === undefined) {
      removeFile(index.file);
      if (seedMark(repository, index) === before) return before;
      continue;
    }
    const temp = siblingTempName(index.file);
    try {
      copyFile(index.userIndex, temp);
      const time = new Date(Math.floor(stat.mtimeMs));
      setTimes(temp, time, time);
      if (seedMark(repository, index) !== before) continue;
      renameFile(temp, index.file);
      return before;
    } finally {
      removeFile(temp);
    }
  }
}

/** Removes what killed processes left beside the private index. Call it only while holding our own lock. */
export function clearIndexLeftovers(index: PrivateIndex): void {
  removeFile(`${index.file}.lock`);
  const folder = path.dirname(index.file);
  const name = path.basename(index.file);
  const isTemporary = (file: string): boolean =>
    [`.${name}.`, `.${name}.json.`].some(
      (start) => file.startsWith(start) && /^\d+-[0-9a-z]+-\d+\.tmp$/.test(file.slice(start.length)),
    );
  for (const file of listDirectory(folder)) if (isTemporary(file)) removeFile(path.join(folder, file));
}

/** The facts of the last look; undefined where there are none or they cannot be read. */
export function readIndexRecord(index: PrivateIndex): IndexRecord | undefined {
  try {
    const value = JSON.parse(readTextIfExists(index.recordFile) ?? '') as IndexRecord;
    return value.version === 1 && typeof value.seed === 'string' && typeof value.tree === 'string'
      ? value
      : undefined;
  } catch {
    return undefined;
  }
}

export function writeIndexRecord(index: PrivateIndex, record: IndexRecord): void {
  writeFileAtomic(index.recordFile, JSON.stringify(record), { mode: 0o600, sync: false });
}

/** The mark of the private index as it is now. */
export function markOf(index: PrivateIndex): string {
  return contentMark(index.file);
}
