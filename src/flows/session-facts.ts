import { systemCode } from '../errors.ts';
import { statIfExists } from '../platform/fs.ts';
import type { StatePaths } from '../store/paths.ts';
import { readSessionFacts, writeSessionFacts } from '../store/session-facts.ts';
import { packFacts, readFacts, type SessionFacts, skipTo, unpackFacts } from '../transcript/facts.ts';
import { findTail } from '../transcript/window.ts';

/** The most a hook reads for which somebody waits; bytes. */
const QUICK_BYTES = 1024 * 1024;

/**
 * What happened in a session, going on from where it was read last; what is new is remembered for the next time. Reads the
 * whole transcript the first time: for the worker, not for a hook.
 */
export function followSession(state: StatePaths, session: string, transcript: string): SessionFacts {
  const before = knownFacts(state, session, transcript);
  const facts = readFacts(transcript, before === undefined ? {} : { after: before });
  if (facts.end > 0 && facts.end !== before?.end) remember(state, session, facts);
  return facts;
}

/** What cannot be remembered (a full disk) is read again the next time. */
function remember(state: StatePaths, session: string, facts: SessionFacts): void {
  try {
    writeSessionFacts(state, session, packFacts(facts));
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
  }
}

/** The same by the transcript's name, which is that of its session. What has another name is read and not remembered. */
export function followTranscript(state: StatePaths, transcript: string): SessionFacts {
  const session = /(?:^|[\\/])([A-Za-z0-9][A-Za-z0-9._-]{0,99})\.jsonl$/.exec(transcript)?.[1];
  return session === undefined ? readFacts(transcript) : followSession(state, session, transcript);
}

/**
 * The same for somebody who waits: never reads more than 1 MB, and remembers nothing. Where more is new than that, what lies
 * between is missing (`partial`).
 */
export function peekSession(
  state: StatePaths,
  session: string,
  transcript: string,
): { facts: SessionFacts; partial: boolean } {
  const before = knownFacts(state, session, transcript);
  const tail = findTail(transcript, QUICK_BYTES);
  if (before === undefined) return { facts: readFacts(transcript, { from: tail }), partial: tail > 0 };
  const partial = tail > before.end;
  const after = partial ? skipTo(before, tail) : before;
  return { facts: readFacts(transcript, { after }), partial };
}

/** What was remembered of a session, however old; its transcript is not looked at. */
export function rememberedFacts(state: StatePaths, session: string): SessionFacts | undefined {
  return unpackFacts(readSessionFacts(state, session));
}

/** What was remembered; undefined where that is of another transcript, or of one that was written anew. */
function knownFacts(state: StatePaths, session: string, transcript: string): SessionFacts | undefined {
  const facts = unpackFacts(readSessionFacts(state, session));
  if (facts === undefined || facts.end > (statIfExists(transcript)?.size ?? 0)) return undefined;
  const place = facts.prompts[0]?.place ?? facts.lastAnswer?.place;
  return place === undefined || place.transcript === transcript ? facts : undefined;
}
