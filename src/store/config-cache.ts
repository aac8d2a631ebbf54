import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
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
 * The compiled configuration. It lies in the git directory, whose bytes an unpacked archive can bring along,
 * and it decides what runs: so it carries a signature by a key of the person, and without a valid one there
 * is no cache. It is not redacted, because it has to be the configuration; only its owner can read it.
 */
export function readConfigCache(state: StatePaths, user: UserPaths): unknown {
  const text = readQuietly(state.configCache);
  const key = readQuietly(keyFile(user))?.trim();
  const cut = text?.indexOf('\n') ?? -1;
  if (text === undefined || key === undefined || key === '' || cut < 0) return undefined;
  const body = text.slice(cut + 1);
  const given = Buffer.from(text.slice(0, cut), 'hex');
  const right = createHmac('sha256', key).update(body).digest();
  if (given.length !== right.length || !timingSafeEqual(given, right)) return undefined;
  return JSON.parse(body) as unknown;
}

/** Best effort: without a writable state directory the configuration is compiled at every start. */
export function writeConfigCache(state: StatePaths, user: UserPaths, content: unknown): void {
  quietly(() => {
    const key = ensureKey(user);
    const body = JSON.stringify(content);
    const signature = createHmac('sha256', key).update(body).digest('hex');
    ensureDirectory(state.root);
    writeFileAtomic(state.configCache, `${signature}\n${body}`, { mode: 0o600, sync: false });
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

function keyFile(user: UserPaths): string {
  return path.join(user.data, 'cache.key');
}

function ensureKey(user: UserPaths): string {
  ensureDirectory(user.data);
  createFileExclusive(keyFile(user), randomBytes(32).toString('hex'));
  return readTextIfExists(keyFile(user))?.trim() ?? '';
}

function readQuietly(file: string): string | undefined {
  return quietly(() => readTextIfExists(file));
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
