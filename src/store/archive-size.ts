import * as path from 'node:path';
import {
  ensureDirectory,
  listDirectory,
  readTextIfExists,
  removeTree,
  renameFile,
  statIfExists,
  writeFileAtomic,
} from '../platform/fs.ts';
import { archivedSessions, archiveFolder } from './archive-segments.ts';
import type { StatePaths } from './paths.ts';

interface CopySize {
  session: string;
  bytes: number;
  /** When its transcript was last written to, milliseconds since 1970. */
  age: number;
}

/** What takes up the room, and how much of it may be. Only for the holder of the archive's lock. */
export interface ArchiveRoom {
  /**
   * Makes room for `bytes` more of a session, if need be by removing copies of sessions that are older.
   * @param age when that session's transcript was last written to. @returns false where there is none to make.
   */
  take(session: string, age: number, bytes: number): boolean;
  /** The sessions whose copies went, so far. */
  gone: string[];
}

const GONE = '.gone-';

/**
 * Bytes of all copies, as noted beside them: never less than there are, a little more after a run was killed. Reading it
 * costs the same for any number of sessions.
 */
export function archiveBytes(state: StatePaths): number {
  const noted = Number(readTextIfExists(sizeFile(state)) ?? Number.NaN);
  return Number.isSafeInteger(noted) && noted >= 0 ? noted : recount(state);
}

/** Looks at every file. */
function recount(state: StatePaths): number {
  return measure(state).reduce((sum, { bytes }) => sum + bytes, 0);
}

/**
 * Removes the oldest copies where all of them take up more than `limit` bytes.
 * @param fresh counts every file anew instead of believing what is noted.
 */
export function openRoom(state: StatePaths, limit: number, fresh = false): ArchiveRoom {
  ensureDirectory(state.archive);
  sweepGone(state);
  let total = fresh ? Number.POSITIVE_INFINITY : archiveBytes(state);
  const note = (bytes: number): void => {
    total = bytes;
    writeFileAtomic(sizeFile(state), String(bytes), { mode: 0o600, sync: false });
  };
  const gone: string[] = [];
  const shrink = (room: number, mayGo: (copy: CopySize) => boolean): void => {
    const copies = measure(state);
    const sum = (some: readonly CopySize[]): number => some.reduce((all, copy) => all + copy.bytes, 0);
    const going = copies.filter(mayGo).sort((a, b) => a.age - b.age);
    let bytes = sum(copies);
    // Where it would not be enough, none goes.
    const isEnough = bytes - sum(going) <= room;
    for (const copy of isEnough ? going : []) {
      if (bytes <= room) break;
      removeCopy(state, copy.session);
      gone.push(copy.session);
      bytes -= copy.bytes;
    }
    note(bytes);
  };
  if (total > limit) shrink(limit, () => true);
  return {
    gone,
    take(session, age, bytes) {
      if (total + bytes > limit) shrink(limit - bytes, (copy) => copy.session !== session && copy.age < age);
      if (total + bytes > limit) return false;
      // Noted before it is written: were we killed in between, there is less than noted, never more.
      note(total + bytes);
      return true;
    },
  };
}

/** Out of sight in one step, so that no reader meets half a copy. */
function removeCopy(state: StatePaths, session: string): void {
  const folder = archiveFolder(state, session);
  if (folder === undefined) return;
  const aside = path.join(state.archive, `${GONE}${session}`);
  removeTree(aside);
  renameFile(folder, aside);
  removeTree(aside);
}

/** What a killed run was removing. */
export function sweepGone(state: StatePaths): void {
  for (const name of listDirectory(state.archive))
    if (name.startsWith(GONE)) removeTree(path.join(state.archive, name));
}

function measure(state: StatePaths): CopySize[] {
  return archivedSessions(state).map((session) => {
    const folder = path.join(state.archive, session);
    const stats = listDirectory(folder).flatMap((name) => statIfExists(path.join(folder, name)) ?? []);
    return {
      session,
      bytes: stats.reduce((sum, { size }) => sum + size, 0),
      age: Math.max(0, ...stats.map(({ mtimeMs }) => mtimeMs)),
    };
  });
}

function sizeFile(state: StatePaths): string {
  return path.join(state.archive, '.size');
}
