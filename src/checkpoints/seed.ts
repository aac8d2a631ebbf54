import { lookAt } from '../platform/raw-paths.ts';
import type { Repository } from '../store/paths.ts';
import { type PrivateIndex, seedPrivateIndex } from '../store/private-index.ts';
import { joinPaths } from './plan.ts';
import type { Plumbing } from './plumbing.ts';

export interface Seeded {
  seed: string;
  /** The tree of what is staged; undefined where paths are unmerged. */
  indexTree: string | undefined;
}

/**
 * Makes the private index a copy of the person's and writes the tree of what is staged. Marks by which a person
 * told git not to look at a file ("assume unchanged", and "skip worktree" on a file that is there) are removed
 * from the copy: a checkpoint that believed them would hold old content.
 */
export async function seedIndex(git: Plumbing, repository: Repository, index: PrivateIndex): Promise<Seeded> {
  const seed = seedPrivateIndex(repository, index);
  const [indexTree, flags] = await Promise.all([
    writeStagedTree(git, index),
    git.run(['ls-files', '-v', '-z'], { index: index.file }),
  ]);
  const { assumed, skipped } = flaggedPaths(flags);
  const present = skipped.filter((name) => lookAt(repository.root, name) !== undefined);
  for (const [flag, paths] of [
    ['--no-assume-unchanged', assumed],
    ['--no-skip-worktree', present],
  ] as const) {
    if (paths.length > 0) {
      await git.run(['update-index', flag, '-z', '--stdin'], { index: index.file, input: joinPaths(paths) });
    }
  }
  return { seed, indexTree };
}

async function writeStagedTree(git: Plumbing, index: PrivateIndex): Promise<string | undefined> {
  try {
    return (await git.run(['write-tree'], { index: index.file })).toString('latin1').trim();
  } catch (error) {
    if (/unmerged/.test((error as Error).message)) return undefined;
    throw error;
  }
}

/** Reads `git ls-files -v -z`: a lower-case tag is "assume unchanged", `S` is "skip worktree". */
export function flaggedPaths(output: Buffer): { assumed: Buffer[]; skipped: Buffer[] } {
  const assumed: Buffer[] = [];
  const skipped: Buffer[] = [];
  for (let start = 0; start < output.length; ) {
    const end = output.indexOf(0, start);
    const stop = end === -1 ? output.length : end;
    const tag = output[start] ?? 0;
    if (tag >= 0x61 && tag <= 0x7a) assumed.push(output.subarray(start + 2, stop));
    if (tag === 0x53 || tag === 0x73) skipped.push(output.subarray(start + 2, stop));
    start = stop + 1;
  }
  return { assumed, skipped };
}
