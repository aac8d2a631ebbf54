import * as path from 'node:path';
import type { Plumbing } from '../../checkpoints/plumbing.ts';
import { ownFolders } from '../../checkpoints/tree.ts';
import { removeEmptyDirectory, removeFile } from '../../platform/fs.ts';
import { parseRawDiff, type RawChange } from '../../platform/raw-diff.ts';
import type { Deviation } from './apply-edit.ts';
import type { ScratchTree } from './scratch-tree.ts';

export interface SavedState {
  id: string;
  tree: string;
  /** The tree the scratch tree was last brought to. */
  before: string;
  /** Paths written since then, and those being written while it was saved, which are left alone. */
  written: ReadonlySet<string>;
  open: ReadonlySet<string>;
}

/**
 * Brings the scratch tree to a checkpoint: files that differ from it were changed by something no edit records, a command or a
 * person. Files git ignores are in no checkpoint and stay. @returns what differed.
 */
export async function takeUnrecorded(scratch: ScratchTree, saved: SavedState): Promise<Deviation[]> {
  const { index } = scratch;
  if (index === undefined) return [];
  const git = scratch.git();
  const changed = await git.run(['diff-tree', '-r', '-z', '--raw', '--no-renames', saved.before, saved.tree]);
  const names = new Map(parseRawDiff(changed).map((one) => [one.path.toString('latin1'), one.path]));
  for (const file of saved.written) {
    const bytes = Buffer.from(file.split(path.sep).join('/'), 'utf8');
    names.set(bytes.toString('latin1'), bytes);
  }
  for (const file of saved.open)
    names.delete(Buffer.from(file.split(path.sep).join('/'), 'utf8').toString('latin1'));
  if (names.size === 0) return [];
  await git.run(['read-tree', saved.tree], { index });
  await git.run(['update-index', '--add', '--remove', '--replace', '-z', '--stdin'], {
    index,
    input: listOf([...names.values()]),
  });
  const output = await git.run(['diff-index', '--cached', '-z', '--raw', '--no-renames', saved.tree], {
    index,
  });
  const differing = parseRawDiff(output).filter(
    (one) => one.toMode !== '160000' && one.fromMode !== '160000',
  );
  const kept = await keptOut(git, scratch, differing);
  const wrong = differing.filter(({ path: name }) => !kept.has(name.toString('latin1')));
  await bringBack(git, scratch, saved.tree, wrong);
  return wrong.map(({ path: name, letter }) => ({
    kind: 'unrecorded',
    file: name.toString('utf8'),
    // Seen from the checkpoint: what is added in the scratch tree is gone there.
    reason: `${letter === 'A' ? 'removed' : letter === 'D' ? 'created' : 'changed'} before checkpoint ${saved.id}, and no edit tells of it`,
  }));
}

/** Of the files only the scratch tree has, those that no checkpoint holds. */
async function keptOut(
  git: Plumbing,
  scratch: ScratchTree,
  changes: readonly RawChange[],
): Promise<Set<string>> {
  const added = changes.filter(({ letter }) => letter === 'A').map((one) => one.path);
  if (added.length === 0) return new Set();
  // This command knows no literal names; behind `./` nothing is magic.
  const output = await git.run(['check-ignore', '-z', '--stdin', '--no-index'], {
    input: listOf(added.map((name) => Buffer.concat([Buffer.from('./'), name]))),
    env: { GIT_LITERAL_PATHSPECS: '0' },
    accept: [1],
  });
  const ignored = output
    .toString('latin1')
    .split('\0')
    .map((name) => name.replace(/^\.\//, ''));
  const own = ownFolders(scratch.root).map((folder) => folder.split(path.sep).join('/'));
  const ours = added
    .map((name) => name.toString('latin1'))
    .filter((name) => own.some((folder) => name.startsWith(folder)));
  return new Set([...ignored, ...ours]);
}

async function bringBack(
  git: Plumbing,
  scratch: ScratchTree,
  tree: string,
  wrong: readonly RawChange[],
): Promise<void> {
  for (const { path: name } of wrong.filter(({ letter }) => letter === 'A')) {
    const file = path.join(scratch.root, name.toString('utf8'));
    removeFile(file);
    for (let folder = path.dirname(file); folder !== scratch.root && removeEmptyDirectory(folder); )
      folder = path.dirname(folder);
  }
  const there = wrong.filter(({ letter }) => letter !== 'A').map((one) => one.path);
  if (there.length === 0 || scratch.index === undefined) return;
  await git.run(['read-tree', tree], { index: scratch.index });
  await git.run(['checkout-index', '--force', '--quiet', '-z', '--stdin'], {
    index: scratch.index,
    input: listOf(there),
  });
}

function listOf(names: readonly Buffer[]): Buffer {
  return Buffer.concat(names.flatMap((name) => [name, Buffer.from([0])]));
}
