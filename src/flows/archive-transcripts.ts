import * as path from 'node:path';
import { parseSize } from '../checkpoints/policy.ts';
import type { Config } from '../config/config.ts';
import { messageOf, systemCode } from '../errors.ts';
import { monotonicMs } from '../platform/clock.ts';
import { exists, fileIdentity, listDirectory, statIfExists } from '../platform/fs.ts';
import { counted } from '../platform/words.ts';
import { addRedactionPatterns, registerSecrets } from '../redact/redact.ts';
import { foldConversation } from '../sessions/conversation.ts';
import {
  clearArchiveDue,
  listArchiveDue,
  markArchiveDue,
  noteLooked,
  readLooked,
} from '../store/archive-due.ts';
import { type ArchiveRoom, openRoom } from '../store/archive-size.ts';
import { readRecords } from '../store/journal.ts';
import { acquireLock } from '../store/lock.ts';
import { personKey } from '../store/seal.ts';
import { type ArchiveResult, archiveTranscript } from '../store/transcript-archive.ts';
import { retentionDays } from './retention.ts';
import type { Workplace } from './workplace.ts';

const DAY_MS = 24 * 3_600_000;
const BUDGET_MS = 20_000;
const DEFAULT_SIZE = 500 * 1024 ** 2;

/** What the copies may take up, in bytes. */
export function archiveLimit(config: Config): number {
  return parseSize(config.transcripts.maxSize) ?? DEFAULT_SIZE;
}

/**
 * Archives the transcripts of sessions that ended, and of others that were quiet for a third of the time after which the
 * client deletes them. What takes longer than the budget waits for the next run, which goes on where this one stopped.
 * Nothing is done, looked at or written where the configuration says no, or where another worker is at it.
 */
export async function archiveTranscripts(place: Workplace, budgetMs = BUDGET_MS): Promise<void> {
  const { config } = place.resolved;
  const { state } = place;
  if (!config.enabled || !config.transcripts.archive || !exists(state.root)) return;
  // This module is a bundle of its own in the runtime, and so has its own copy of what is to be redacted.
  registerSecrets(place.env);
  addRedactionPatterns(config.redact.patterns);
  const deadline = monotonicMs() + budgetMs;
  const isLate = (): boolean => monotonicMs() >= deadline;
  const isLookDue = lookDue(place);
  // Looked at again after the lock is given back: a session noted in between found a worker that was leaving.
  for (let look = isLookDue; look || listArchiveDue(state).length > 0; look = false) {
    const lock = acquireLock(state.locks, 'archive');
    if (lock === undefined) return;
    try {
      if (look) noteQuietSessions(place);
      const room = openRoom(state, archiveLimit(config), look);
      const isDone = archiveDue(place, room, isLate);
      if (room.gone.length > 0)
        place.log(
          'info',
          `transcripts: the copies of ${counted(room.gone.length, 'session')} went to stay within transcripts.maxSize (${config.transcripts.maxSize}), the oldest first: ${room.gone.join(', ')}`,
        );
      if (!isDone) return;
    } finally {
      lock.release();
    }
  }
}

/** @returns false where something is left for another run. */
function archiveDue(place: Workplace, room: ArchiveRoom, isLate: () => boolean): boolean {
  const { state } = place;
  const key = personKey(place.user, 'archive.key');
  for (const { session, transcript } of listArchiveDue(state)) {
    const work = (): ArchiveResult => archiveTranscript(state, { session, transcript, key, room, isLate });
    let result: ArchiveResult;
    try {
      result = work();
      if (result === 'more') return false;
      clearArchiveDue(state, session);
      // A note that was made again in the meantime is gone too: look whether there was anything to it.
      if (result === 'whole') result = work();
    } catch (error) {
      place.log('warn', `transcripts: session ${session} was not archived: ${messageOf(error)}`);
      // A full disk is full for the others too, and may have room next time.
      if (['ENOSPC', 'EDQUOT', 'EROFS'].includes(systemCode(error) ?? '')) return false;
      clearArchiveDue(state, session);
      continue;
    }
    if (result === 'more') {
      markArchiveDue(state, { session, transcript });
      return false;
    }
    if (result === 'no-room')
      place.log(
        'warn',
        `transcripts: the copy of session ${session} is not whole: the rest does not fit into transcripts.maxSize (${place.resolved.config.transcripts.maxSize})`,
      );
  }
  return true;
}

/** How long a session must have been quiet before it is archived without having ended. */
function quietMs(place: Workplace): number {
  return (retentionDays(place) * DAY_MS) / 3;
}

/** At most once a day, and often enough for a client that deletes sooner. */
function lookDue(place: Workplace): boolean {
  const looked = readLooked(place.state);
  const every = Math.min(DAY_MS, quietMs(place));
  return looked === undefined || place.now() - looked.at >= every || looked.at > place.now();
}

/**
 * Notes every session that has been quiet for long enough since the last look, whether or not it has a copy. Each journal
 * is read once in such a time; the others cost one look at their date, once a day.
 */
function noteQuietSessions(place: Workplace): void {
  const { state } = place;
  const looked = readLooked(state);
  const now = place.now();
  const until = now - quietMs(place);
  const after = looked === undefined || looked.at > now ? Number.NEGATIVE_INFINITY : looked.until;
  for (const name of listDirectory(state.sessions)) {
    if (!name.endsWith('.jsonl')) continue;
    const file = path.join(state.sessions, name);
    const written = statIfExists(file)?.mtimeMs ?? 0;
    if (written <= after || written > until) continue;
    const session = name.slice(0, -'.jsonl'.length);
    const { transcript } = foldConversation(session, readRecords(file).records);
    if (transcript !== undefined && fileIdentity(transcript)?.regular === true)
      markArchiveDue(state, { session, transcript });
  }
  // Last: killed before, the next run looks again.
  noteLooked(state, { at: now, until: Math.max(until, after) });
}
