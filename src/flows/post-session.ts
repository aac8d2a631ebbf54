import * as path from 'node:path';
import { messageOf } from '../errors.ts';
import { minuteStamp } from '../platform/clock.ts';
import { writeFileAtomic } from '../platform/fs.ts';
import { git } from '../platform/git.ts';
import { redactText } from '../redact/redact.ts';
import { type ConversationView, foldConversation } from '../sessions/conversation.ts';
import { parseEvent, type SessionEvent } from '../sessions/event.ts';
import { markArchiveDue } from '../store/archive-due.ts';
import { openDocumentFolder } from '../store/documents.ts';
import { type Job, runJobs } from '../store/jobs.ts';
import { appendRecord, readRecords } from '../store/journal.ts';
import { conversationJournal, documentPaths } from '../store/paths.ts';
import type { SessionFacts } from '../transcript/facts.ts';
import { renderSummary } from '../transcript/summary.ts';
import { cleanPaths } from './clean.ts';
import { commitSession } from './commit-session.ts';
import { runMoment } from './moments.ts';
import { reportError } from './on-error.ts';
import { runTests } from './run-tests.ts';
import { followSession } from './session-facts.ts';
import type { Workplace } from './workplace.ts';

interface EndedSession {
  job: Job;
  view: ConversationView;
  facts: SessionFacts;
  event: SessionEvent;
  endedAt: number;
}

/** Tokens for the layers at the end of a summary. */
const LAYERS_BUDGET = 2_000;

/** What is done when a session has ended, in this order. Each step may be repeated without harm. */
const STEPS: { name: string; run(place: Workplace, ended: EndedSession): Promise<void> }[] = [
  { name: 'summary', run: writeSummary },
  {
    name: 'context',
    run: async (place, { job, facts, event }) => {
      if (!place.resolved.config.postSession.context) return;
      const { atFolder, updateContextFile } = await import('./context-file.ts');
      const ended = { id: job.session, transcript: event.transcript ?? '', facts };
      await updateContextFile(atFolder(place, event.cwd), ended);
    },
  },
  {
    name: 'tests',
    run: (place, ended) => runTests(place, ended.event, `${ended.job.id}:tests`, ended.endedAt),
  },
  { name: 'clean', run: async (place) => cleanPaths(place) },
  { name: 'commit', run: (place, ended) => commitSession(place, ended.job) },
  {
    name: 'steps',
    run: async (place, ended) => {
      const failed = await runMoment(place, 'post-session', ended.event);
      for (const text of failed) {
        await reportError(place, {
          key: `${ended.job.id}:${text}`,
          title: 'A post-session step failed',
          text,
          group: `step:${text.split(':')[0] ?? ''}`,
          time: ended.endedAt,
          event: ended.event,
        });
      }
    },
  },
];

/**
 * Does the end-of-session work that waits, once for each run of a session, going on where it was cut off.
 * @returns how many runs of sessions it was begun for.
 */
export async function finishSessions(place: Workplace): Promise<number> {
  let begun = 0;
  await runJobs(
    place.state,
    async (job, finish) => {
      begun += 1;
      noteTranscript(place, job);
      if (!place.resolved.config.enabled || !place.resolved.config.hooks['post-session'].enabled) return;
      const ended = await readEnded(place, job);
      if (isSubstantial(ended)) {
        for (const step of STEPS) {
          if (job.done.includes(step.name)) continue;
          await step.run(place, ended);
          finish(step.name);
        }
      }
      if (!ended.view.finishedJobs.includes(job.id))
        appendRecord(conversationJournal(place.state, job.session), {
          t: place.now(),
          type: 'job-done',
          job: job.id,
        });
    },
    async (job, error) => {
      await reportError(place, {
        key: `${job.id}:dead`,
        title: 'The end-of-session work failed three times and was set aside',
        text: messageOf(error),
        group: `job:${messageOf(error).slice(0, 80)}`,
        time: place.now(),
        event: undefined,
      });
    },
  );
  return begun;
}

/** First, so that a copy is made whatever becomes of the rest. */
function noteTranscript({ state, resolved }: Workplace, job: Job): void {
  if (!resolved.config.enabled || !resolved.config.transcripts.archive) return;
  if (job.data.transcript) markArchiveDue(state, { session: job.session, transcript: job.data.transcript });
}

async function readEnded(place: Workplace, job: Job): Promise<EndedSession> {
  const view = foldConversation(
    job.session,
    readRecords(conversationJournal(place.state, job.session)).records,
  );
  const transcript = job.data.transcript || view.transcript || '';
  const event = parseEvent(
    Buffer.from(
      JSON.stringify({
        hook_event_name: 'SessionEnd',
        session_id: job.session,
        transcript_path: transcript,
        cwd: job.data.cwd,
        reason: job.data.reason,
      }),
    ),
  );
  if (event === undefined) throw new Error(`job ${job.id} names no session`);
  return {
    job,
    view,
    facts: followSession(place.state, job.session, transcript),
    event,
    endedAt: Number(job.data.endedAt) || place.now(),
  };
}

/** A session in which nobody asked anything leaves no documents behind. */
function isSubstantial({ view, facts }: EndedSession): boolean {
  return (view.counts.prompt ?? 0) > 0 || facts.prompts.length > 0;
}

async function writeSummary(
  place: Workplace,
  { job, view, facts, event, endedAt }: EndedSession,
): Promise<void> {
  if (!place.resolved.config.postSession.summary) return;
  const { root } = place.repository;
  const [branch, status] = await Promise.all([
    git(['branch', '--show-current'], { cwd: root }),
    git(['status', '--porcelain', '-z'], { cwd: root }),
  ]);
  const startedAt = view.createdAt || endedAt;
  const directory = documentPaths(root).sessions;
  const outside = openDocumentFolder(root, directory);
  if (outside !== undefined) return place.log('warn', `no summary was written: ${outside}`);
  const text = renderSummary(facts, {
    session: job.session,
    startedAt,
    endedAt,
    reason: event.reason ?? 'other',
    branch: branch.stdout.trim() || undefined,
    root,
    transcript: event.transcript,
    checkpoint: view.lastCheckpoint,
    changed: status.stdout
      .split('\0')
      .filter((entry) => entry.length > 3)
      .map((entry) => entry.slice(3)),
  });
  const { layersOfSession } = await import('./compress.ts');
  const layers = layersOfSession(
    place,
    { id: job.session, transcript: event.transcript ?? '', facts },
    endedAt,
    LAYERS_BUDGET,
  );
  // One file a session: a session that is resumed and ends again has its summary replaced by the fuller one.
  writeFileAtomic(
    path.join(directory, `${minuteStamp(startedAt)}-${job.session.slice(0, 8)}.md`),
    redactText(layers === '' ? text : `${text}\n${layers}`),
  );
}
