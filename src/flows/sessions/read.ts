import { parseEvent } from '../../sessions/event.ts';
import { foldSession, type Session, type SessionRecord } from '../../sessions/session.ts';
import { belongingOf } from '../../store/belonging.ts';
import { isClientAlive, listLive } from '../../store/live.ts';
import type { StatePaths } from '../../store/paths.ts';
import { readPiece } from '../../store/pieces.ts';
import { readEventBytes, waitingEvents } from '../../store/spool.ts';
import { recordOf } from '../records.ts';
import { pieceRecord } from './piece-record.ts';

/** What is known of sessions and stands in no journal yet. */
export interface Untold {
  records: Map<string, SessionRecord[]>;
  /** Conversations whose client is gone without having said so, by session. */
  lost: Map<string, string[]>;
}

const BELLS = new Set(['prompt', 'stop', 'failure', 'end']);

/**
 * Events no worker has handled yet and clients that are gone: with them a session is what it is now, not what it was when a
 * worker ran last. Costs the reading of the waiting events. Changes nothing.
 */
export function readUntold(state: StatePaths): Untold {
  const untold: Untold = { records: new Map(), lost: new Map() };
  /** When each conversation ended last. */
  const ended = new Map<string, number>();
  for (const waiting of waitingEvents(state)) {
    if (!BELLS.has(waiting.bell)) continue;
    const event = parseEvent(readEventBytes(waiting));
    if (event?.session === undefined || event.subagent) continue;
    if (waiting.bell === 'end') ended.set(event.session, waiting.time);
    const record = pieceRecord(event.session, recordOf(event, waiting));
    const belonging = belongingOf(state, event.session);
    if (record !== undefined && belonging?.role === 'own') put(untold.records, belonging.session, record);
  }
  for (const live of listLive(state)) {
    const belonging = belongingOf(state, live.session);
    const isTold = (ended.get(live.session) ?? Number.NEGATIVE_INFINITY) >= (live.at ?? 0);
    if (belonging?.role === 'own' && !isTold && !isClientAlive(live))
      put(untold.lost, belonging.session, live.session);
  }
  return untold;
}

/** A session as it is now. @returns how many lines of its journal could not be read, too. */
export function readSession(
  state: StatePaths,
  session: string,
  untold: Untold,
): { session: Session; damaged: number; lost: string[] } {
  const { records, damaged } = readPiece(state, session);
  const known = new Set(records.map(({ eid }) => eid));
  const more = (untold.records.get(session) ?? []).filter(({ eid }) => !known.has(eid));
  const all: SessionRecord[] = [...records, ...more];
  const last = all.reduce((latest, { t }) => Math.max(latest, t), 0);
  const lost = untold.lost.get(session) ?? [];
  for (const conversation of lost) all.push({ t: last + 1, type: 'lost', conversation });
  return { session: foldSession(session, all), damaged, lost };
}

function put<T>(map: Map<string, T[]>, key: string, value: T): void {
  const there = map.get(key);
  if (there === undefined) map.set(key, [value]);
  else there.push(value);
}
