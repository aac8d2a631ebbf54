import * as path from 'node:path';
import { listCheckpoints } from '../checkpoints/list.ts';
import { parseSize } from '../checkpoints/policy.ts';
import { type KeepRules, planPrune, type Verdict } from '../checkpoints/prune-plan.ts';
import { diskUsageOf, findRoom } from '../checkpoints/prune-size.ts';
import type { CheckpointSummary } from '../checkpoints/types.ts';
import type { Config } from '../config/config.ts';
import { parseDuration } from '../config/duration.ts';
import { messageOf } from '../errors.ts';
import { ensureDirectory, setTimes, statIfExists, writeFileAtomic } from '../platform/fs.ts';
import { neededCheckpoints } from './needed-checkpoints.ts';
import { gitOf, runPrune, tryPruneLock, withPruneLock } from './prune-operation.ts';
import type { Workplace } from './workplace.ts';
import { writeError } from './write-error.ts';

export interface PrunePlan {
  /** One for each checkpoint, the newest first. */
  verdicts: Verdict[];
  rules: KeepRules;
  /** Sentences for a person. */
  notes: string[];
}

export interface PruneRequest {
  dryRun: boolean;
  session?: string;
  /** Asked with the plan, without any lock held. Absent means yes. */
  confirm?(plan: PrunePlan): Promise<boolean>;
}

export interface PruneResult {
  plan: PrunePlan;
  /** What was pruned; none where nothing had to go, for a dry run, and where `confirm` said no. */
  pruned: CheckpointSummary[];
  /** Id in the journal of operations. */
  operation?: string;
  notes: string[];
}

const DAY_MS = 24 * 3_600_000;
const DEFAULT_SIZE = 1024 ** 3;

/**
 * Prunes automatic checkpoints beyond what the configuration keeps: their refs and their documents; objects are left to
 * git's gc. Named checkpoints, and those operations or snapshots need, stay. It is one operation: `undo` takes it back.
 * @throws HooksError where git cannot do it; then nothing was pruned.
 */
export async function pruneCheckpoints(place: Workplace, request: PruneRequest): Promise<PruneResult> {
  const plan = await planFor(place);
  const shown = goingOf(plan);
  if (shown.length === 0 || request.dryRun) return { plan, pruned: [], notes: [] };
  if ((await request.confirm?.(plan)) === false) return { plan, pruned: [], notes: [] };
  try {
    return await withPruneLock(place.state, () => apply(place, plan, shown, request.session));
  } catch (error) {
    throw writeError(place, error);
  }
}

/**
 * Once a day, of itself, in the background. Nothing where automatic checkpoints are off.
 * @returns how many were pruned; undefined where it was not due.
 */
export async function pruneWhenDue(place: Workplace): Promise<number | undefined> {
  const { enabled, checkpoints } = place.resolved.config;
  if (!enabled || !checkpoints.enabled || place.repository.gitDir === undefined) return undefined;
  if (!isPruneDue(place)) return undefined;
  return tryPruneLock(place.state, async () => {
    if (!isPruneDue(place)) return 0;
    noteLook(place);
    const plan = await planFor(place);
    const { pruned, operation, notes } = await apply(place, plan, goingOf(plan), undefined);
    for (const note of [...plan.notes, ...notes]) place.log('warn', `pruning: ${note}`);
    if (pruned.length > 0)
      place.log('info', `${titleOf(pruned)}, to be taken back with: claude-hooks undo ${operation ?? ''}`);
    return pruned.length;
  });
}

/** Why each goes, counted: `3 by count, 1 by age`. */
export function countReasons(verdicts: readonly Verdict[]): string {
  const words = (['count', 'age', 'size'] as const).flatMap((why) => {
    const count = verdicts.filter((one) => one.goes && one.why === why).length;
    return count === 0 ? [] : [`${count} by ${why}`];
  });
  return words.join(', ');
}

/** The limits of a configuration; those of the schema where a value cannot be read. */
export function keepRulesOf(config: Config): KeepRules {
  const { count, age, size } = config.checkpoints.keep;
  return {
    count,
    ageMs: parseDuration(age) ?? 30 * DAY_MS,
    sizeBytes: parseSize(size) ?? DEFAULT_SIZE,
  };
}

async function planFor(place: Workplace): Promise<PrunePlan> {
  const rules = keepRulesOf(place.resolved.config);
  const list = await listCheckpoints(place.repository);
  const git = gitOf(place);
  const needed = await neededCheckpoints(place, git, list);
  const now = place.now();
  const notes: string[] = [];
  const room = await findRoom(list, needed, rules, now, diskUsageOf(git)).catch((error: unknown) => {
    notes.push(`The size of the checkpoints could not be measured, so none goes by it: ${messageOf(error)}`);
    return new Map<string, number>();
  });
  return { verdicts: planPrune(list, { needed, room }, rules, now), rules, notes };
}

/** @param shown what was agreed to: nothing else goes, also where more would have to by now. */
async function apply(
  place: Workplace,
  plan: PrunePlan,
  shown: readonly CheckpointSummary[],
  session: string | undefined,
): Promise<PruneResult> {
  // What began to need one while a person was looking at the plan keeps it.
  const needed = await neededCheckpoints(place, gitOf(place), shown);
  const pruned = shown.filter(({ id }) => !needed.has(id));
  if (pruned.length === 0) return { plan, pruned, notes: [] };
  const { operation, notes } = await runPrune(place, {
    data: {
      direction: 'remove',
      checkpoints: pruned.map(({ id, name, commit, worktree }) => ({ id, name, commit, worktree })),
    },
    title: titleOf(pruned),
    at: place.now(),
    ...(session === undefined ? {} : { session }),
  });
  return { plan, pruned, operation, notes };
}

function goingOf(plan: PrunePlan): CheckpointSummary[] {
  return plan.verdicts.filter(({ goes }) => goes).map(({ checkpoint }) => checkpoint);
}

function titleOf(pruned: readonly CheckpointSummary[]): string {
  return `Prune of ${pruned.length} ${pruned.length === 1 ? 'checkpoint' : 'checkpoints'}`;
}

/** The file whose time says when it was looked last. */
function lookFile({ state }: Workplace): string {
  return path.join(state.root, 'pruned');
}

/** A time in the future means that the clock was set back. */
function isPruneDue(place: Workplace): boolean {
  const last = statIfExists(lookFile(place))?.mtimeMs;
  const now = place.now();
  return last === undefined || now - last >= DAY_MS || last - now > DAY_MS;
}

function noteLook(place: Workplace): void {
  ensureDirectory(place.state.root);
  writeFileAtomic(lookFile(place), '', { sync: false });
  const now = new Date(place.now());
  setTimes(lookFile(place), now, now);
}
