import { removeFile } from '../../platform/fs.ts';
import { rawPath, rawStat } from '../../platform/raw-files.ts';
import type { Repository } from '../../store/paths.ts';
import { type PrivateIndex, seedPrivateIndex } from '../../store/private-index.ts';
import type { Captured } from '../capture.ts';
import type { Plumbing } from '../plumbing.ts';
import { type Entry, indexInfo, isInScope, readChanges, type Scope, type TreeChange } from './changes.ts';
import { findHeld } from './held.ts';

/**
 * The files a restore made: those its target has and the tree of before has not, but for those that stood there.
 * None where git no longer has the target.
 */
export async function readMade(
  git: Plumbing,
  before: string,
  target: string,
  limits: { only: Scope; there: readonly string[] },
): Promise<Map<string, string>> {
  const there = new Set(limits.there);
  let changes: TreeChange[];
  try {
    changes = await readChanges(git, before, target);
  } catch {
    return new Map();
  }
  return new Map(
    changes.flatMap(({ name, from, to }) =>
      from === undefined && to !== undefined && !there.has(name) && isInScope(limits.only, name)
        ? [[name, to.id] as const]
        : [],
    ),
  );
}

/**
 * Adds to a capture those of the made files that git ignores by now and that still hold what was written, so that they
 * can go and come back. The private index stays as it is.
 */
export async function holdMade(
  repository: Repository,
  index: PrivateIndex,
  captured: Captured,
  made: ReadonlyMap<string, string>,
): Promise<Captured> {
  if (made.size === 0) return captured;
  const { capture, git } = captured;
  const listed = await git.run(['ls-files', '-z'], { index: index.file });
  const known = new Set(listed.toString('latin1').split('\0'));
  const open = [...made].flatMap(([name, id]) => (known.has(name) ? [] : [{ name, id }]));
  if (open.length === 0) return captured;
  const held = await findHeld(git, repository.root, open);
  const added = open.flatMap(({ name, id }) => {
    const to = held.has(name) ? entryAt(repository.root, name, id) : undefined;
    return to === undefined ? [] : [{ name, to }];
  });
  if (added.length === 0) return captured;
  const file = `${index.file}.made`;
  try {
    seedPrivateIndex(repository, { file, userIndex: index.file, recordFile: '' });
    const input = indexInfo(added, capture.tree.length);
    await git.run(['update-index', '--add', '-z', '--index-info'], { index: file, input });
    const tree = (await git.run(['write-tree'], { index: file })).toString('latin1').trim();
    return { ...captured, capture: { ...capture, tree } };
  } finally {
    removeFile(file);
  }
}

function entryAt(root: string, name: string, id: string): Entry | undefined {
  const stat = rawStat(rawPath(root, name));
  if (stat?.kind === 'link') return { mode: '120000', id };
  if (stat?.kind === 'file') return { mode: (stat.mode & 0o100) === 0 ? '100644' : '100755', id };
  return undefined;
}
