import { HooksError } from '../errors.ts';
import { git } from '../platform/git.ts';
import { redactText } from '../redact/redact.ts';
import { foldConversation } from '../sessions/conversation.ts';
import { readRecords } from '../store/journal.ts';
import { conversationJournal } from '../store/paths.ts';
import type { SessionFacts } from '../transcript/facts.ts';
import { renderSummary } from '../transcript/summary.ts';
import { readKeptFacts } from './kept-transcript.ts';
import { type KnownTranscript, knownTranscripts } from './known-transcripts.ts';
import type { Workplace } from './workplace.ts';

export interface SummarizeRequest {
  /** Only what happened in this time, milliseconds; of every session that did anything in it. */
  lastMs?: number;
  /** One session, by its id or the beginning of one. */
  session?: string;
}

export interface SessionSummary {
  session: string;
  transcript: string;
  facts: SessionFacts;
  /** Said beside it, where the transcript is gone and its copy was read. */
  remark: string | undefined;
  /** Markdown, redacted. */
  text: string;
}

/**
 * Writes by rule what happened: in one session (the latest unless named), or in all sessions of this working tree within a
 * time. Runs no model and connects nowhere.
 * @throws HooksError where there is no such session, or none at all.
 */
export async function summarize(place: Workplace, request: SummarizeRequest): Promise<SessionSummary[]> {
  const known = knownTranscripts(place);
  const { lastMs } = request;
  const since = lastMs === undefined ? undefined : place.now() - lastMs;
  const chosen = chooseSessions(known, request, since);
  const tree = await treeState(place.repository.root);
  return chosen.flatMap((one) => {
    const kept = readKeptFacts(place.state, one, since === undefined ? {} : { since });
    if (kept === undefined) {
      if (since === undefined) throw goneTranscript(one);
      return [];
    }
    const { facts, remark } = kept;
    const isIdle = facts.totals.prompts + facts.totals.calls === 0 && facts.lastAnswer === undefined;
    if (since !== undefined && isIdle) return [];
    return [{ ...one, facts, remark, text: textOf(place, one, facts, tree) }];
  });
}

function chooseSessions(
  known: readonly KnownTranscript[],
  request: SummarizeRequest,
  since: number | undefined,
): KnownTranscript[] {
  const named = request.session;
  const all =
    named === undefined
      ? known
      : known.filter(({ session }) => session === named || session.startsWith(named));
  const one = all[0];
  if (one === undefined) throw noSession(named, known);
  if (named !== undefined && all.length > 1 && one.session !== named) throw manySessions(named, all);
  if (since !== undefined && named === undefined) return all.filter(({ writtenAt }) => writtenAt >= since);
  return [one];
}

function textOf(
  place: Workplace,
  one: KnownTranscript,
  facts: SessionFacts,
  tree: { branch: string | undefined; changed: string[] },
): string {
  const view = foldConversation(
    one.session,
    readRecords(conversationJournal(place.state, one.session)).records,
  );
  return redactText(
    renderSummary(facts, {
      session: one.session,
      startedAt: facts.from ?? (view.createdAt || place.now()),
      endedAt: facts.to ?? place.now(),
      reason: view.endedAt === undefined ? undefined : view.endReason,
      root: place.repository.root,
      transcript: one.transcript,
      checkpoint: view.lastCheckpoint,
      ...tree,
    }),
  );
}

async function treeState(root: string): Promise<{ branch: string | undefined; changed: string[] }> {
  const [branch, status] = await Promise.all([
    git(['branch', '--show-current'], { cwd: root }),
    git(['status', '--porcelain', '-z'], { cwd: root }),
  ]);
  const entries = status.stdout.split('\0').filter((entry) => entry.length > 3);
  return { branch: branch.stdout.trim() || undefined, changed: entries.map((entry) => entry.slice(3)) };
}

function noSession(named: string | undefined, known: readonly KnownTranscript[]): HooksError {
  const ids = known.slice(0, 5).map(({ session }) => session);
  return new HooksError({
    code: 'no-session',
    kind: 'failed',
    message:
      named === undefined
        ? 'No session of Claude Code worked in this folder yet.'
        : `No session of this folder is called ${named}.`,
    hint: ids.length === 0 ? 'Start Claude Code here first.' : `The latest are: ${ids.join(', ')}`,
  });
}

function manySessions(named: string, all: readonly KnownTranscript[]): HooksError {
  const ids = all.slice(0, 5).map(({ session }) => session);
  return new HooksError({
    code: 'many-sessions',
    kind: 'usage',
    message: `${all.length} sessions begin with ${named}.`,
    hint: `Name one of them in full: ${ids.join(', ')}`,
  });
}

function goneTranscript({ session, transcript }: KnownTranscript): HooksError {
  return new HooksError({
    code: 'transcript-gone',
    kind: 'failed',
    message: `The transcript of session ${session} is gone: ${transcript}`,
    hint: 'Claude Code deletes transcripts after a while; what was kept of it is in .claude/sessions/.',
  });
}
