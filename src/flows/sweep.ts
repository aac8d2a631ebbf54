import { isClientAlive, listLive, unmarkLive } from '../store/live.ts';
import { acquireLock } from '../store/lock.ts';
import type { StatePaths } from '../store/paths.ts';
import { hasWaitingEnd, recordEvent } from '../store/spool.ts';
import type { Workplace } from './workplace.ts';

/** Whether a session is noted as open whose client is gone. */
export function hasLostSessions(state: StatePaths): boolean {
  return listLive(state).some((live) => !isClientAlive(live));
}

/**
 * Ends sessions whose client was killed without saying so: each gets an end event, as if the client had sent it.
 * A client records its end before it goes, so while one waits to be handled, or a worker is at it, nobody counts as
 * lost yet. @returns how many.
 */
export function sweepLostSessions(place: Workplace): number {
  const lock = acquireLock(place.state.locks, 'drain');
  if (lock === undefined) return 0;
  try {
    const lost = listLive(place.state).filter((live) => !isClientAlive(live));
    // Looked at last: whoever is found dead has recorded its end by now, if it ever did.
    if (hasWaitingEnd(place.state)) return 0;
    for (const live of lost) {
      recordEvent(
        place.state,
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
      // Killed right here, the next sweep records a second end; the job of a run is queued only once.
      unmarkLive(place.state, live.session);
    }
    return lost.length;
  } finally {
    lock.release();
  }
}
