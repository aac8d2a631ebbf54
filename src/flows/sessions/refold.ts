import { systemCode } from '../../errors.ts';
import { counted } from '../../platform/words.ts';
import type { Session } from '../../sessions/session.ts';
import type { StatePaths } from '../../store/paths.ts';
import { listPieces, pieceSize, piecesStamp } from '../../store/piece-files.ts';
import { quarantinePiece } from '../../store/pieces.ts';
import type { SessionRow } from '../../store/session-list.ts';
import { writeSessionList } from '../../store/write-session-list.ts';
import { adoptConversations } from './adopt.ts';
import { byTime, type SessionList, withoutBeginning } from './list.ts';
import type { SessionPlace } from './place.ts';
import { readSession, readUntold } from './read.ts';

/** The list with those sessions folded anew whose rows are not what they are now; kept for the next time where it can be. */
export function refoldSessions(
  place: SessionPlace,
  rowsBefore: readonly SessionRow[] | undefined,
): SessionList {
  const { state } = place;
  if (rowsBefore === undefined) whereWritable(() => adoptConversations(place));
  const stored = new Map(rowsBefore?.map((row) => [row.id, row]));
  // Before the journals are read: what is appended meanwhile has another stamp.
  const stamp = piecesStamp(state);
  const untold = readUntold(state);
  const problems: string[] = [];
  const kept: SessionRow[] = [];
  const rows = listPieces(state).map((id) => {
    const old = stored.get(id);
    const size = pieceSize(state, id);
    const isUntold = untold.records.has(id) || untold.lost.has(id);
    const isKept = old !== undefined && old.size === size;
    if (isKept) kept.push(old);
    if (isKept && !isUntold) return old;
    const { session, damaged } = readSession(state, id, untold);
    if (damaged > 0) problems.push(...setAside(state, id));
    const row = rowOf(session, damaged > 0 ? pieceSize(state, id) : size, old);
    // What no journal tells yet is shown and not kept.
    if (!isUntold && !isKept) kept.push(row);
    return row;
  });
  whereWritable(() => writeSessionList(state, { stamp, rows: kept }));
  return {
    rows: byTime(rows),
    lost: [...untold.lost.keys()],
    problems: [...problems, ...withoutBeginning(rows)],
  };
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
  const [was, lies] = aside.lines === 1 ? ['was', 'lies'] : ['were', 'lie'];
  const where =
    aside.file === undefined
      ? `and ${was} dropped (five damaged copies are kept already)`
      : `and ${lies} in ${aside.file}`;
  return [
    `${counted(aside.lines, 'line')} of the journal of ${id} could not be read ${where}. The rest counts.`,
  ];
}

/** What only saves time later, or mends, does not keep a list from being shown on a full or read-only disk. */
function whereWritable(write: () => void): void {
  try {
    write();
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
  }
}
