import { foldConversation } from '../sessions/conversation.ts';
import type { SessionEvent } from '../sessions/event.ts';
import { isReportable } from '../sessions/failure-rules.ts';
import { addJob } from '../store/jobs.ts';
import type { JournalRecord } from '../store/journal.ts';
import { unmarkLive } from '../store/live.ts';
import { runCheckpoint } from './checkpoint.ts';
import { runMoment } from './moments.ts';
import { tellSession } from './narrative.ts';
import { reportError } from './on-error.ts';
import { followSession } from './session-facts.ts';
import { actionsFor } from './sessions/note.ts';
import type { Workplace } from './workplace.ts';

type Effect = (
  place: Workplace,
  event: SessionEvent,
  record: JournalRecord,
  before: () => JournalRecord[],
) => Promise<void>;

/** What each kind of event calls for. Every effect may be repeated for the same event without doing it twice. */
const EFFECTS: Record<string, Effect> = {
  prompt: async (place, event) => {
    await runMoment(place, 'prompt', event);
  },
  stop: (place, event) => checkpointAt(place, event, 'stop'),
  compact: async (place, event) => {
    // First: what must survive is asked for when the compaction is over.
    if (event.session !== undefined && event.transcript !== undefined) {
      followSession(place.state, event.session, event.transcript);
    }
    await checkpointAt(place, event, 'compact');
  },
  'checkpoint-saved': async (place, event) => {
    await runMoment(place, 'checkpoint', event);
  },
  failure: async (place, event, record) => {
    const { config } = place.resolved;
    if (!config.errors.enabled || !config.errors.api || !config.hooks['on-error'].enabled) return;
    await reportError(place, {
      key: String(record.eid),
      title: `The turn ended in an API error: ${event.error ?? 'unknown'}`,
      text: event.message ?? event.error ?? 'no further words',
      group: `api:${event.error ?? 'unknown'}`,
      time: record.t,
      event,
    });
  },
  'tool-failure': toolFailure,
  'check-failed': async (place, event, record) => {
    await reportError(place, {
      key: String(record.eid),
      title: 'A check failed',
      text: event.error ?? '',
      group: `check:${(event.error ?? '').slice(0, 80)}`,
      time: record.t,
      event,
    });
  },
  end: async (place, event, record, before) => {
    const { session } = event;
    if (session === undefined) return;
    unmarkLive(place.state, session, record.t);
    // An end that is told twice finishes nothing twice.
    const wanted = actionsFor(place, session, record);
    if (wanted !== undefined && !wanted.includes('finish-work')) return;
    // One job for each run of the session, however often its end is reported; a run that began later is another one.
    const records = before();
    const id = `end-${session}-${records.filter(({ type, t }) => type === 'start' && t <= record.t).length}`;
    if (foldConversation(session, records).finishedJobs.includes(id)) return;
    addJob(place.state, {
      id,
      kind: 'end-session',
      session,
      createdAt: place.now(),
      attempts: 0,
      done: [],
      data: {
        cwd: event.cwd ?? place.cwd,
        reason: event.reason ?? 'other',
        transcript: event.transcript ?? '',
        endedAt: String(record.t),
      },
    });
  },
  git: async (place, event) => {
    const { atFolder, updateContextFile } = await import('./context-file.ts');
    await updateContextFile(atFolder(place, event.cwd), undefined);
    await runMoment(place, 'git', event);
  },
};

/** Does what an event calls for. `before` are the records of its journal without its own. */
export async function effectOf(
  place: Workplace,
  event: SessionEvent,
  record: JournalRecord,
  before: () => JournalRecord[],
): Promise<void> {
  if (!place.resolved.config.enabled) return;
  await EFFECTS[record.type]?.(place, event, record, before);
}

async function checkpointAt(
  place: Workplace,
  event: SessionEvent,
  reason: 'stop' | 'compact',
): Promise<void> {
  const { config } = place.resolved;
  if (event.session === undefined || !config.hooks.checkpoint.enabled) return;
  const saved = await runCheckpoint({
    reason,
    session: event.session,
    config,
    commandsTrusted: place.resolved.commandsTrusted,
    repository: place.repository,
    state: place.state,
    now: place.now(),
    narrative: () =>
      tellSession({ root: place.repository.root, config, state: place.state }, event.transcript),
  });
  if (saved) await runMoment(place, 'checkpoint', event);
}

async function toolFailure(
  place: Workplace,
  event: SessionEvent,
  record: JournalRecord,
  before: () => JournalRecord[],
): Promise<void> {
  const { config } = place.resolved;
  if (!config.errors.enabled || !config.hooks['on-error'].enabled) return;
  const command = event.tool?.input.command;
  const failure = {
    tool: event.tool?.name ?? 'unknown',
    error: event.error ?? '',
    command: typeof command === 'string' ? command : undefined,
    interrupted: event.interrupted,
    before: before().filter(
      (earlier) => earlier.type === 'tool-failure' && earlier.signature === record.signature,
    ).length,
  };
  if (!isReportable(failure, config.errors.tools, patternsOf(place, config.errors.ignore))) return;
  await reportError(place, {
    key: String(record.eid),
    title: `${failure.tool} failed`,
    text: `${failure.command === undefined ? '' : `$ ${failure.command}\n`}${failure.error}`,
    group: `tool:${String(record.signature)}`,
    time: record.t,
    event,
  });
}

function patternsOf(place: Workplace, sources: readonly string[]): RegExp[] {
  return sources.flatMap((source) => {
    try {
      return [new RegExp(source, 'i')];
    } catch {
      place.log('warn', `errors.ignore: ${source} is not a regular expression and was passed over`);
      return [];
    }
  });
}
