import { hostname } from 'node:os';
import * as path from 'node:path';
import { systemCode } from '../errors.ts';
import { sleepSync } from '../platform/clock.ts';
import {
  createFileExclusive,
  ensureDirectory,
  listDirectory,
  overwriteShorter,
  readTextIfExists,
  removeFile,
  statIfExists,
  writeFileAtomic,
} from '../platform/fs.ts';
import { isSameProcessAlive, processStartTime } from '../platform/process.ts';

export interface Lock {
  release(): void;
}

interface Owner {
  pid: number;
  start: string | undefined;
  host: string;
  token: string;
}

const RELEASED = 'released';
/** A lock of another machine (a shared disk) is given up after this long. */
const FOREIGN_LEASE_MS = 10 * 60_000;

/**
 * Takes the lock `directory/name`, waiting at most `waitMs`. @returns undefined where someone else holds it.
 *
 * The lock is a row of numbered files, of which the highest counts. Taking it means creating the next number
 * with its content in one step (a hard link), which only one process can do; a dead holder is overtaken, never
 * removed, so two processes that both find it dead cannot both win. The highest file is never deleted, older
 * ones are. A holder that is killed frees the lock at once: the next one sees that its process is gone.
 */
export function acquireLock(directory: string, name: string, waitMs = 0): Lock | undefined {
  ensureDirectory(directory);
  const token = `${process.pid}-${process.hrtime.bigint().toString(36)}`;
  const owner: Owner = { pid: process.pid, start: processStartTime(process.pid), host: hostname(), token };
  const deadline = Date.now() + waitMs;
  for (;;) {
    const generation = tryTake(directory, name, JSON.stringify(owner));
    if (generation !== undefined) return lockOf(path.join(directory, `${name}.${generation}`), token);
    if (Date.now() >= deadline) return undefined;
    sleepSync(5);
  }
}

/** Who holds the lock now, if anyone who is alive. */
export function lockHolder(directory: string, name: string): { pid: number } | undefined {
  const top = generations(directory, name).at(-1);
  if (top === undefined) return undefined;
  const owner = readOwner(path.join(directory, `${name}.${top}`));
  return owner === undefined || owner === RELEASED ? undefined : { pid: owner.pid };
}

function tryTake(directory: string, name: string, content: string): number | undefined {
  const before = generations(directory, name);
  const top = before.at(-1);
  if (top !== undefined && readOwner(path.join(directory, `${name}.${top}`)) !== RELEASED) return undefined;
  const mine = (top ?? 0) + 1;
  const file = path.join(directory, `${name}.${mine}`);
  if (!createFileExclusive(file, content)) return undefined;
  const after = generations(directory, name);
  if (after.at(-1) !== mine) {
    // The view was old: this number had been used and swept. The highest one counts.
    removeFile(file);
    return undefined;
  }
  for (const generation of after)
    if (generation < mine) removeFile(path.join(directory, `${name}.${generation}`));
  return mine;
}

function generations(directory: string, name: string): number[] {
  const prefix = `${name}.`;
  return listDirectory(directory)
    .filter((entry) => entry.startsWith(prefix) && /^\d+$/.test(entry.slice(prefix.length)))
    .map((entry) => Number(entry.slice(prefix.length)))
    .sort((a, b) => a - b);
}

/** The holder, `released` where the lock is free (given back, or its holder is dead), undefined if unknown. */
function readOwner(file: string): Owner | typeof RELEASED | undefined {
  const text = readTextIfExists(file);
  if (text === RELEASED) return RELEASED;
  const stat = statIfExists(file);
  const ageMs = stat === undefined ? 0 : Date.now() - stat.mtimeMs;
  let owner: Owner;
  try {
    owner = JSON.parse(text ?? '') as Owner;
  } catch {
    return ageMs > 2_000 ? RELEASED : undefined;
  }
  if (owner.host !== hostname()) return ageMs > FOREIGN_LEASE_MS ? RELEASED : owner;
  return isSameProcessAlive(owner.pid, owner.start) ? owner : RELEASED;
}

function lockOf(file: string, token: string): Lock {
  return {
    release(): void {
      if (readTextIfExists(file)?.includes(token) !== true) return;
      try {
        writeFileAtomic(file, RELEASED, { sync: false });
      } catch (error) {
        const code = systemCode(error);
        if (code !== 'ENOSPC' && code !== 'EDQUOT') throw error;
        // A full disk must not keep the lock with a process that lives on.
        overwriteShorter(file, RELEASED);
      }
    },
  };
}

/** Removes the files of a lock nobody can want any more, because what it guarded is gone. */
export function discardLock(directory: string, name: string): void {
  for (const generation of generations(directory, name))
    removeFile(path.join(directory, `${name}.${generation}`));
}
