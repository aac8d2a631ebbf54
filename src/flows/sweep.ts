import * as path from 'node:path';
import { exists } from '../platform/fs.ts';
import { parseEvent } from '../sessions/event.ts';
import { belongingOf, noteLost } from '../store/belonging.ts';
import { isClientAlive, type LiveSession, listLive, unmarkLive } from '../store/live.ts';
import { acquireLock } from '../store/lock.ts';
import type { StatePaths } from '../store/paths.ts';
import { hasWaitingEnd, readEventBytes, recordEvent, waitingEvents } from '../store/spool.ts';
import type { Workplace } from './workplace.ts';

/** Whether a session is noted as open whose client is gone. */
export function hasLostSessions(state: StatePaths): boolean {
  return listLive(state).some((live) => !isClientAlive(live));
}

/**
 * Ends conversations whose client was killed without saying so: each gets an end event, as if the client had sent it, and is
 * noted, so that the person is told. A client records its end before it goes, so while one waits to be handled, or a worker is
 * at it, nobody counts as lost yet. @returns how many.
 */
export function sweepLostSessions(place: Pick<Workplace, 'state'>): number {
  const lock = acquireLock(place.state.locks, 'drain');
  if (lock === undefined) return 0;
  try {
    const lost = listLive(place.state).filter((live) => !isClientAlive(live));
    // Looked at last: whoever is found dead has recorded its end by now, if it ever did.
    if (hasWaitingEnd(place.state)) return 0;
    for (const live of lost) endLost(place, live);
    return lost.length;
  } finally {
    lock.release();
  }
}

/**
 * The same for the one conversation that another client opens again now, however busy the worker is: what stands for it in the
 * folder of the living is about to be replaced. @returns whether it was lost.
 */
export function endLostRun(place: Pick<Workplace, 'state'>, conversation: string): boolean {
  const { state } = place;
  if (!exists(path.join(state.live, conversation))) return false;
  const ends = waitingEvents(state).filter(
    (event) => event.bell === 'end' && parseEvent(readEventBytes(event))?.session === conversation,
  );
  // In this order: an end that was handled in between is gone from there.
  const live = listLive(state).find((one) => one.session === conversation);
  // The end of an earlier run may wait as well.
  const isTold = ends.some(({ time }) => time >= (live?.at ?? 0));
  if (isTold || live === undefined || isClientAlive(live)) return false;
  endLost(place, live);
  return true;
}

function endLost({ state }: Pick<Workplace, 'state'>, live: LiveSession): void {
  recordEvent(
    state,
    'end',
    'self',
    JSON.stringify({
      hook_event_name: 'SessionEnd',
      session_id: live.session,
      cwd: live.cwd,
      transcript_path: live.transcript,
      reason: 'lost',
    }),
  );
  if (belongingOf(state, live.session)?.role !== 'child') noteLost(state, live.session);
  // Killed right here, the next sweep records a second end; the work of a run is done only once.
  unmarkLive(state, live.session);
}
