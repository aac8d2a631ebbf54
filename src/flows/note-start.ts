import * as path from 'node:path';
import { parseDuration } from '../config/duration.ts';
import { setTimes, statIfExists, writeFileAtomic } from '../platform/fs.ts';
import { processStartTime } from '../platform/process.ts';
import type { SessionEvent } from '../sessions/event.ts';
import { appendRecord } from '../store/journal.ts';
import { markLive } from '../store/live.ts';
import { conversationJournal, worktreeName } from '../store/paths.ts';
import { writeLastSession } from '../store/session-facts.ts';
import { type Begun, beginConversation } from './sessions/begin.ts';
import { tellLost } from './sessions/lost.ts';
import { endLostRun, hasLostSessions, sweepLostSessions } from './sweep.ts';
import type { Workplace } from './workplace.ts';

/**
 * Notes that a client has opened a conversation: in its journal, in its session, among the living, and when its first checkpoint
 * is due. What killed clients left open is ended before. @returns what the person is told of those.
 */
export function noteStart(
  place: Pick<Workplace, 'state' | 'repository' | 'cwd' | 'now' | 'resolved'>,
  event: SessionEvent,
  begun: Begun | undefined,
  scope: string,
  clientPid: number,
): string | undefined {
  const session = begun?.conversation ?? 'unknown';
  const transcript = begun === undefined ? event.transcript : begun.transcript;
  const swept = hasLostSessions(place.state) ? sweepLostSessions(place) : 0;
  const isLost = endLostRun(place, session) || swept > 0;
  // What was ended just now was ended before: the work after a run is counted by its start.
  const now = place.now() + (isLost ? 1 : 0);
  const client = { pid: clientPid, start: processStartTime(clientPid) };
  appendRecord(conversationJournal(place.state, session), {
    t: now,
    type: 'start',
    source: event.source,
    scope,
    cwd: place.cwd,
    transcript,
    pid: clientPid,
  });
  if (begun !== undefined && !event.subagent)
    beginConversation(place, { ...begun, at: now, cwd: place.cwd, client });
  markLive(place.state, { session, ...client, scope, cwd: place.cwd, transcript, at: now });
  if (transcript !== undefined)
    writeLastSession(place.state, worktreeName(place.repository), { session, transcript });
  const due = path.join(place.state.due, session);
  const everyMs = parseDuration(place.resolved.config.checkpoints.every) ?? 1_800_000;
  const dueAt = statIfExists(due)?.mtimeMs;
  // A time further away than the interval means that the clock was set back.
  if (dueAt === undefined || dueAt > now + everyMs) {
    const next = new Date(now + everyMs);
    writeFileAtomic(due, '', { sync: false });
    setTimes(due, next, next);
  }
  return tellLost(place.state);
}
