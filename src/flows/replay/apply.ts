import { HooksError } from '../../errors.ts';
import { realPath } from '../../platform/fs.ts';
import type { Moment } from '../../replay/moment.ts';
import type { ReplayPlace, ReplayTarget } from './find-session.ts';
import { openRebuilder, type StepDeviation } from './rebuild.ts';
import { planRebuild, type RebuildPlan } from './rebuild-plan.ts';
import { checkTarget, makeScratchTree } from './scratch-tree.ts';
import { openReplaySource, type ReplaySource } from './source.ts';

export interface ApplyResult {
  plan: RebuildPlan;
  into: string;
  /** How many edits were applied, and how many files they wrote. */
  applied: number;
  files: number;
  deviations: StepDeviation[];
}

/**
 * Makes a session's files again in a folder of their own: from its start checkpoint, or from the commit of its start, edit by edit,
 * and says where record and result differ. What edits do not tell is taken from the session's next checkpoint. The person's
 * working tree is only read. A run that is killed leaves the folder half done.
 * @param to the last step of the replay that counts.
 * @throws HooksError where the folder is not empty, or the transcript is gone.
 */
export async function applyReplay(
  place: ReplayPlace,
  target: ReplayTarget,
  request: { into: string; to?: Moment },
): Promise<ApplyResult> {
  const { into, to } = request;
  checkTarget(place.repository, into);
  return withSource(place, target, async (source) => {
    const plan = await planRebuild(place, target, source, to);
    const scratch = await makeScratchTree(place.repository, into, plan.start.commit);
    const rebuilder = await openRebuilder(scratch, plan, rootsOf(place.repository.root));
    const deviations: StepDeviation[] = [];
    for (const step of plan.steps) deviations.push(...(await rebuilder.apply(step)));
    const left = deviations.filter(({ kind }) => kind === 'not-applied').length;
    const edits = plan.steps.filter(({ kind }) => kind === 'edit').length;
    return { plan, into, applied: edits - left, files: rebuilder.written.size, deviations };
  });
}

/** Names of a working tree: as it is called, and without links. */
export function rootsOf(root: string): string[] {
  return [...new Set([root, realPath(root)])];
}

/** @throws HooksError `transcript-gone`: without the transcript there are no edits. */
export async function withSource<T>(
  place: ReplayPlace,
  target: ReplayTarget,
  work: (source: ReplaySource) => Promise<T>,
): Promise<T> {
  const source = openReplaySource(place, target);
  if (source === undefined) {
    const where = target.transcript === undefined ? '' : `: ${target.transcript}`;
    throw new HooksError({
      code: 'transcript-gone',
      kind: 'failed',
      message: `The transcript of session ${target.session} is gone${where}. Its edits are told nowhere else.`,
      hint: `See what the journal and git know: claude-hooks replay ${target.session}`,
    });
  }
  try {
    return await work(source);
  } finally {
    source.close();
  }
}
