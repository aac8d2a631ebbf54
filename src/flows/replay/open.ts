import * as path from 'node:path';
import { pageCheckpoints } from '../../checkpoints/list.ts';
import { messageOf } from '../../errors.ts';
import { counted } from '../../platform/words.ts';
import type { RecordedEvent } from '../../replay/events.ts';
import { type OpenStep, openStepFold } from '../../replay/fold.ts';
import { type JoinedStep, joinSteps } from '../../replay/join.ts';
import { safeLine } from '../../replay/text.ts';
import type { Replay, ReplayStep } from '../../replay/types.ts';
import type { TranscriptReport } from '../../transcript/events.ts';
import { openTranscriptStream } from '../../transcript/stream.ts';
import { commitSteps } from './commit-steps.ts';
import type { ReplayPlace, ReplayTarget } from './find-session.ts';
import { journalSteps } from './journal-steps.ts';
import { openReplaySource, type ReplaySource } from './source.ts';
import { spanOf } from './span.ts';

/** A replay that is read as far as somebody looks. */
export interface OpenReplay {
  session: string;
  transcript: string | undefined;
  /** In order, each once. Reads of the transcript what is asked for and at most 64 steps more. */
  steps: Iterable<ReplayStep>;
  /** What could not be read; complete once all steps were taken. */
  remarks(): string[];
  close(): void;
}

export interface ReplayOptions {
  /** Characters that are taken of each recorded text; all of it unless told. */
  longest?: number;
}

/**
 * Opens a session's replay: what its transcript and those of its sub-agents tell, with its start and end, its checkpoints and
 * commits between them by time. Only these are read before the first step. A transcript that is gone is told as far as the
 * journal and git know. `close` it.
 */
export async function openReplay(
  place: ReplayPlace,
  target: ReplayTarget,
  options: ReplayOptions = {},
): Promise<OpenReplay> {
  const { session } = target;
  const source = openReplaySource(place, target);
  const remarks: string[] = sourceRemarks(target, source);
  const joined = await joinedSteps(place, target, source, remarks).catch((error: unknown) => {
    source?.close();
    throw error;
  });
  const stream = source === undefined ? undefined : openTranscriptStream(source.path);
  const fold = openStepFold({ root: place.repository.root, ...options });
  function* told(): Generator<OpenStep> {
    for (let event = stream?.next(); event !== undefined; event = stream?.next())
      yield* fold.take(event satisfies RecordedEvent);
    yield* fold.end();
  }
  return {
    session,
    transcript: source === undefined ? undefined : (target.transcript ?? source.path),
    steps: joinSteps(told(), joined),
    remarks: () => [...remarks, ...(stream === undefined ? [] : reportRemarks(stream.report))],
    close() {
      stream?.close();
      source?.close();
    },
  };
}

/** All of a replay at once. */
export async function readReplay(
  place: ReplayPlace,
  target: ReplayTarget,
  options: ReplayOptions = {},
): Promise<Replay> {
  const open = await openReplay(place, target, options);
  try {
    const steps = [...open.steps];
    return { session: open.session, transcript: open.transcript, steps, remarks: open.remarks() };
  } finally {
    open.close();
  }
}

async function joinedSteps(
  { state, repository }: ReplayPlace,
  { session }: ReplayTarget,
  source: ReplaySource | undefined,
  remarks: string[],
): Promise<JoinedStep[]> {
  const journal = journalSteps(state, session, source === undefined);
  if (journal.damaged > 0)
    remarks.push(
      `${counted(journal.damaged, 'line')} of the session's journal cannot be read and ${journal.damaged === 1 ? 'is' : 'are'} left out.`,
    );
  const told = source === undefined ? undefined : spanOf(source.path);
  const span = told ?? { from: journal.steps[0]?.at, to: journal.steps.at(-1)?.at };
  const [checkpoints, commits] = await Promise.all([
    checkpointSteps(repository, session, journal.checkpoints, remarks),
    commitSteps(repository, session, span),
  ]);
  return [...journal.steps, ...checkpoints, ...commits].sort((a, b) => a.at - b.at);
}

/** The session's checkpoints that are there, and those of its journal that are not any more. */
async function checkpointSteps(
  repository: ReplayPlace['repository'],
  session: string,
  noted: readonly { id: string; at: number; reason: string }[],
  remarks: string[],
): Promise<JoinedStep[]> {
  const step = (at: number, words: string): JoinedStep => ({
    at,
    lane: 'checkpoint',
    type: 'checkpoint',
    description: safeLine(words),
  });
  try {
    const { items } = await pageCheckpoints(repository, { session });
    const there = new Set(items.map(({ id }) => id));
    return [
      ...items
        .filter((one) => one.session === session)
        .map(({ id, name, createdAt, reason }) => step(Date.parse(createdAt), `${id} "${name}" (${reason})`)),
      ...noted
        .filter(({ id }) => !there.has(id))
        .map(({ id, at, reason }) => step(at, `${id} (${reason}), which is not there any more`)),
    ];
  } catch (error) {
    remarks.push(`The checkpoints are left out: ${messageOf(error)}`);
    return [];
  }
}

function sourceRemarks(target: ReplayTarget, source: ReplaySource | undefined): string[] {
  if (source === undefined) {
    const gone = target.transcript === undefined ? 'is not known' : `is gone (${target.transcript})`;
    return [
      `The transcript of session ${target.session} ${gone}: only what the journal and git know is shown; answers, tool calls and edits are missing.`,
    ];
  }
  if (!source.isCopy) return [];
  const damaged =
    source.damaged.length === 0
      ? []
      : [
          `${counted(source.damaged.length, 'piece')} of the copy cannot be read; what ${source.damaged.length === 1 ? 'it' : 'they'} told is missing.`,
        ];
  return [
    'The client has deleted the transcript; this is the redacted copy that was kept of it.',
    ...damaged,
  ];
}

function reportRemarks(report: TranscriptReport): string[] {
  const { damaged, damagedAt, tooLong, unknown } = report;
  const first = damagedAt[0];
  const where =
    first === undefined
      ? ''
      : ` (the first at ${first.line === undefined ? `byte ${first.offset}` : `line ${first.line}`} of ${path.basename(first.transcript)})`;
  const kinds = Object.entries(unknown).map(([type, times]) => `${safeLine(type)} (${times})`);
  return [
    ...(damaged === 0
      ? []
      : [
          `${counted(damaged, 'line')} of the transcript cannot be read and ${damaged === 1 ? 'is' : 'are'} left out${where}.`,
        ]),
    ...(tooLong === 0
      ? []
      : [
          `${counted(tooLong, 'line')} of the transcript ${tooLong === 1 ? 'is' : 'are'} too long to be read.`,
        ]),
    ...(kinds.length === 0 ? [] : [`Records of kinds that are not known are left out: ${kinds.join(', ')}.`]),
  ];
}
