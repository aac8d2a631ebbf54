import * as path from 'node:path';
import { ensureDirectory, readTextIfExists, writeFileAtomic } from '../platform/fs.ts';
import { acquireLock } from './lock.ts';
import type { StatePaths } from './paths.ts';

const LOCK_WAIT_MS = 2_000;

/**
 * For which content of each lock file the dependencies were last installed: `<worktree>/<path>` to a hash.
 * A missing or damaged file means that nothing is known.
 */
export function readLockHashes(state: StatePaths): Record<string, string> {
  try {
    const value: unknown = JSON.parse(readTextIfExists(fileOf(state)) ?? '{}');
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return {};
    return Object.fromEntries(Object.entries(value).filter(([, hash]) => typeof hash === 'string'));
  } catch {
    return {};
  }
}

/** Adds or replaces entries; those that others write at the same time stay. */
export function recordLockHashes(state: StatePaths, hashes: Readonly<Record<string, string>>): void {
  ensureDirectory(state.root);
  const lock = acquireLock(state.locks, 'dependency-record', LOCK_WAIT_MS);
  try {
    const all = { ...readLockHashes(state), ...hashes };
    writeFileAtomic(fileOf(state), `${JSON.stringify(all, null, 2)}\n`, { mode: 0o600 });
  } finally {
    lock?.release();
  }
}

function fileOf(state: StatePaths): string {
  return path.join(state.root, 'dependencies.json');
}
