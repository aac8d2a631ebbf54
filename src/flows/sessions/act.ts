import { HooksError } from '../../errors.ts';
import type { SessionAction, SessionCommand, SessionMove, SessionState } from '../../sessions/lifecycle.ts';
import { outcomeOf, type Session } from '../../sessions/session.ts';
import { awaitConversation, stopAwaiting } from '../../store/belonging.ts';
import { cleanName } from '../../store/names.ts';
import { readSessionPartition, writeSessionPartition } from '../../store/partition.ts';
import { worktreeName } from '../../store/paths.ts';
import { appendPiece } from '../../store/pieces.ts';
import { endLostRun } from '../sweep.ts';
import { makeSession } from './begin.ts';
import { rememberFacts } from './keep.ts';
import { type SessionPlace, timeOf } from './place.ts';
import { readSession, readUntold } from './read.ts';

export interface Moved {
  id: string;
  from: SessionState;
  to: SessionState;
  moves: SessionMove[];
  actions: SessionAction[];
  session: Session;
}

const ENDINGS: readonly SessionCommand[] = ['cancel', 'pause', 'complete', 'archive'];

/**
 * Moves a session because a person asks for it, and does what follows from it. @throws HooksError (conflict) with the moves that
 * are possible where this one is not; nothing is written then.
 */
export function moveSession(place: SessionPlace, id: string, by: SessionCommand): Moved {
  const { state } = place;
  const session = readSettled(place, id);
  const outcome = outcomeOf(session, { kind: 'command', by });
  if (outcome.refused !== undefined) throw refusal(session, by, outcome.refused.legal);
  if (outcome.actions.includes('archive')) rememberFacts(state, session);
  appendPiece(state, id, { t: afterAll(place, session), type: 'command', by });
  if (by === 'start') awaitConversation(state, worktreeName(place.repository), id);
  else if (ENDINGS.includes(by)) stopAwaiting(state, id);
  if (outcome.actions.includes('restore')) restoreWork(place, session);
  const after = readSession(state, id, readUntold(state)).session;
  return {
    id,
    from: session.state,
    to: outcome.state,
    moves: outcome.moves,
    actions: outcome.actions,
    session: after,
  };
}

/** Notes that the work of a session is done: its end completes it, unless somebody goes on with it. */
export function markDone(place: SessionPlace, id: string, cause: string): Session {
  const session = readSettled(place, id);
  appendPiece(place.state, id, { t: afterAll(place, session), type: 'done', cause });
  return { ...session, done: true };
}

/** A session as it is now; a client of it that was killed is ended before, so that what is done now comes behind. */
function readSettled(place: SessionPlace, id: string): Session {
  const { session, lost } = readSession(place.state, id, readUntold(place.state));
  for (const conversation of lost) endLostRun(place, conversation);
  return session;
}

/** Makes a session and starts it: the next conversation that begins in this working tree belongs to it. */
export function startSessionNamed(place: SessionPlace, text: string): Moved {
  return moveSession(place, makeSession(place, checkedName(text)), 'start');
}

export function renameSession(place: SessionPlace, id: string, text: string): string {
  const name = checkedName(text);
  appendPiece(place.state, id, { t: timeOf(place), type: 'name', name });
  return name;
}

/** What goes on needs its partition in work again; variables are the session's own and need nothing. */
function restoreWork(place: SessionPlace, session: Session): void {
  const { state, repository } = place;
  const last = lastConversation(session);
  if (last === undefined) awaitConversation(state, worktreeName(repository), session.id);
  else if (session.partition !== undefined && readSessionPartition(state, last.id) === undefined)
    writeSessionPartition(state, last.id, { name: session.partition, by: 'hand', at: timeOf(place) });
}

/** The conversation to go on with. */
export function lastConversation(session: Session): Session['conversations'][number] | undefined {
  return [...session.conversations].sort((a, b) => b.lastAt - a.lastAt)[0];
}

/** A command comes behind everything that was told until now, also where that was told with a later clock. */
function afterAll(place: SessionPlace, session: Session): number {
  return Math.max(timeOf(place), session.updatedAt + 1);
}

function checkedName(text: string): string {
  const name = cleanName(text);
  if (/[\p{L}\p{N}]/u.test(name)) return name;
  throw new HooksError({
    code: 'session-name',
    kind: 'usage',
    message: 'A name needs at least one letter or digit.',
    hint: 'For example: claude-hooks session start "search fast"',
  });
}

const MEANING: Record<SessionMove, string> = {
  start: 'start',
  cancel: 'cancel',
  work: 'work (by a prompt)',
  idle: 'idle (when the turn ends)',
  pause: 'pause',
  resume: 'resume',
  complete: 'complete',
  archive: 'archive',
};

function refusal(session: Session, by: SessionCommand, legal: readonly SessionMove[]): HooksError {
  return new HooksError({
    code: 'session-move',
    kind: 'conflict',
    message: `The session ${session.id} is ${session.state}: "${by}" is not possible from there.`,
    hint: `Possible are: ${legal.map((one) => MEANING[one]).join(', ')}.`,
  });
}
