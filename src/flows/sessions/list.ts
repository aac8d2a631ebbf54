import { listDirectory } from '../../platform/fs.ts';
import type { StatePaths } from '../../store/paths.ts';
import { piecesStamp } from '../../store/piece-files.ts';
import { readSessionList, type SessionRow } from '../../store/session-list.ts';
import type { SessionPlace } from './place.ts';

export interface SessionList {
  /** The one something happened in last comes first. */
  rows: SessionRow[];
  /** Sessions whose client is gone without having said so; they are listed as they will be. */
  lost: string[];
  /** For the person: what of the journals could not be read. */
  problems: string[];
}

/**
 * All sessions of the repository as they are now. Reads one file; the journals, what no worker has handled yet, and who lives, only
 * where something has changed since it was written or a client is there. The first time every journal is read, and conversations
 * from before there were sessions get one each.
 */
export async function listSessions(place: SessionPlace): Promise<SessionList> {
  const { state } = place;
  const stored = readSessionList(state);
  if (stored !== undefined && stored.stamp === piecesStamp(state) && !isBusy(state))
    return { rows: byTime(stored.rows), lost: [], problems: withoutBeginning(stored.rows) };
  return (await import('./refold.ts')).refoldSessions(place, stored?.rows);
}

/** Whether a client has a session open, or something it said waits to be handled. */
function isBusy({ live, spool, work }: StatePaths): boolean {
  return (
    listDirectory(live).length > 0 ||
    listDirectory(work).length > 0 ||
    listDirectory(spool).some((name) => name !== 'tmp')
  );
}

export function byTime(rows: SessionRow[]): SessionRow[] {
  return rows.sort((a, b) => b.updatedAt - a.updatedAt || (a.id < b.id ? -1 : 1));
}

/** Sessions whose journal begins with nothing that can be read. Said each time: whoever looks for their work has to know. */
export function withoutBeginning(rows: readonly SessionRow[]): string[] {
  return rows.flatMap(({ id, createdAt }) =>
    createdAt > 0
      ? []
      : [
          `The journal of ${id} has lost its beginning: when and from where it began is not known. If files were parked for it, they are in a checkpoint; see: claude-hooks undo --list`,
        ],
  );
}
