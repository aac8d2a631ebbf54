import { nameOfPrompt } from '../../sessions/name.ts';
import { type Belonging, belongingOf, bindConversation, boundConversations } from '../../store/belonging.ts';
import { type JournalRecord, readRecords } from '../../store/journal.ts';
import { acquireLock } from '../../store/lock.ts';
import { conversationJournal } from '../../store/paths.ts';
import { hasPiece } from '../../store/piece-files.ts';
import { appendPiece, readPiece } from '../../store/pieces.ts';
import { recentSessions } from '../../store/session-facts.ts';
import { findForked } from './forked.ts';
import { pieceRecord } from './piece-record.ts';
import { freshId, type SessionPlace } from './place.ts';

const LOCK_WAIT_MS = 1_000;

/**
 * Gives conversations from before there were sessions, and those whose beginning nobody saw, a session each, with what their
 * own journals tell. @returns how many it gave one.
 */
export function adoptConversations(place: SessionPlace): number {
  const bound = new Set(boundConversations(place.state));
  let adopted = 0;
  for (const { session: conversation } of recentSessions(place.state).reverse()) {
    const known = bound.has(conversation) ? belongingOf(place.state, conversation) : undefined;
    if (known !== undefined && (known.role === 'child' || hasPiece(place.state, known.session))) continue;
    if (adoptConversation(place, conversation) !== undefined) adopted += 1;
  }
  return adopted;
}

/**
 * Gives one conversation its session. Cut off in between, the next call goes on with it. Undefined where nothing was asked or
 * answered in it, or another process is at it.
 */
export function adoptConversation(place: SessionPlace, conversation: string): Belonging | undefined {
  const { state, repository } = place;
  const lock = acquireLock(state.locks, 'adopt', LOCK_WAIT_MS);
  if (lock === undefined) return undefined;
  try {
    const { records } = readRecords(conversationJournal(state, conversation));
    const notes = records.flatMap((record) => pieceRecord(conversation, record) ?? []);
    if (!notes.some(({ type }) => type !== 'end' && type !== 'lost')) return belongingOf(state, conversation);
    const first = notes[0]?.t ?? 0;
    const prompt = notes.find(({ type }) => type === 'prompt')?.prompt;
    const transcript = records.find((record) => typeof record.transcript === 'string')?.transcript;
    const forked = typeof transcript === 'string' ? findForked(state, conversation, transcript) : undefined;
    const at = records.find((record) => typeof record.cwd === 'string')?.cwd;
    const root = typeof at === 'string' && !at.startsWith(repository.root) ? at : repository.root;
    const session =
      (forked === undefined ? undefined : belongingOf(state, forked)?.session) ??
      freshId(state, typeof prompt === 'string' ? (nameOfPrompt(prompt) ?? '') : '', first);
    const belonging = bindConversation(state, conversation, {
      session,
      role: 'own',
      root,
      ...(forked === undefined ? {} : { parent: forked }),
    });
    if (belonging.role === 'own') importRecords(place, belonging, notes);
    return belonging;
  } finally {
    lock.release();
  }
}

/** Appends what the session's journal has not yet. */
function importRecords({ state }: SessionPlace, belonging: Belonging, notes: readonly JournalRecord[]): void {
  const key = ({ t, type, conversation }: JournalRecord): string => `${type} ${t} ${String(conversation)}`;
  const there = new Set(readPiece(state, belonging.session).records.map(key));
  if (there.size === 0)
    appendPiece(state, belonging.session, { t: notes[0]?.t ?? 0, type: 'created', root: belonging.root });
  for (const [index, note] of notes.entries()) {
    if (there.has(key(note))) continue;
    const parent = index === 0 && belonging.parent !== undefined ? { parent: belonging.parent } : {};
    appendPiece(state, belonging.session, { ...note, ...parent, root: belonging.root });
  }
}
