import * as path from 'node:path';
import { removeFile, siblingTempName } from '../../platform/fs.ts';
import type { Repository, StatePaths } from '../../store/paths.ts';
import { type Captured, captureWithRepair } from '../capture.ts';
import type { Plumbing } from '../plumbing.ts';
import { withWorktreeLock } from '../save.ts';
import type { Capture } from '../tree.ts';
import { type Entry, indexInfo, isSubmodule, readChanges } from './changes.ts';
import { Disk } from './disk.ts';
import { findIgnoredThen } from './ignored.ts';

/** What a working tree is to become for work that begins at HEAD. */
export interface CleanStart {
  tree: string;
  indexTree: string;
  /** New files of which git keeps something staged: they go although git ignores them. Blobs by name. */
  made: ReadonlyMap<string, string>;
}

/** Settings of the client and of claude-hooks that are not committed: without them no hook would run. */
export const STAYS = '.claude/';
const BUDGET_MS = 120_000;

/** The working tree as it is now, as objects; nothing is saved and nothing of the person's is changed. */
export function captureNow(place: {
  repository: Repository;
  state: StatePaths;
  maxFileBytes: number;
  include?: readonly string[];
  now: number;
}): Promise<Captured> {
  return withWorktreeLock(place, (index) => captureWithRepair({ ...place, index, budgetMs: BUDGET_MS }));
}

/**
 * The tree of HEAD, and with it the new files below `.claude/`, which stay.
 * @throws Error where there is no commit: look before.
 */
export async function planCleanStart(
  git: Plumbing,
  state: StatePaths,
  { tree, headTree, indexTree }: Pick<Capture, 'tree' | 'headTree' | 'indexTree'>,
): Promise<CleanStart> {
  if (headTree === undefined || indexTree === undefined) throw new Error('there is no commit to start from');
  const fresh = (await readChanges(git, headTree, tree)).flatMap(({ name, from, to }) =>
    from === undefined && to !== undefined && !isSubmodule(to) ? [{ name, to }] : [],
  );
  const kept = fresh.filter(({ name }) => name.startsWith(STAYS));
  const staged = new Set(
    (await readChanges(git, headTree, indexTree)).flatMap(({ name, from }) =>
      from === undefined ? [name] : [],
    ),
  );
  const made = fresh.filter(({ name }) => staged.has(name) && !name.startsWith(STAYS));
  return {
    tree: kept.length === 0 ? headTree : await treeWith(git, state, headTree, kept),
    indexTree: headTree,
    made: new Map(made.map(({ name, to }) => [name, to.id])),
  };
}

/**
 * Of the files git tracks now and the tree to go back to has not, those that were made since then although git ignores
 * them: blobs by name. By the rules of then they would not have been ignored, so that tree would hold them had they been
 * there; what those rules ignore may have been there and stays.
 */
export async function madeSince(
  place: { git: Plumbing; repository: Repository; state: StatePaths },
  { tree, headTree, indexTree }: Pick<Capture, 'tree' | 'headTree' | 'indexTree'>,
  target: string,
): Promise<ReadonlyMap<string, string>> {
  const { git, repository } = place;
  const changes = await readChanges(git, tree, target);
  const tracked = new Set<string>();
  for (const known of [headTree, indexTree]) {
    if (known === undefined) continue;
    for (const { name, from, to } of await readChanges(git, target, known))
      if (from === undefined && to !== undefined) tracked.add(name);
  }
  const disk = new Disk(repository.root);
  const open = changes.flatMap(({ name, from, to }) =>
    to === undefined && from !== undefined && !isSubmodule(from) && tracked.has(name) && isThere(disk, name)
      ? [{ name, id: from.id }]
      : [],
  );
  const ignored = await findIgnoredThen(
    place,
    open.map(({ name }) => name),
    changes,
  );
  return new Map(open.flatMap(({ name, id }) => (ignored.has(name) ? [] : [[name, id] as const])));
}

function isThere(disk: Disk, name: string): boolean {
  const { blockedBy, missing } = disk.wayTo(name);
  return blockedBy === undefined && missing === undefined && disk.stat(name) !== undefined;
}

async function treeWith(
  git: Plumbing,
  state: StatePaths,
  tree: string,
  entries: readonly { name: string; to: Entry }[],
): Promise<string> {
  const index = siblingTempName(path.join(state.indexes, 'start'));
  try {
    await git.run(['read-tree', '--no-sparse-checkout', tree], { index });
    await git.run(['update-index', '--add', '-z', '--index-info'], {
      index,
      input: indexInfo(entries, tree.length),
    });
    return (await git.run(['write-tree'], { index })).toString('latin1').trim();
  } finally {
    removeFile(index);
    removeFile(`${index}.lock`);
  }
}
