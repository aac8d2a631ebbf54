import { HooksError } from '../../errors.ts';
import { rawText } from '../../platform/raw-files.ts';
import { worktreeName } from '../../store/paths.ts';
import type { PrivateIndex } from '../../store/private-index.ts';
import { type Captured, captureWithRepair } from '../capture.ts';
import { checkScope, isInScope, isSubmodule, type TreeChange } from './changes.ts';
import { foresee } from './forecast.ts';
import { holdMade } from './made.ts';
import { type DiskPlan, planDisk } from './plan.ts';
import { hasIntentToAdd, isPlainIndex, type StagingChange, stagedChanges } from './staging.ts';
import type {
  PlannedPath,
  ResolvedTree,
  RestoreOptions,
  RestorePlace,
  RestorePlan,
  RestoreTarget,
} from './types.ts';

/** All that is known before the first change. */
export interface Prepared {
  captured: Captured;
  /** The tree to go to. */
  tree: string;
  disk: DiskPlan;
  staging: StagingChange | undefined;
  /** Paths nothing is expected of, as text: the capture does not hold them, or they stay. */
  unheld: Set<string>;
  plan: RestorePlan;
}

const BUDGET_MS = 120_000;

/**
 * Reads the working tree and plans the way to the target; the same for a dry run and for real. Writes nothing but git
 * objects and the private index. Call it while holding the worktree's lock.
 * @throws HooksError where the tree cannot be read, a path is unknown, or staging cannot be given back later.
 */
export async function prepareRestore(
  place: RestorePlace,
  target: RestoreTarget,
  options: RestoreOptions,
  index: PrivateIndex,
): Promise<Prepared> {
  const made = target.made ?? new Map<string, string>();
  const [read, forecast] = await Promise.all([
    captureWithRepair({ ...place, index, budgetMs: BUDGET_MS }),
    foresee(place.repository, index, options.resolveTree === undefined ? target.tree : undefined),
  ]);
  const captured = await holdMade(place.repository, index, read, made);
  const { capture, git } = captured;
  const resolved: ResolvedTree =
    options.resolveTree === undefined
      ? { tree: target.tree, conflicts: [], notes: [] }
      : await options.resolveTree(capture, git);
  const all = await forecast.changes(git, capture.tree, resolved.tree);
  await checkScope(git, options.only, [capture.tree, resolved.tree], all);
  const changes = all.filter(({ name }) => isInScope(options.only, name));
  const leftOut = new Set(capture.leftOut.map((file) => file.path));
  const { repository, state } = place;
  const disk = await planDisk(
    { git, repository, state, index: index.file, leftOut, made, ids: forecast.ids },
    changes,
  );
  const keepsStaging =
    options.keepIndex || options.resolveTree !== undefined || target.indexTree === undefined;
  const staging = keepsStaging ? undefined : await planStaging(place, target, options, captured, disk);
  const left = [...disk.left].map(([name, why]) => ({ path: rawText(name), why }));
  return {
    captured,
    tree: resolved.tree,
    disk,
    staging,
    unheld: new Set([...leftOut, ...left.map((one) => one.path)]),
    plan: {
      title: target.title,
      mode: options.mode,
      changes: plannedPaths(disk),
      left: left.sort(byPath),
      staging: keepsStaging ? 'kept' : staging === undefined ? 'same' : 'restored',
      conflicts: resolved.conflicts,
      notes: [...resolved.notes, ...notesOf(place, target, options, captured), ...submoduleNotes(changes)],
      ...(target.checkpoint === undefined ? {} : { checkpoint: target.checkpoint }),
    },
  };
}

function plannedPaths(disk: DiskPlan): PlannedPath[] {
  return [
    ...disk.takes.map(({ name }) => ({ path: rawText(name), action: 'remove' as const })),
    ...disk.puts.map(({ name, was }) => ({
      path: rawText(name),
      action: was === undefined ? ('create' as const) : ('change' as const),
    })),
  ].sort(byPath);
}

function byPath(a: { path: string }, b: { path: string }): number {
  return a.path < b.path ? -1 : a.path > b.path ? 1 : 0;
}

/** @returns how what is staged changes; undefined where it is as wanted already. */
async function planStaging(
  place: RestorePlace,
  target: RestoreTarget,
  options: RestoreOptions,
  { capture, git }: Captured,
  disk: DiskPlan,
): Promise<StagingChange | undefined> {
  const { indexTree: from } = capture;
  const { indexTree: to } = target;
  if (to === undefined) return undefined;
  if (from === undefined) {
    throw new HooksError({
      code: 'restore-unmerged',
      kind: 'conflict',
      message: `Paths are unmerged in ${place.repository.root}, and that could not be given back later`,
      hint: 'Resolve the conflict first, or leave what is staged as it is: --keep-index',
    });
  }
  const only = [...options.only];
  const change: StagingChange = { from, to, only };
  if (only.length > 0) return (await stagedChanges(git, from, to, only)).length > 0 ? change : undefined;
  if (from !== to) return change;
  if (isPlainIndex(place.repository)) return undefined;
  return (await hasIntentToAdd(git, from, new Set(disk.takes.map(({ name }) => name)))) ? change : undefined;
}

function notesOf(
  { repository }: RestorePlace,
  { checkpoint, indexTree, head: goes }: RestoreTarget,
  options: RestoreOptions,
  { capture, remarks }: Captured,
): string[] {
  const notes: string[] = [...remarks];
  if (indexTree === undefined && !options.keepIndex && options.resolveTree === undefined)
    notes.push('The checkpoint holds no staging, because paths were unmerged: what is staged now stays.');
  if (checkpoint === undefined || goes !== undefined) return notes;
  const { head, branch, worktree, leftOutCount, operation } = checkpoint;
  if (head !== capture.head || branch !== capture.branch) {
    const where = [
      branch ?? 'no branch',
      head === undefined ? 'no commit yet' : `commit ${head.slice(0, 12)}`,
    ];
    notes.push(`It was saved on ${where.join(', ')}. HEAD and branches stay where they are now.`);
  }
  if (worktree !== worktreeName(repository)) notes.push(`It was saved in another working tree: ${worktree}.`);
  if (operation !== capture.operation)
    notes.push(
      `It was saved ${operation === undefined ? 'outside any operation of git' : `in the middle of a ${operation}`}; what git is in the middle of now stays.`,
    );
  if (leftOutCount > 0)
    notes.push(
      `It does not hold ${leftOutCount} ${leftOutCount === 1 ? 'file' : 'files'} that could not be saved.`,
    );
  return notes;
}

function submoduleNotes(changes: readonly TreeChange[]): string[] {
  return changes.flatMap(({ name, to }) =>
    to !== undefined && isSubmodule(to)
      ? [
          `${rawText(name)} is a repository of its own, which was at commit ${to.id}: check that out there yourself.`,
        ]
      : [],
  );
}
