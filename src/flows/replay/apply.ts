import { shellWord } from '../../checkpoints/markdown.ts';
import { HooksError, messageOf } from '../../errors.ts';
import { realPath } from '../../platform/fs.ts';
import type { Moment } from '../../replay/moment.ts';
import type { ReplayPlace, ReplayTarget } from './find-session.ts';
import { openRebuilder, type StepDeviation } from './rebuild.ts';
import { planRebuild, type RebuildPlan } from './rebuild-plan.ts';
import { checkTarget, makeScratchTree, removeScratchTree } from './scratch-tree.ts';
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
 * working tree is only read. A run that fails takes the folder away again; one that is killed leaves it half done.
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
    const deviations: StepDeviation[] = [];
    const rebuilder = await (async () => {
      const opened = await openRebuilder(scratch, plan, rootsOf(place.repository.root));
      for (const step of plan.steps) deviations.push(...(await opened.apply(step)));
      return opened;
    })().catch((error: unknown) => takeAway(place, plan, into, error));
    const left = deviations.filter(({ kind }) => kind === 'not-applied').length;
    const edits = plan.steps.filter(({ kind }) => kind === 'edit').length;
    return { plan, into, applied: edits - left, files: rebuilder.written.size, deviations };
  });
}

/** Removes a folder that is half done. @throws what made it so, and where the folder is left, how to remove it. */
async function takeAway(place: ReplayPlace, plan: RebuildPlan, into: string, error: unknown): Promise<never> {
  const linked = plan.start.commit === undefined ? undefined : place.repository.commonDir;
  try {
    await removeScratchTree(linked, into);
  } catch (second) {
    throw new HooksError({
      code: 'rebuild-left',
      kind: 'failed',
      message: `${messageOf(error)}. The folder is half done and could not be removed: ${messageOf(second)}`,
      hint: `Remove it: ${linked === undefined ? 'rm -r' : 'git worktree remove --force'} ${shellWord(into)}`,
      file: into,
      cause: error,
    });
  }
  throw error;
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
