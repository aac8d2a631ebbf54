import * as path from 'node:path';
import {
  ensureDirectory,
  listDirectory,
  readTextIfExists,
  removeFile,
  statIfExists,
  writeFileAtomic,
} from '../platform/fs.ts';
import { archiveFolder } from './archive-segments.ts';
import type { StatePaths } from './paths.ts';

/** A session whose transcript is to be archived. */
export interface DueCopy {
  session: string;
  transcript: string;
}

/** How far the journals of sessions have been looked through for transcripts nobody archived. */
export interface Looked {
  /** When. */
  at: number;
  /** Journals last written to until then have been looked at. */
  until: number;
}

/** Notes that a session's transcript is to be archived. The note stays until that is done. */
export function markArchiveDue(state: StatePaths, { session, transcript }: DueCopy): void {
  if (archiveFolder(state, session) === undefined) return;
  if (!path.isAbsolute(transcript) || !transcript.endsWith('.jsonl')) return;
  ensureDirectory(dueFolder(state));
  writeFileAtomic(path.join(dueFolder(state), session), transcript, { mode: 0o600 });
}

/** The longest waiting first. */
export function listArchiveDue(state: StatePaths): DueCopy[] {
  return listDirectory(dueFolder(state))
    .filter((name) => archiveFolder(state, name) !== undefined)
    .map((session) => {
      const file = path.join(dueFolder(state), session);
      return {
        session,
        since: statIfExists(file)?.mtimeMs ?? 0,
        transcript: readTextIfExists(file) ?? '',
      };
    })
    .sort((a, b) => a.since - b.since)
    .map(({ session, transcript }) => ({ session, transcript }));
}

export function clearArchiveDue(state: StatePaths, session: string): void {
  removeFile(path.join(dueFolder(state), session));
}

/** Undefined where nobody looked yet. */
export function readLooked(state: StatePaths): Looked | undefined {
  const [at, until] = (readTextIfExists(lookedFile(state)) ?? '').split(' ').map(Number);
  return Number.isFinite(at) && Number.isFinite(until)
    ? { at: at as number, until: until as number }
    : undefined;
}

export function noteLooked(state: StatePaths, looked: Looked): void {
  ensureDirectory(state.archive);
  writeFileAtomic(lookedFile(state), `${looked.at} ${looked.until}`, { mode: 0o600, sync: false });
}

export function dueFolder(state: StatePaths): string {
  return path.join(state.archive, '.due');
}

function lookedFile(state: StatePaths): string {
  return path.join(state.archive, '.looked');
}
