import * as path from 'node:path';
import { parseDuration } from '../../config/duration.ts';
import { listDirectory, removeFile, statIfExists } from '../../platform/fs.ts';
import { isSameProcessAlive } from '../../platform/process.ts';
import { move, type SessionState } from '../../sessions/lifecycle.ts';
import { foldSession, outcomeOf, type Session } from '../../sessions/session.ts';
import { listLive } from '../../store/live.ts';
import type { StatePaths } from '../../store/paths.ts';
import { listPieces, pieceSize, piecesStamp } from '../../store/piece-files.ts';
import { appendPiece, readPiece } from '../../store/pieces.ts';
import { readSessionList, type SessionRow, type StoredList } from '../../store/session-list.ts';
import { hasWaitingEnd } from '../../store/spool.ts';
import { writeSessionList } from '../../store/write-session-list.ts';
import type { TranscriptTodo } from '../../transcript/events.ts';
import { followSession, rememberedFacts } from '../session-facts.ts';
import type { Workplace } from '../workplace.ts';
import { adoptConversations } from './adopt.ts';

import { rowOf, setAside } from './refold.ts';

/** A session no client has had open for this long is paused; one that a person has resumed gets so long to be gone on with. */
const LEFT_MS = 3_600_000;
const KEEP_CLIENT_MS = 14 * 24 * 3_600_000;
const DEFAULT_QUIET_MS = 14 * 24 * 3_600_000;

/**
 * What the worker does for sessions: gives conversations from before there were any one each, pauses those nobody has open any
 * more, archives those in which nothing has happened for long, and brings the list up to date.
 */
export function keepSessions(place: Workplace): void {
  adoptConversations(place);
  let { stamp, rows } = refreshRows(place);
  const live = new Set(listLive(place.state).map(({ session }) => session));
  const isQuietNow = !hasWaitingEnd(place.state);
  let changed = false;
  for (const row of rows) {
    if (isQuietNow && pauseLeft(place, row, live)) changed = true;
    if (archiveQuiet(place, row)) changed = true;
  }
  if (changed) ({ stamp, rows } = refreshRows(place));
  writeSessionList(place.state, { stamp, rows });
  removeClients(place.state, place.now());
}

/** The rows of all sessions; those whose journal or remembered facts have not changed are taken as they are. */
function refreshRows(place: Workplace): StoredList {
  const { state } = place;
  const stored = new Map(readSessionList(state)?.rows.map((row) => [row.id, row]));
  const stamp = piecesStamp(state);
  const rows = listPieces(state).map((id) => {
    const old = stored.get(id);
    const size = pieceSize(state, id);
    const factsAt = Math.max(0, ...(old?.conversations ?? []).map((one) => factsTime(state, one)));
    if (old !== undefined && old.size === size && factsAt <= old.factsAt) return old;
    const { records, damaged } = readPiece(state, id);
    if (damaged > 0) for (const said of setAside(state, id)) place.log('warn', said);
    const session = foldSession(id, records);
    return withFacts(state, session, rowOf(session, damaged > 0 ? pieceSize(state, id) : size, old));
  });
  return { stamp, rows };
}

function withFacts(state: StatePaths, session: Session, row: SessionRow): SessionRow {
  const known = session.conversations.flatMap(({ id }) => {
    const facts = rememberedFacts(state, id);
    return facts === undefined ? [] : [facts];
  });
  if (known.length === 0) return row;
  const files = new Set(
    known.flatMap((facts) => [...facts.filesCreated.keys(), ...facts.filesModified.keys()]),
  );
  const todos: TranscriptTodo[] = known.at(-1)?.todos ?? [];
  const open = todos.filter(({ status }) => status !== 'completed').length;
  const factsAt = Math.max(0, ...session.conversations.map(({ id }) => factsTime(state, id)));
  return { ...row, files: files.size, todos: { open, all: todos.length }, factsAt };
}

function factsTime(state: StatePaths, conversation: string): number {
  return statIfExists(path.join(state.facts, `${conversation}.json`))?.mtimeMs ?? 0;
}

/** Open in name only: its conversations are in no living client, or it never had any. */
function pauseLeft(place: Workplace, row: SessionRow, live: ReadonlySet<string>): boolean {
  if (row.state !== 'Active' && row.state !== 'Working') return false;
  if (place.now() - row.updatedAt < LEFT_MS || row.conversations.some((one) => live.has(one))) return false;
  const session = foldSession(row.id, readPiece(place.state, row.id).records);
  const t = place.now();
  for (const { id, status } of session.conversations)
    if (status !== 'ended') appendPiece(place.state, row.id, { t, type: 'lost', conversation: id });
  appendPiece(place.state, row.id, { t: t + 1, type: 'left' });
  return true;
}

function archiveQuiet(place: Workplace, row: SessionRow): boolean {
  if (move(row.state as SessionState, 'archive') === undefined) return false;
  const quietMs = parseDuration(place.resolved.config.sessions.archiveAfter) ?? DEFAULT_QUIET_MS;
  if (place.now() - row.updatedAt < quietMs) return false;
  const session = foldSession(row.id, readPiece(place.state, row.id).records);
  const { actions } = outcomeOf(session, { kind: 'quiet' });
  if (!actions.includes('archive')) return false;
  rememberFacts(place.state, session);
  const cause = `quiet for ${place.resolved.config.sessions.archiveAfter}`;
  appendPiece(place.state, row.id, { t: place.now(), type: 'quiet', cause });
  return true;
}

/** Remembers what the transcripts tell while the client still has them. */
export function rememberFacts(state: StatePaths, session: Session): void {
  for (const { id, transcript } of session.conversations)
    if (transcript !== undefined && statIfExists(transcript)?.isFile() === true)
      followSession(state, id, transcript);
}

/** Notes about clients that are gone. */
function removeClients({ clients }: StatePaths, now: number): void {
  for (const name of listDirectory(clients)) {
    const file = path.join(clients, name);
    if (now - (statIfExists(file)?.mtimeMs ?? now) <= KEEP_CLIENT_MS) continue;
    const [pid, start] = name.split('-');
    if (!isSameProcessAlive(Number(pid), start === '0' ? undefined : start)) removeFile(file);
  }
}
