import * as path from 'node:path';
import { HooksError } from '../../errors.ts';
import { removeTree } from '../../platform/fs.ts';
import { runCommand } from '../../platform/process.ts';
import { type BisectOutcome, bisect, type Verdict } from '../../replay/bisect.ts';
import { abandonedScratches, openScratch, removeScratch } from '../../store/scratch.ts';
import { rootsOf, withSource } from './apply.ts';
import type { ReplayPlace, ReplayTarget } from './find-session.ts';
import { openRebuilder, type StepDeviation } from './rebuild.ts';
import { planRebuild, type RebuildPlan, type RebuildStep } from './rebuild-plan.ts';
import { makeScratchTree, removeScratchTree, type ScratchTree } from './scratch-tree.ts';

export interface BisectRequest {
  /** A shell command that ends with 0 where the files are good, 125 where it cannot tell, with another number up to 127 where they are bad. */
  command: string;
  /** Of one run. What takes longer cannot tell. */
  timeoutMs: number;
  /** Ends the search; everything is cleaned up before it rejects. */
  signal?: AbortSignal;
  onProbe(probe: Probe): void;
}

/** One run of the command. */
export interface Probe {
  /** The step after which it ran; undefined for the start. */
  after: RebuildStep | undefined;
  verdict: Verdict;
  code: number | null;
  timedOut: boolean;
  durationMs: number;
  /** The end of what it printed. */
  output: string;
}

export interface BisectResult {
  plan: RebuildPlan;
  outcome: BisectOutcome;
  /** The steps that were searched, without those that change nothing; position n of the outcome is step n - 1. */
  steps: RebuildStep[];
  probes: Probe[];
  deviations: StepDeviation[];
}

const SKIP = 125;
const LAST_OUTPUT = 2_000;

/**
 * Finds the first step of a session after which a command fails, as `git bisect run` does for commits: a scratch tree is brought to
 * a step and the command is run in it, at the top. Files git ignores stay between two runs. The scratch tree is removed at the
 * end; one that a killed run left goes first.
 */
export async function bisectReplay(
  place: ReplayPlace,
  target: ReplayTarget,
  request: BisectRequest,
): Promise<BisectResult> {
  await removeAbandoned(place);
  return withSource(place, target, async (source) => {
    const plan = await planRebuild(place, target, source);
    const { commonDir } = place.repository;
    const linked = plan.start.commit === undefined ? undefined : commonDir;
    const scratch = openScratch(place.user, linked);
    try {
      return await search(place, plan, scratch.tree, request);
    } finally {
      await removeScratchTree(linked, scratch.tree);
      removeScratch(place.user, scratch);
    }
  });
}

/** Removes what runs that were killed have left. */
export async function removeAbandoned({ user }: Pick<ReplayPlace, 'user'>): Promise<void> {
  for (const scratch of abandonedScratches(user)) {
    await removeScratchTree(scratch.commonDir, scratch.tree);
    removeScratch(user, scratch);
  }
}

async function search(
  place: ReplayPlace,
  plan: RebuildPlan,
  folder: string,
  request: BisectRequest,
): Promise<BisectResult> {
  const roots = rootsOf(place.repository.root);
  const tree = await makeScratchTree(place.repository, folder, plan.start.commit);
  // Once through: which checkpoints hold something no edit tells.
  const whole = await openRebuilder(tree, plan, roots);
  const deviations: StepDeviation[] = [];
  const steps: RebuildStep[] = [];
  for (const step of plan.steps) {
    request.signal?.throwIfAborted();
    const found = await whole.apply(step);
    deviations.push(...found);
    if (step.kind === 'edit' || found.length > 0) steps.push(step);
  }
  let written = whole.written;
  const probes: Probe[] = [];
  const tryAt = async (position: number): Promise<Verdict> => {
    request.signal?.throwIfAborted();
    await reset(tree, plan, written);
    const rebuilder = await openRebuilder(tree, { ...plan, steps }, roots);
    for (const step of steps.slice(0, position)) await rebuilder.apply(step);
    written = new Set([...written, ...rebuilder.written]);
    const probe = await run(request, tree, position === 0 ? undefined : steps[position - 1]);
    probes.push(probe);
    request.onProbe(probe);
    return probe.verdict;
  };
  const outcome = await bisect(steps.length + 1, tryAt);
  return { plan, outcome, steps, probes, deviations };
}

/** Back to the start: tracked files as they were, new ones gone. What git ignores stays, but for what edits wrote. */
async function reset(tree: ScratchTree, plan: RebuildPlan, written: ReadonlySet<string>): Promise<void> {
  for (const file of written) removeTree(path.join(tree.root, file));
  if (plan.start.commit === undefined) return;
  const git = tree.git();
  await git.run(['-c', 'core.sparseCheckout=false', 'reset', '--quiet', '--hard', plan.start.commit]);
  await git.run(['clean', '--quiet', '--force', '-d']);
}

async function run(
  { command, timeoutMs, signal }: BisectRequest,
  tree: ScratchTree,
  after: RebuildStep | undefined,
): Promise<Probe> {
  const ended = await runCommand(command, {
    cwd: tree.root,
    timeoutMs,
    ...(signal === undefined ? {} : { signal }),
  });
  signal?.throwIfAborted();
  const { code, timedOut, durationMs } = ended;
  const verdict = timedOut || code === SKIP ? 'skip' : code === 0 ? 'good' : 'bad';
  const output = `${ended.stdout}${ended.stderr}`.slice(-LAST_OUTPUT);
  const isUnusable = after === undefined ? code === 126 || code === 127 : false;
  if (!timedOut && (code === null || code > 127 || code < 0 || isUnusable))
    throw broken(command, code, output);
  return { after, verdict, code, timedOut, durationMs, output };
}

function broken(command: string, code: number | null, output: string): HooksError {
  const how = code === null ? 'was ended by a signal' : `ended with ${code}`;
  return new HooksError({
    code: 'bisect-command',
    kind: 'failed',
    message: `The command ${how}, which says neither good nor bad: ${command}`,
    hint: `It has to end with 0 (good), 125 (cannot tell) or another number up to 127 (bad; 126 and 127 not at the start). It printed: ${output.trim().split('\n').slice(-3).join(' ') || 'nothing'}`,
  });
}
