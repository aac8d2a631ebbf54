import { listDirectory, statIfExists } from '../platform/fs.ts';
import { foldConversation } from '../sessions/conversation.ts';
import { readRecords } from '../store/journal.ts';
import { isClientAlive, listLive } from '../store/live.ts';
import { conversationJournal, documentPaths } from '../store/paths.ts';
import { readSessionFacts } from '../store/session-facts.ts';
import type { TranscriptEvent } from '../transcript/events.ts';
import { type SessionFacts, unpackFacts } from '../transcript/facts.ts';
import { noFacts } from '../transcript/facts-builder.ts';
import { itemsOfEvent, itemsOfFacts, type LayeredSession, sessionItem } from '../transcript/layer-items.ts';
import { renderLayers } from '../transcript/layer-view.ts';
import { type FittedLayers, fitLayers, isKept, type LayerItem } from '../transcript/layers.ts';
import { goalOf, oneLine } from '../transcript/narrative.ts';
import { readTranscript } from '../transcript/read.ts';
import { readKeptFacts } from './kept-transcript.ts';
import { type KnownTranscript, knownTranscripts } from './known-transcripts.ts';
import { followSession } from './session-facts.ts';
import type { Workplace } from './workplace.ts';

const HOUR_MS = 3_600_000;

export interface CompressRequest {
  /** Most tokens, estimated; no limit where it is not given. */
  budget?: number;
  /** How many sessions are looked at, the latest first. */
  sessions: number;
}

export interface CompressedContext extends FittedLayers {
  sessions: number;
  now: number;
}

/**
 * What happened here, in layers by age: the last hour in full, the three before in detail, what is older in brief, finished
 * sessions in a line each. Every layer is told from the transcripts themselves, never from another summary.
 */
export function compressContext(place: Workplace, request: CompressRequest): CompressedContext {
  const now = place.now();
  const known = knownTranscripts(place).slice(0, request.sessions);
  const transcripts = new Map(known.map(({ session, transcript }) => [session, transcript]));
  const items = known.flatMap(({ session, transcript }) => itemsOf(place, session, transcript, now));
  const fitted = fitLayers(items, request.budget, (shown, leftOut) =>
    renderLayers(shown, leftOut, { now, transcripts }),
  );
  return { ...fitted, sessions: known.length, now };
}

/**
 * The layers of one session at one time, as they are kept in its summary. Empty where nothing is told.
 * @param budget tokens, estimated.
 */
export function layersOfSession(
  place: Workplace,
  session: { id: string; transcript: string; facts: SessionFacts },
  now: number,
  budget: number,
): string {
  const { id, transcript, facts } = session;
  const items = layeredItems(
    place.repository.root,
    transcript,
    { id, facts, endedAt: undefined, endReason: undefined, summary: undefined },
    now,
  );
  const transcripts = new Map<string, string>();
  return fitLayers(items, budget, (shown, leftOut) => renderLayers(shown, leftOut, { now, transcripts }))
    .text;
}

function itemsOf(place: Workplace, id: string, transcript: string, now: number): LayerItem[] {
  const { root } = place.repository;
  const facts = factsOf(place, { session: id, transcript, writtenAt: 0 });
  const view = foldConversation(id, readRecords(conversationJournal(place.state, id)).records);
  const summary = summaryOf(root, id);
  const session: LayeredSession = { id, facts, endedAt: view.endedAt, endReason: view.endReason, summary };
  const last = facts.to ?? view.updatedAt;
  const goal = goalOf(facts);
  // A session nobody has open any more is finished, whether it said so or not.
  const isOpen = listLive(place.state).some((live) => live.session === id && isClientAlive(live));
  if (!isOpen && now - last >= 4 * HOUR_MS) {
    return facts.lines === 0
      ? []
      : [sessionItem(session, goal === undefined ? undefined : oneLine(goal.value))];
  }
  return layeredItems(root, transcript, session, now);
}

function layeredItems(root: string, transcript: string, session: LayeredSession, now: number): LayerItem[] {
  const items = itemsOfFacts(session, root);
  if (now - (session.facts.to ?? now) < HOUR_MS) {
    const see = (event: TranscriptEvent): void => void items.push(...itemsOfEvent(event, session.id, root));
    readTranscript(transcript, see, { since: now - HOUR_MS });
  }
  return items.filter((item) => isKept(item, now));
}

/** Of a transcript that is gone, what was remembered of it, else what its copy tells. */
function factsOf(place: Workplace, known: KnownTranscript): SessionFacts {
  if (statIfExists(known.transcript) !== undefined) {
    return followSession(place.state, known.session, known.transcript);
  }
  const remembered = unpackFacts(readSessionFacts(place.state, known.session));
  return remembered ?? readKeptFacts(place.state, known)?.facts ?? noFacts();
}

function summaryOf(root: string, session: string): string | undefined {
  const name = listDirectory(documentPaths(root).sessions).find((one) =>
    one.endsWith(`-${session.slice(0, 8)}.md`),
  );
  return name === undefined ? undefined : `.claude/sessions/${name}`;
}
