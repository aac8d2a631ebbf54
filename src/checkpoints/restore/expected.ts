import type { Repository } from '../../store/paths.ts';
import { type PrivateIndex, seedPrivateIndex } from '../../store/private-index.ts';
import type { Plumbing } from '../plumbing.ts';
import { indexInfo } from './changes.ts';
import type { Prepared } from './prepare.ts';
import type { RestoreOptions } from './types.ts';

/**
 * Makes the index of the tree that is expected on disk: the private one, which equals the disk as it is, with the
 * planned changes. So it keeps git's stat cache, and only what is moved in is read again.
 */
export async function makeExpectedIndex(
  git: Plumbing,
  place: { repository: Repository; from: PrivateIndex; to: string },
  prepared: Prepared,
): Promise<void> {
  const { index } = prepared.disk;
  if (index.length === 0) return;
  const { repository, from, to } = place;
  seedPrivateIndex(repository, { file: to, userIndex: from.file, recordFile: '' });
  const input = indexInfo(index, prepared.tree.length);
  await git.run(['update-index', '-z', '--index-info'], { index: to, input });
}

/**
 * The tree of that index.
 * @throws Error where nothing stays and it is not the target's tree: then the plan is wrong.
 */
export async function expectedTree(
  git: Plumbing,
  index: string,
  prepared: Prepared,
  options: RestoreOptions,
): Promise<string> {
  if (prepared.disk.index.length === 0) return prepared.captured.capture.tree;
  const tree = (await git.run(['write-tree'], { index })).toString('latin1').trim();
  const isWhole = options.only.length === 0 && prepared.disk.left.size === 0;
  if (isWhole && tree !== prepared.tree)
    throw new Error(`the plan leads to the tree ${tree} instead of ${prepared.tree}`);
  return tree;
}
