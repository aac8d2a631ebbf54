import type { CheckpointBrief } from '../../checkpoints/choose.ts';
import { pageCheckpoints } from '../../checkpoints/list.ts';
import { HooksError } from '../../errors.ts';
import { type Moment, openMoment } from '../../replay/moment.ts';
import { selectSteps } from '../../replay/select.ts';
import type { ReplayStep } from '../../replay/types.ts';
import { worktreeName } from '../../store/paths.ts';
import { type EditPlace, readActivity } from '../../transcript/edits.ts';
import type { ReplayPlace, ReplayTarget } from './find-session.ts';
import { openReplay } from './open.ts';
import type { ReplaySource } from './source.ts';
import { spanOf } from './span.ts';
import { findStart, type StartState } from './start-state.ts';

/** Something that brings the files further. */
export type RebuildStep =
  | { kind: 'edit'; at: number; edit: EditPlace; number: number | undefined; file: string }
  /** A saved state, from which is taken what no edit records. */
  | { kind: 'checkpoint'; at: number; id: string; commit: string; tree: string };

export interface RebuildPlan {
  start: StartState;
  steps: RebuildStep[];
  remarks: string[];
}

/** What is saved while the last edit's result is noted still belongs to the session. */
const SLACK_MS = 60_000;

/**
 * How a session's files can be made again: from the start, edit by edit, with the checkpoints of its working tree between them.
 * @param to the last step of the replay that counts.
 * @throws HooksError `event-unknown` where there is no such step.
 */
export async function planRebuild(
  place: ReplayPlace,
  target: ReplayTarget,
  source: ReplaySource,
  to?: Moment,
): Promise<RebuildPlan> {
  const { repository } = place;
  const told = await readSteps(place, target, to);
  const activity = readActivity(source.path);
  const span = spanOf(source.path);
  const first = activity.edits.reduce((least, edit) => Math.min(least, edit.startedAt), Number.MAX_VALUE);
  const from = span.from ?? first;
  const checkpoints = repository.gitDir === undefined ? [] : (await pageCheckpoints(repository)).items;
  const start = await findStart(repository, { session: target.session, from, firstEdit: first, checkpoints });
  const edits = cutAt(activity.edits, told.last).map(
    (edit): RebuildStep => ({
      kind: 'edit',
      at: edit.at,
      edit,
      number: told.edits.get(edit.id)?.number,
      file: told.edits.get(edit.id)?.file ?? edit.file,
    }),
  );
  const until = told.last?.at ?? (span.to ?? first) + SLACK_MS;
  const saved =
    start.kind === 'nothing' ? [] : laterCheckpoints(place, target, checkpoints, { after: start.at, until });
  return {
    start,
    steps: [...edits, ...saved].sort((a, b) => a.at - b.at),
    remarks: [...told.remarks, ...(start.remark === undefined ? [] : [start.remark])],
  };
}

interface Told {
  edits: Map<string, ReplayStep>;
  /** The last step that counts; undefined where all do. */
  last: ReplayStep | undefined;
  remarks: string[];
}

/** The numbers under which a person sees the edits. */
async function readSteps(place: ReplayPlace, target: ReplayTarget, to: Moment | undefined): Promise<Told> {
  const replay = await openReplay(place, target, { longest: 200 });
  try {
    const edits = new Map<string, ReplayStep>();
    const reached = to === undefined ? undefined : openMoment(to);
    let isReached = false;
    let last: ReplayStep | undefined;
    for (const step of selectSteps(replay.steps, to === undefined ? {} : { until: to })) {
      if (step.type === 'edit' && step.call !== undefined) edits.set(step.call, step);
      isReached ||= reached?.(step).reached === true;
      last = step;
    }
    if (to !== undefined && !isReached && (to.kind === 'number' || to.kind === 'cite')) {
      throw new HooksError({
        code: 'event-unknown',
        kind: 'usage',
        message: `The replay has no step ${to.kind === 'number' ? to.number : to.cite}.`,
        hint: `See the steps with their numbers: claude-hooks replay ${target.session} --json`,
      });
    }
    return { edits, last: to === undefined ? undefined : last, remarks: replay.remarks() };
  } finally {
    replay.close();
  }
}

/** The edits up to a step, and with it where it is one. */
function cutAt(edits: readonly EditPlace[], last: ReplayStep | undefined): EditPlace[] {
  if (last === undefined) return [...edits];
  const own = last.type === 'edit' ? edits.findIndex(({ id }) => id === last.call) : -1;
  return own === -1 ? edits.filter(({ at }) => at <= last.at) : edits.slice(0, own + 1);
}

function laterCheckpoints(
  { repository }: ReplayPlace,
  { session }: ReplayTarget,
  checkpoints: readonly CheckpointBrief[],
  { after, until }: { after: number; until: number },
): RebuildStep[] {
  const own = worktreeName(repository);
  return checkpoints
    .filter((one) => one.worktree === own)
    .map((one) => ({ ...one, at: Date.parse(one.createdAt) }))
    .filter((one) => one.at > after && one.at <= until && (one.session ?? session) === session)
    .map(({ id, commit, tree, at }) => ({ kind: 'checkpoint', at, id, commit, tree }));
}
