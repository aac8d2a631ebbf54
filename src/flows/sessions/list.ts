import { systemCode } from '../../errors.ts';
import type { Session } from '../../sessions/session.ts';
import type { StatePaths } from '../../store/paths.ts';
import { listPieces, pieceSize, quarantinePiece } from '../../store/pieces.ts';
import { readSessionList, type SessionRow, writeSessionList } from '../../store/session-list.ts';
import { adoptConversations } from './adopt.ts';
import type { SessionPlace } from './place.ts';
import { readSession, readUntold } from './read.ts';

export interface SessionList {
  /** The one something happened in last comes first. */
  rows: SessionRow[];
  /** Sessions whose client is gone without having said so; they are listed as they will be. */
  lost: string[];
  /** For the person: what of the journals could not be read. */
  problems: string[];
}

/**
 * All sessions of the repository as they are now. Reads one file, and the journals that have grown since it was written; the
 * first time every journal, and gives conversations from before there were sessions one each.
 */
export function listSessions(place: SessionPlace): SessionList {
  const { state } = place;
  const stored = readSessionList(state);
  if (stored === undefined) whereWritable(() => adoptConversations(place));
  const untold = readUntold(state);
  const problems: string[] = [];
  const kept: SessionRow[] = [];
  let isNew = stored === undefined;
  const rows = listPieces(state).map((id) => {
    const old = stored?.get(id);
    const size = pieceSize(state, id);
    const isUntold = untold.records.has(id) || untold.lost.has(id);
    if (old !== undefined && old.size === size) kept.push(old);
    else isNew = true;
    if (old !== undefined && old.size === size && !isUntold) return old;
    const { session, damaged } = readSession(state, id, untold);
    if (damaged > 0) problems.push(...setAside(state, id));
    const row = rowOf(session, size, old);
    // What no journal tells yet is shown and not kept.
    if (!isUntold) kept.push(row);
    return row;
  });
  if (isNew) whereWritable(() => writeSessionList(state, kept));
  rows.sort((a, b) => b.updatedAt - a.updatedAt || (a.id < b.id ? -1 : 1));
  return { rows, lost: [...untold.lost.keys()], problems };
}

/** A row of a session; what its transcripts tell is taken from the row of before. */
export function rowOf(session: Session, size: number, old: SessionRow | undefined): SessionRow {
  const { id, name, state, createdAt, updatedAt, root, branch, conversations, done, prompts } = session;
  return {
    id,
    size,
    name,
    state,
    createdAt,
    updatedAt,
    root,
    branch,
    conversations: conversations.map((one) => one.id),
    open: conversations.some(({ status }) => status !== 'ended'),
    done,
    prompts,
    files: old?.files ?? 0,
    todos: old?.todos ?? { open: 0, all: 0 },
    factsAt: old?.factsAt ?? 0,
  };
}

/** Puts the damaged lines of a journal aside. @returns what is said of it. */
export function setAside(state: StatePaths, id: string): string[] {
  let aside: ReturnType<typeof quarantinePiece>;
  whereWritable(() => {
    aside = quarantinePiece(state, id);
  });
  if (aside === undefined) return [];
  const lines = aside.lines === 1 ? '1 line' : `${aside.lines} lines`;
  const where =
    aside.file === undefined
      ? 'and were dropped (five damaged copies are kept already)'
      : `and lie in ${aside.file}`;
  return [`${lines} of the journal of ${id} could not be read ${where}. The rest counts.`];
}

/** What only saves time later, or mends, does not keep a list from being shown on a full or read-only disk. */
export function whereWritable(write: () => void): void {
  try {
    write();
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
  }
}
