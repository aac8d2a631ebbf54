import { listDirectory, readHead } from '../../platform/fs.ts';
import { finishSwap, holdIndex, releaseIndex } from '../../store/index-swap.ts';
import type { Repository } from '../../store/paths.ts';
import { type PrivateIndex, seedPrivateIndex } from '../../store/private-index.ts';
import type { Plumbing } from '../plumbing.ts';
import { indexInfo, isInScope, readChanges, type Scope } from './changes.ts';

/** How what is staged changes. */
export interface StagingChange {
  /** The staged tree it starts from; with another one it is refused. */
  from: string;
  to: string;
  /** Files and folders it is limited to. */
  only: string[];
}

const ATTEMPTS = 4;

/**
 * Makes `index.file` a copy of the person's index that holds the new staging. Marks of entries that stay
 * ("assume unchanged") are kept, "intent to add" is not. Nothing of the person's is written.
 * @returns the mark of the index that was copied; undefined where something else is staged by now.
 */
export async function prepareStaging(
  git: Plumbing,
  repository: Repository,
  index: PrivateIndex,
  change: StagingChange,
): Promise<string | undefined> {
  const seed = seedPrivateIndex(repository, index);
  if ((await stagedTree(git, index.file)) !== change.from) return undefined;
  if (change.only.length === 0) await readTree(git, index.file, change.to);
  else {
    const entries = await stagedChanges(git, change.from, change.to, change.only);
    await git.run(['update-index', '-z', '--index-info'], {
      index: index.file,
      input: indexInfo(entries, change.to.length),
    });
  }
  return seed;
}

/** The staged paths in which two staged trees differ, within the scope. */
export async function stagedChanges(
  git: Plumbing,
  from: string,
  to: string,
  only: Scope,
): ReturnType<typeof readChanges> {
  return (await readChanges(git, from, to)).filter(({ name }) => isInScope(only, name));
}

async function readTree(git: Plumbing, index: string, tree: string): Promise<void> {
  try {
    await git.run(['read-tree', '--reset', tree], { index });
  } catch (error) {
    // Where the sparse rules leave nothing of this tree on disk, git refuses to apply them.
    if (!/Sparse checkout leaves no entry/.test((error as Error).message)) throw error;
    await git.run(['read-tree', '--reset', '--no-sparse-checkout', tree], { index });
  }
}

async function stagedTree(git: Plumbing, index: string): Promise<string | undefined> {
  try {
    return (await git.run(['write-tree'], { index })).toString('latin1').trim();
  } catch (error) {
    if (/unmerged/.test((error as Error).message)) return undefined;
    throw error;
  }
}

/**
 * Puts the prepared index in the place of the person's, under git's own lock. An index that git only refreshed in the
 * meantime is prepared anew.
 * @param prepared the mark `prepareStaging` gave, where that was done.
 * @param beforeSwap called under the lock when all is sure; from then on the swap is finished by whoever finds it.
 * @param together what is done right before the index is swapped. Where it throws the lock stays, as after a kill.
 * @returns false, with nothing changed, where something else is staged by now or git's lock is held.
 */
export async function swapStaging(
  place: { git: Plumbing; repository: Repository; index: PrivateIndex },
  change: StagingChange,
  prepared: string | undefined,
  beforeSwap: () => void | Promise<void>,
  together?: () => Promise<unknown>,
): Promise<boolean> {
  const { git, repository, index } = place;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const seed =
      attempt === 0 && prepared !== undefined
        ? prepared
        : await prepareStaging(git, repository, index, change);
    if (seed === undefined) return false;
    if (!holdIndex(repository, index, seed)) continue;
    try {
      await beforeSwap();
    } catch (error) {
      releaseIndex(index);
      throw error;
    }
    await together?.();
    finishSwap(index);
    return true;
  }
  return false;
}

/**
 * Whether the person's index holds entries marked "intent to add" among these names: they have no place in a staged
 * tree, but would stay behind for files that are gone. Only asked where two staged trees are the same.
 */
export async function hasIntentToAdd(
  git: Plumbing,
  staged: string,
  names: ReadonlySet<string>,
): Promise<boolean> {
  if (names.size === 0) return false;
  const output = await git.run([
    'diff-index',
    '--cached',
    '--ita-visible-in-index',
    '-z',
    '--name-only',
    staged,
  ]);
  const found = output.toString('latin1').split('\0');
  return found.some((name) => names.has(name));
}

/** Whether an index can hold no marks of the kind "intent to add" or "skip worktree": its version knows none. */
export function isPlainIndex(repository: Repository): boolean {
  const folder = repository.gitDir ?? '';
  if (listDirectory(folder).some((name) => name.startsWith('sharedindex.'))) return false;
  const head = readHead(`${folder}/index`, 8);
  return head === undefined || head === 'DIRC\0\0\0\x02';
}
