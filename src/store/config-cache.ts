import * as path from 'node:path';
import { systemCode } from '../errors.ts';
import {
  createFileExclusive,
  ensureDirectory,
  listDirectory,
  readTextIfExists,
  removeFile,
  writeFileAtomic,
} from '../platform/fs.ts';
import type { StatePaths, UserPaths } from './paths.ts';

/**
 * Where the compiled configuration lies: in the person's state directory, at the path of the repository's state. It
 * decides what runs, and a git directory, with whatever lies in it, can come unpacked from an archive.
 */
export function configCacheFile(state: StatePaths, user: UserPaths): string {
  return path.join(user.state, 'config', state.root.replace(/^([A-Za-z]):/, '$1'), 'config.json');
}

/** What was written last; undefined where there is nothing, or nothing that can be read. */
export function readConfigCache(state: StatePaths, user: UserPaths): unknown {
  const text = quietly(() => readTextIfExists(configCacheFile(state, user)));
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Best effort: without a writable state directory the configuration is compiled at every start. */
export function writeConfigCache(state: StatePaths, user: UserPaths, content: unknown): void {
  const file = configCacheFile(state, user);
  quietly(() => {
    ensureDirectory(path.dirname(file));
    writeFileAtomic(file, JSON.stringify(content), { mode: 0o600, sync: false });
  });
}

/**
 * Makes the empty files in `flags/` among `managed` be exactly those in `wanted`; others are left alone.
 * Best effort, and without a write where they are right already.
 */
export function writeFlags(state: StatePaths, managed: readonly string[], wanted: readonly string[]): void {
  quietly(() => {
    const there = listDirectory(state.flags);
    for (const name of managed) {
      const file = path.join(state.flags, name);
      if (wanted.includes(name) === there.includes(name)) continue;
      ensureDirectory(state.flags);
      if (wanted.includes(name)) createFileExclusive(file, '');
      else removeFile(file);
    }
  });
}

/** Undefined where the system refuses (read-only, full, no permission); a defect is still thrown. */
function quietly<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    return undefined;
  }
}
