import * as path from 'node:path';
import { HooksError } from '../../errors.ts';
import { parseRawDiff } from '../../platform/raw-diff.ts';
import type { RawStat } from '../../platform/raw-files.ts';
import type { Plumbing } from '../plumbing.ts';

/** One side of a change: what a tree has at a path. */
export interface Entry {
  /** Six octal digits. */
  mode: string;
  id: string;
}

/** A path in which two trees differ. Names are bytes as latin1 text, as in `platform/raw-files.ts`. */
export interface TreeChange {
  name: string;
  from: Entry | undefined;
  to: Entry | undefined;
}

const NOTHING = '000000';
const SUBMODULE = '160000';

export function isSubmodule(entry: Entry | undefined): boolean {
  return entry?.mode === SUBMODULE;
}

/** Whether something on disk is of the kind and mode an entry asks for. */
export function isSameKind({ mode }: Entry, stat: RawStat): boolean {
  if (mode === '120000') return stat.kind === 'link';
  return stat.kind === 'file' && (mode === '100755') === ((stat.mode & 0o100) !== 0);
}

/** The paths in which two trees differ, in git's order. */
export async function readChanges(git: Plumbing, from: string, to: string): Promise<TreeChange[]> {
  if (from === to) return [];
  const output = await git.run(['diff-tree', '-r', '-z', '--raw', '--no-renames', from, to]);
  return parseRawDiff(output).map(({ path: name, fromMode, toMode, fromId, toId }) => ({
    name: name.toString('latin1'),
    from: fromMode === NOTHING ? undefined : { mode: fromMode, id: fromId },
    to: toMode === NOTHING ? undefined : { mode: toMode, id: toId },
  }));
}

/** What `git update-index -z --index-info` reads to bring an index to these entries; what goes comes first. */
export function indexInfo(entries: readonly Pick<TreeChange, 'name' | 'to'>[], idLength: number): Buffer {
  const none = '0'.repeat(idLength);
  const removed = entries.filter(({ to }) => to === undefined).map(({ name }) => `0 ${none}\t${name}\0`);
  const put = entries.flatMap(({ name, to }) => (to === undefined ? [] : [`${to.mode} ${to.id}\t${name}\0`]));
  return Buffer.from([...removed, ...put].join(''), 'latin1');
}

/** Files and folders a restore is limited to, as names; empty means no limit. */
export type Scope = readonly string[];

/**
 * Reads paths as a person gives them, relative to `cwd`.
 * @throws HooksError `path-outside` where one does not lie in the working tree.
 */
export function scopeOf(root: string, cwd: string, paths: readonly string[]): string[] {
  const scope = paths.map((given) => {
    const relative = path.relative(root, path.resolve(cwd, given));
    if (relative !== '..' && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative))
      return relative.split(path.sep).join('/');
    throw new HooksError({
      code: 'path-outside',
      kind: 'usage',
      message: `${given} does not lie in the working tree ${root}`,
      hint: 'Give paths inside it, relative to where you are.',
    });
  });
  return scope.includes('') ? [] : scope;
}

/** Whether a name is one of the scope's files or lies below one of its folders. */
export function isInScope(scope: Scope, name: string): boolean {
  if (scope.length === 0) return true;
  return scope.some((one) => {
    const raw = Buffer.from(one, 'utf8').toString('latin1');
    return name === raw || name.startsWith(`${raw}/`);
  });
}

/**
 * Finds paths of a scope that neither tree knows, so that a slip of the pen does not pass for "nothing differs".
 * @throws HooksError `path-unknown`.
 */
export async function checkScope(
  git: Plumbing,
  scope: Scope,
  trees: readonly string[],
  changes: readonly TreeChange[],
): Promise<void> {
  for (const one of scope) {
    if (changes.some(({ name }) => isInScope([one], name))) continue;
    const answers = await Promise.all(trees.map((tree) => git.run(['ls-tree', '-z', tree, '--', one])));
    if (answers.some((answer) => answer.length > 0)) continue;
    throw new HooksError({
      code: 'path-unknown',
      kind: 'usage',
      message: `${one} is neither in the checkpoint nor in the working tree`,
      hint: 'See what differs: claude-hooks checkpoint restore NAME --dry-run',
    });
  }
}
