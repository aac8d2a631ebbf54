import * as path from 'node:path';
import { messageOf } from '../errors.ts';
import { parseEvent, type SessionEvent } from '../sessions/event.ts';
import { appendRecord, type JournalRecord, readRecords } from '../store/journal.ts';
import { acquireLock } from '../store/lock.ts';
import {
  type ClaimedEvent,
  claimEvents,
  finishEvent,
  hasWaitingEvents,
  readEventBytes,
} from '../store/spool.ts';
import { effectOf } from './effects.ts';
import { recordOf } from './records.ts';
import { noteInSession } from './sessions/note.ts';
import type { Workplace } from './workplace.ts';

/**
 * Records every event in the spool in its session's journal and does what it calls for, each event once:
 * a worker killed at any point leaves its claimed files behind, and the next one goes on with them.
 * @returns how many events were handled; 0 also where another worker is at it.
 */
export async function drain(place: Workplace): Promise<number> {
  let handled = 0;
  // Looked at again after the lock is given back: an event written in between found a worker that was leaving.
  while (hasWaitingEvents(place.state)) {
    const lock = acquireLock(place.state.locks, 'drain');
    if (lock === undefined) return handled;
    try {
      for (const claimed of claimEvents(place.state, place.now())) {
        await handle(place, claimed);
        handled += 1;
      }
    } finally {
      lock.release();
    }
  }
  return handled;
}

async function handle(place: Workplace, claimed: ClaimedEvent): Promise<void> {
  const event = parseEvent(readEventBytes(claimed));
  if (event === undefined) {
    place.log('warn', `event ${claimed.id} is no JSON object and was dropped`);
    finishEvent(claimed);
    return;
  }
  const journal = journalOf(place, event);
  const record = recordOf(event, claimed);
  // Read only where it is asked for: a journal grows with its session.
  const before = (): JournalRecord[] => readRecords(journal).records.filter(({ eid }) => eid !== claimed.id);
  const isKnown = claimed.recovered && readRecords(journal).records.some(({ eid }) => eid === claimed.id);
  if (!isKnown) appendRecord(journal, record);
  await noteInSession(place, event, record, claimed.recovered);
  try {
    await effectOf(place, event, record, before);
  } catch (error) {
    place.log('error', `event ${claimed.id} (${record.type}): ${messageOf(error)}`);
  }
  finishEvent(claimed);
}

function journalOf(place: Workplace, event: SessionEvent): string {
  return event.session === undefined || event.gitHook !== undefined
    ? place.state.journal
    : path.join(place.state.sessions, `${event.session}.jsonl`);
}
