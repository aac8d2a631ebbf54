import * as path from 'node:path';
import { HooksError } from '../../errors.ts';
import { ensureDirectory, freeBytes, removeTree, writeFileAtomic } from '../../platform/fs.ts';
import {
  fileMask,
  rawLinkFrom,
  rawPath,
  rawRemoveFiles,
  rawSetMode,
  rawStat,
  rawText,
} from '../../platform/raw-files.ts';
import type { Repository } from '../../store/paths.ts';
import type { Plumbing } from '../plumbing.ts';
import { type MovePlan, type Put, seenOf } from './moves.ts';
import type { DiskPlan, PlannedPut } from './plan.ts';

/** The folder content is put together in before it is moved: of the operation, or at the top of the working tree. */
export function stageOf(place: { directory: string; id: string; root: string }, inTree: boolean): string {
  return inTree
    ? path.join(place.root, `.claude-hooks-${place.id}.tmp`)
    : path.join(place.directory, 'files');
}

/** Whether renames between the state and the working tree can work, as far as the system tells beforehand. */
export function isSameDisk(directory: string, root: string): boolean {
  return rawStat(Buffer.from(directory))?.dev === rawStat(Buffer.from(root))?.dev;
}

/** Makes the stage. One in the working tree is invisible to git. */
export function openStage(stage: string, inTree: boolean): void {
  for (const name of ['old', 'new']) ensureDirectory(path.join(stage, name));
  if (inTree) writeFileAtomic(path.join(stage, '.gitignore'), '*\n', { sync: false });
}

export function removeStage(stage: string): void {
  // It is flat, and emptied several times as fast this way.
  for (const name of ['old', 'new']) rawRemoveFiles(path.join(stage, name));
  removeTree(stage);
}

/**
 * Writes what is moved in later to `new/` of the stage, as git checks it out: with the filters and line endings that
 * the attributes in the index ask for, not those of the working tree as it is.
 * @param modes permission bits of files as they were before, by name.
 * @throws HooksError where git cannot.
 */
export async function stageNew(
  git: Plumbing,
  repository: Repository,
  place: { index: string; stage: string },
  puts: readonly PlannedPut[],
  modes: Readonly<Record<string, number>>,
): Promise<Put[]> {
  if (puts.length === 0) return [];
  const folder = path.join(place.stage, 'new');
  const staged = await checkOut(git, repository, place.index, folder, puts);
  const usual = 0o666 & ~fileMask();
  return puts.map(({ name, to, was }) => {
    const temporary = staged.get(name);
    if (temporary === undefined) throw new Error(`git did not check out ${rawText(name)}`);
    const from = to.mode === '120000' ? makeLink(folder, temporary) : temporary;
    const file = rawPath(folder, from);
    const stat = rawStat(file);
    if (stat === undefined) throw new Error(`${from} vanished from ${folder}`);
    if (stat.kind === 'file') {
      // Git keeps of the modes only whether a file can be executed; one that only its owner may read stays so.
      const bits = (modes[name] ?? (was?.kind === 'file' ? was.mode : usual)) & 0o666;
      rawSetMode(file, to.mode === '100755' ? bits | ((bits >> 2) & 0o111) : bits);
    }
    const is = { ...seenOf(stat), ino: stat.ino };
    return { name, from, is, ...(was === undefined ? {} : { was: seenOf(was) }) };
  });
}

/**
 * Writes files of an index as git checks them out, by the attributes in that index. @returns the name in the folder that each
 * was written to; git makes them up, so that no folders are needed.
 */
export async function checkOut(
  git: Plumbing,
  repository: Repository,
  index: string,
  folder: string,
  puts: readonly Pick<PlannedPut, 'name' | 'to'>[],
): Promise<Map<string, string>> {
  try {
    const output = await git.run(['checkout-index', '--temp', '-z', '--stdin'], {
      index,
      env: { GIT_DIR: repository.gitDir ?? '', GIT_WORK_TREE: folder },
      input: Buffer.from(puts.map(({ name }) => `${name}\0`).join(''), 'latin1'),
    });
    return new Map(
      output
        .toString('latin1')
        .split('\0')
        .map((line) => [line.slice(line.indexOf('\t') + 1), line.slice(0, line.indexOf('\t'))] as const),
    );
  } catch (error) {
    throw (await isTooMuch(git, folder, puts)) ? diskFull(error) : error;
  }
}

/** Git writes where a link leads into a file. @returns the name of the link made of it. */
function makeLink(folder: string, temporary: string): string {
  const name = `link-${temporary}`;
  return rawLinkFrom(rawPath(folder, temporary), rawPath(folder, name)) ? name : temporary;
}

/** Whether there is less room than the content needs: git only says that it was unable to write a file. */
async function isTooMuch(
  git: Plumbing,
  folder: string,
  puts: readonly Pick<PlannedPut, 'to'>[],
): Promise<boolean> {
  const input = puts.map(({ to }) => `${to.id}\n`).join('');
  const sizes = await git.run(['cat-file', '--batch-check=%(objectsize)'], { input });
  const needed = sizes
    .toString('latin1')
    .split('\n')
    .reduce((sum, size) => sum + (Number(size) || 0), 0);
  return needed > (freeBytes(folder) ?? needed);
}

function diskFull(cause: unknown): HooksError {
  const message = 'No space left on device';
  return new HooksError({ code: 'disk-full', kind: 'failed', message, cause });
}

/** Modes of files and folders that go and that git would not give back, by name; a folder's name ends in `/`. */
export function unusualModes(plan: DiskPlan, folders: MovePlan['emptied']): Record<string, number> {
  const usual = 0o666 & ~fileMask();
  const all = [...plan.takes, ...plan.puts].flatMap(({ name, was }) =>
    was?.kind === 'file' && (was.mode & 0o666) !== usual ? [[name, was.mode] as const] : [],
  );
  const emptied = folders.flatMap(({ name, mode }) =>
    (mode & 0o777) === (0o777 & ~fileMask()) ? [] : [[`${name}/`, mode] as const],
  );
  return Object.fromEntries([...all, ...emptied]);
}
