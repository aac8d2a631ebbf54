import { type RawStat, rawText } from '../../platform/raw-files.ts';
import type { Repository, StatePaths } from '../../store/paths.ts';
import type { Plumbing } from '../plumbing.ts';
import { flaggedPaths } from '../seed.ts';
import { ownFolders } from '../tree.ts';
import { type Entry, isSameKind, isSubmodule, type TreeChange } from './changes.ts';
import { Disk, foldersAbove } from './disk.ts';
import { type BlobIds, findHeld } from './held.ts';
import { findIgnored } from './ignored.ts';
import type { LeftReason } from './types.ts';

/** A file or link to move out of the working tree. */
export interface PlannedTake {
  name: string;
  was: RawStat;
}

/** A file or link to move into the working tree, in the place of what was there. */
export interface PlannedPut {
  name: string;
  to: Entry;
  was: RawStat | undefined;
}

/** What a restore does on disk, and what the index of the working tree will hold afterwards. */
export interface DiskPlan {
  takes: PlannedTake[];
  puts: PlannedPut[];
  /** All changes that the expected tree has over the present one; more than `takes` and `puts` where disk needs none. */
  index: Pick<TreeChange, 'name' | 'to'>[];
  left: Map<string, LeftReason>;
  /** Files of the tree to go to that stand there already, although the captured tree does not have them. */
  there: string[];
  /** Folders that stand where a file belongs: with all folders in them, of which none holds anything that stays. */
  inPlace: string[];
}

export interface PlanPlace {
  git: Plumbing;
  repository: Repository;
  state: StatePaths;
  /** The private index, which equals the working tree as it was captured. */
  index: string;
  /** Files the capture does not hold, as text. */
  leftOut: ReadonlySet<string>;
  /** Files a restore made, which go although git ignores them: blobs by name. */
  made: ReadonlyMap<string, string>;
  /** Ids that are known already. */
  ids: BlobIds;
}

/**
 * Decides for each path in which the tree to go to differs from the captured one. Only what the captured tree provably
 * holds is moved away; everything else stays, with the reason. Reads the disk, changes nothing.
 */
export async function planDisk(place: PlanPlace, changes: readonly TreeChange[]): Promise<DiskPlan> {
  const disk = new Disk(place.repository.root);
  const plan: DiskPlan = { takes: [], puts: [], index: [], left: new Map(), there: [], inPlace: [] };
  const open = changes.filter((change) => {
    const isNested = isSubmodule(change.from) || isSubmodule(change.to);
    if (isNested) plan.left.set(change.name, 'submodule');
    return !isNested;
  });
  const stats = new Map(open.map(({ name }) => [name, statAt(disk, name)]));
  const held = await findHeldNow(place, open, stats);
  await planTakes(place, disk, plan, open, stats, held);
  await planPuts(place, disk, plan, open, stats, held);
  return plan;
}

/** What stands at a path; nothing where a folder on the way is missing or is no folder. */
function statAt(disk: Disk, name: string): RawStat | undefined {
  const { blockedBy, missing } = disk.wayTo(name);
  return blockedBy === undefined && missing === undefined ? disk.stat(name) : undefined;
}

/** The paths at which the disk holds what the captured tree says or, where that has nothing, what is wanted there. */
function findHeldNow(
  place: PlanPlace,
  changes: readonly TreeChange[],
  stats: ReadonlyMap<string, RawStat | undefined>,
): Promise<Set<string>> {
  const items = changes.flatMap(({ name, from, to }) => {
    const entry = from ?? to;
    const stat = stats.get(name);
    const isLeftOut = from !== undefined && place.leftOut.has(rawText(name));
    return entry === undefined || isLeftOut || stat === undefined ? [] : [{ name, id: entry.id, stat }];
  });
  return findHeld(place.git, place.repository.root, items, place.ids);
}

async function planTakes(
  place: PlanPlace,
  disk: Disk,
  plan: DiskPlan,
  changes: readonly TreeChange[],
  stats: ReadonlyMap<string, RawStat | undefined>,
  held: ReadonlySet<string>,
): Promise<void> {
  const removals = changes.filter(({ to }) => to === undefined);
  const there = removals.filter(({ name }) => stats.get(name) !== undefined).map(({ name }) => name);
  const ignored = await findIgnored(place, there, changes);
  const own = ownFolders(place.repository.root);
  for (const { name, from } of removals) {
    const was = stats.get(name);
    const why =
      was === undefined
        ? undefined
        : !held.has(name)
          ? 'not-held'
          : ignored.has(name) && place.made.get(name) !== from?.id
            ? 'ignored'
            : own.some((folder) => rawText(name).startsWith(folder))
              ? 'document'
              : placeProblem(disk, name);
    if (why !== undefined) {
      plan.left.set(name, why);
      continue;
    }
    plan.index.push({ name, to: undefined });
    if (was !== undefined) plan.takes.push({ name, was });
  }
}

/** Why nothing may be moved out of or into the folder of a path. */
function placeProblem(disk: Disk, name: string): LeftReason | undefined {
  const { repository, otherDisk } = disk.wayTo(name);
  if (repository !== undefined) return 'submodule';
  return otherDisk === undefined ? undefined : 'other-disk';
}

async function planPuts(
  place: PlanPlace,
  disk: Disk,
  plan: DiskPlan,
  changes: readonly TreeChange[],
  stats: ReadonlyMap<string, RawStat | undefined>,
  held: ReadonlySet<string>,
): Promise<void> {
  const going = new Map(plan.takes.map(({ name, was }) => [name, was]));
  const goingFiles = new Set([...going.values()].map(fileOf));
  const skipped = await sparsePaths(place, changes, stats);
  for (const { name, from, to } of changes) {
    if (to === undefined) continue;
    const found = stats.get(name);
    // Names that differ only in letter case or accents can be one: then this is the very file that goes.
    const isAlias = from === undefined && found?.links === 1 && goingFiles.has(fileOf(found));
    const stat = isAlias ? undefined : found;
    const verdict = skipped.has(name)
      ? 'sparse'
      : from === undefined
        ? judgeNew(disk, name, to, stat, going, held.has(name))
        : judgeChanged(disk, name, stat, held.has(name));
    if (typeof verdict === 'string' && verdict !== 'put' && verdict !== 'there') {
      plan.left.set(name, verdict);
      continue;
    }
    plan.index.push({ name, to });
    if (verdict === 'there') {
      plan.there.push(name);
      continue;
    }
    if (stat?.kind === 'directory') plan.inPlace.push(...foldersIn(disk, name));
    plan.puts.push({ name, to, was: stat?.kind === 'directory' ? undefined : stat });
  }
}

type Verdict = 'put' | 'there' | LeftReason;

function judgeChanged(disk: Disk, name: string, stat: RawStat | undefined, isHeld: boolean): Verdict {
  const { blockedBy } = disk.wayTo(name);
  if (blockedBy !== undefined || stat?.kind === 'directory') return 'in-the-way';
  if (stat !== undefined && !isHeld) return 'not-held';
  return placeProblem(disk, name) ?? 'put';
}

/** A path the captured tree does not have: whatever stands there is not held, unless it is on its way out. */
function judgeNew(
  disk: Disk,
  name: string,
  to: Entry,
  stat: RawStat | undefined,
  going: ReadonlyMap<string, RawStat>,
  isWanted: boolean,
): Verdict {
  const { blockedBy } = disk.wayTo(name);
  if (blockedBy !== undefined && !going.has(blockedBy)) return 'in-the-way';
  if (stat?.kind === 'directory') {
    if (!canGo(disk, name, going)) return 'in-the-way';
  } else if (stat !== undefined) {
    return isWanted && isSameKind(to, stat) ? 'there' : 'not-held';
  }
  return placeProblem(disk, name) ?? 'put';
}

/** Whether nothing of a folder stays: each file in it is on its way out. */
function canGo(disk: Disk, folder: string, going: ReadonlyMap<string, RawStat>): boolean {
  const names = disk.list(folder);
  if (names === undefined) return false;
  return names.every((child) => {
    const name = `${folder}/${child}`;
    return disk.stat(name)?.kind === 'directory' ? canGo(disk, name, going) : going.has(name);
  });
}

function foldersIn(disk: Disk, folder: string): string[] {
  const below = (disk.list(folder) ?? []).map((child) => `${folder}/${child}`);
  const folders = below.filter((name) => disk.stat(name)?.kind === 'directory');
  return [folder, ...folders.flatMap((name) => foldersIn(disk, name))];
}

function fileOf({ dev, ino }: RawStat): string {
  return `${dev}:${ino}`;
}

/** Paths of the captured tree that are not on disk because a sparse checkout leaves them out. */
async function sparsePaths(
  place: PlanPlace,
  changes: readonly TreeChange[],
  stats: ReadonlyMap<string, RawStat | undefined>,
): Promise<Set<string>> {
  const absent = changes.filter(
    ({ name, from, to }) => from !== undefined && to !== undefined && stats.get(name) === undefined,
  );
  if (absent.length === 0) return new Set();
  const output = await place.git.run(['ls-files', '-v', '-z'], { index: place.index });
  const skipped = new Set(flaggedPaths(output).skipped.map((name) => name.toString('latin1')));
  return new Set(absent.map(({ name }) => name).filter((name) => skipped.has(name)));
}

/** Folders that may be empty once the plan is carried out, and are removed if they are. */
export function foldersToEmpty(plan: DiskPlan): string[] {
  const kept = foldersAbove(plan.puts.map(({ name }) => name));
  const folders = new Set([...foldersAbove(plan.takes.map(({ name }) => name)), ...plan.inPlace]);
  return [...folders].filter((folder) => !kept.has(folder));
}
