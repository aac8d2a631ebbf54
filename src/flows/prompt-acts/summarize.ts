import { git } from '../../platform/git.ts';
import { readFacts } from '../../transcript/facts.ts';
import { renderSummary } from '../../transcript/summary.ts';
import type { Workplace } from '../workplace.ts';
import { type ActPlace, type ActResult, inTime } from './act.ts';

/** Gives the turn the summary of the last hours, written by rule from the session's transcript. */
export async function summarizeLast(
  at: ActPlace,
  { minutes, said }: { minutes: number; said: string },
): Promise<ActResult> {
  const { place, session, event, deadline } = at;
  if (event.transcript === undefined)
    return {
      done: false,
      said: 'there is no transcript to summarize',
      told: 'Summarize: there is no transcript.',
    };
  const { transcript } = event;
  const text = await inTime(deadline, () => summarizeRecent(place, session, transcript, minutes));
  const last = minutes % 60 === 0 ? `${minutes / 60}h` : `${minutes}m`;
  return {
    done: true,
    said: `the summary of the last ${said.replace(/ of work$/i, '')} is in the conversation`,
    told: `Summarize the last ${said}: answer from the summary below, which was written by rule from the transcript.`,
    quotes: [{ source: 'summary', text, command: `claude-hooks context summarize --last ${last}` }],
  };
}

async function summarizeRecent(
  place: Workplace,
  session: string,
  transcript: string,
  minutes: number,
): Promise<string> {
  const now = place.now();
  const since = now - minutes * 60_000;
  const { root } = place.repository;
  const [branch, status] = await Promise.all([
    git(['branch', '--show-current'], { cwd: root, timeoutMs: 2_000 }),
    git(['status', '--porcelain', '-z'], { cwd: root, timeoutMs: 2_000 }),
  ]);
  return renderSummary(readFacts(transcript, { since }), {
    session,
    startedAt: since,
    endedAt: now,
    reason: undefined,
    branch: branch.stdout.trim() || undefined,
    root,
    transcript,
    checkpoint: undefined,
    changed: status.stdout.split('\0').flatMap((entry) => (entry.length > 3 ? [entry.slice(3)] : [])),
  });
}
