import type { SessionEvent } from '../../sessions/event.ts';
import type { SessionAction } from '../../sessions/lifecycle.ts';
import { eventOf, foldSession, outcomeOf } from '../../sessions/session.ts';
import { belongingOf } from '../../store/belonging.ts';
import type { JournalRecord } from '../../store/journal.ts';
import { readSessionPartition } from '../../store/partition.ts';
import { appendPiece, readPiece } from '../../store/pieces.ts';
import { pieceRecord } from './piece-record.ts';
import type { SessionPlace } from './place.ts';

/**
 * Notes in a conversation's session what an event is to it, once: `isKnown` asks whether an earlier worker may have done it. A
 * conversation nothing is known of gets its session from its own journal.
 */
export async function noteInSession(
  place: SessionPlace,
  event: SessionEvent,
  record: JournalRecord,
  isKnown: boolean,
): Promise<void> {
  const { session: conversation } = event;
  if (conversation === undefined || event.subagent || event.gitHook !== undefined) return;
  const note = pieceRecord(conversation, record);
  if (note === undefined) return;
  const known = belongingOf(place.state, conversation);
  const belonging = known ?? (await import('./adopt.ts')).adoptConversation(place, conversation);
  if (belonging?.role !== 'own') return;
  const mayBeThere = isKnown || known === undefined;
  if (mayBeThere && readPiece(place.state, belonging.session).records.some(({ eid }) => eid === record.eid))
    return;
  appendPiece(place.state, belonging.session, note);
  if (note.type === 'end' || note.type === 'lost')
    notePartition(place, belonging.session, conversation, note.t);
}

/** Files about single conversations go after a while; the session keeps which partition was in work. */
function notePartition({ state }: SessionPlace, session: string, conversation: string, t: number): void {
  const choice = readSessionPartition(state, conversation);
  if (choice === undefined) return;
  const partition = choice.name ?? '';
  const { partition: known = '' } = foldSession(session, readPiece(state, session).records);
  if (partition !== known) appendPiece(state, session, { t, type: 'partition', partition });
}

/** What the life cycle wants done because of a conversation's event, as it stood before. Undefined where it belongs to no session. */
export function actionsFor(
  place: SessionPlace,
  conversation: string,
  record: JournalRecord,
): SessionAction[] | undefined {
  const belonging = belongingOf(place.state, conversation);
  const note = pieceRecord(conversation, record);
  if (belonging?.role !== 'own' || note === undefined) return undefined;
  const before = readPiece(place.state, belonging.session).records.filter(
    ({ t, eid }) => eid !== record.eid && t <= record.t,
  );
  const event = eventOf(note);
  const session = foldSession(belonging.session, before);
  return event === undefined ? [] : outcomeOf(session, event, conversation).actions;
}
