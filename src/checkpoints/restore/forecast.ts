import type { Repository } from '../../store/paths.ts';
import { type PrivateIndex, readIndexRecord } from '../../store/private-index.ts';
import { openPlumbing, type Plumbing } from '../plumbing.ts';
import { readChanges, type TreeChange } from './changes.ts';
import { Disk } from './disk.ts';
import { BlobIds } from './held.ts';

const BUDGET_MS = 120_000;
/** Above this many the reading would hold up more than it saves. */
const MAX_READ = 20_000;

export interface Forecast {
  /** The changes from one tree to another, known already where that is what was foreseen. */
  changes(git: Plumbing, from: string, to: string): Promise<TreeChange[]>;
  /** Ids of files that were read already; each counts only as long as the file is the same. */
  ids: BlobIds;
}

/**
 * Does what most probably has to be done while git still walks the working tree: mostly nothing has changed since the
 * last look. Nothing of it is trusted without a look. Never rejects.
 * @param to the tree to go to, where that is known beforehand.
 */
export async function foresee(
  repository: Repository,
  index: PrivateIndex,
  to: string | undefined,
): Promise<Forecast> {
  const ids = new BlobIds(repository.root);
  const from = readIndexRecord(index)?.tree;
  let foreseen: TreeChange[] | undefined;
  try {
    const git = openPlumbing(repository, { budgetMs: BUDGET_MS, withoutLfs: false });
    foreseen = from === undefined || to === undefined ? undefined : await readChanges(git, from, to);
  } catch {
    // That tree is gone, or the other never was: whoever needs them will say so.
  }
  const disk = new Disk(repository.root, true);
  for (const { name, from: entry } of (foreseen ?? []).slice(0, MAX_READ)) {
    const stat = entry === undefined ? undefined : disk.stat(name);
    if (entry !== undefined && stat !== undefined) ids.idOf(name, stat, entry.id.length);
  }
  return {
    ids,
    changes: async (git, start, end) =>
      foreseen !== undefined && start === from && end === to ? foreseen : readChanges(git, start, end),
  };
}
