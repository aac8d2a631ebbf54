import * as path from 'node:path';
import {
  createFileExclusive,
  ensureDirectory,
  readTextIfExists,
  setTimes,
  statIfExists,
  writeFileAtomic,
} from '../platform/fs.ts';
import type { StatePaths } from './paths.ts';

/** When a session's next checkpoint is due. */
export interface Due {
  /** Milliseconds since 1970; undefined where it was never set. */
  at: number | undefined;
  /** Whether the next end of a turn is asked to save, whatever the time is. */
  atStop: boolean;
}

/** A time no checkpoint was ever due at, and that every file system can hold. */
const ASKED_AT = Date.UTC(1990, 0, 1);
const ASKED_BEFORE = Date.UTC(2000, 0, 1);

/**
 * The modification time of `due/<session>`, which the doorbell compares with that of an event. While the end of the
 * turn is asked to save, that time lies far in the past and the file holds the real one, so that the background loop
 * keeps to its interval.
 */
export function readDue(state: StatePaths, session: string): Due {
  const file = path.join(state.due, session);
  const at = statIfExists(file)?.mtimeMs;
  if (at === undefined || at >= ASKED_BEFORE) return { at, atStop: false };
  const held = Number(readTextIfExists(file) || Number.NaN);
  return { at: Number.isFinite(held) ? held : undefined, atStop: true };
}

/** Sets when the next checkpoint is due. @param asked what becomes of a wish for the end of the turn. */
export function setDue(state: StatePaths, session: string, at: number, asked: 'keep' | 'clear'): void {
  ensureDirectory(state.due);
  const file = path.join(state.due, session);
  if (asked === 'keep' && readDue(state, session).atStop) {
    writeAsked(file, at);
    return;
  }
  createFileExclusive(file, '');
  setTimes(file, new Date(at), new Date(at));
}

/** Asks the next end of a turn to save what the turn left. */
export function askAtStop(state: StatePaths, session: string): void {
  const { at, atStop } = readDue(state, session);
  if (atStop) return;
  ensureDirectory(state.due);
  writeAsked(path.join(state.due, session), at);
}

function writeAsked(file: string, at: number | undefined): void {
  writeFileAtomic(file, at === undefined ? '' : String(Math.floor(at)), { mode: 0o600, sync: false });
  setTimes(file, new Date(ASKED_AT), new Date(ASKED_AT));
}
