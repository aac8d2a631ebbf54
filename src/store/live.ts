import * as path from 'node:path';
import {
  createFileExclusive,
  listDirectory,
  readTextIfExists,
  removeFile,
  writeFileAtomic,
} from '../platform/fs.ts';
import { isSameProcessAlive } from '../platform/process.ts';
import type { StatePaths } from './paths.ts';

/** A session the client has open. */
export interface LiveSession {
  session: string;
  /** The client's process, and when it was started, so that a reused id is not taken for it. */
  pid: number;
  start: string | undefined;
  scope: string;
  cwd: string;
  transcript: string | undefined;
  /** When this run of it began, milliseconds since 1970; notes of older versions do not say. */
  at?: number;
}

/** Notes that a session is open. The first line is the process id alone, which git's hooks read. */
export function markLive(state: StatePaths, live: LiveSession): void {
  writeFileAtomic(path.join(state.live, live.session), `${live.pid}\n${JSON.stringify(live)}\n`, {
    mode: 0o600,
    sync: false,
  });
}

export function listLive(state: StatePaths): LiveSession[] {
  return listDirectory(state.live).flatMap((name) => {
    try {
      const live = JSON.parse(
        (readTextIfExists(path.join(state.live, name)) ?? '').split('\n')[1] ?? '',
      ) as LiveSession;
      return live.session === name ? [live] : [];
    } catch {
      return [];
    }
  });
}

export function isClientAlive(live: LiveSession): boolean {
  return isSameProcessAlive(live.pid, live.start);
}

/** @param endedAt only a run that began before then is over: an end may be handled when the next run has begun. */
export function unmarkLive(state: StatePaths, session: string, endedAt = Number.POSITIVE_INFINITY): void {
  const live = listLive(state).find((one) => one.session === session);
  if (live?.at !== undefined && live.at > endedAt) return;
  removeFile(path.join(state.live, session));
}

/**
 * Whether this scope handles the session. The first to ask does; the same answer for the session's whole life,
 * unless the scope that had it is no longer installed.
 */
export function claimSession(
  state: StatePaths,
  session: string,
  scope: string,
  isInstalled: (scope: string) => boolean,
): boolean {
  const file = path.join(state.owner, session);
  if (createFileExclusive(file, `${scope}\n`)) return true;
  const owner = readTextIfExists(file)?.trim() ?? '';
  if (owner === scope) return true;
  if (owner !== '' && isInstalled(owner)) return false;
  writeFileAtomic(file, `${scope}\n`, { sync: false });
  return true;
}
