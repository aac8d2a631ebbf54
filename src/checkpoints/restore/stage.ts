import * as path from 'node:path';
import { HooksError } from '../../errors.ts';
import { ensureDirectory, freeBytes, removeTree, writeFileAtomic } from '../../platform/fs.ts';
import { fileMask, rawPath, rawSetMode, rawStat, rawText } from '../../platform/raw-files.ts';
import type { Repository } from '../../store/paths.ts';
import type { Plumbing } from '../plumbing.ts';
import { type Put, seenOf } from './moves.ts';
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
  removeTree(stage);
}

/**
 * Writes what is moved in later to `new/` of the stage, as git checks it out: with the filters and line endings that
 * the attributes in the index ask for, not those of the working tree as it is.
 * @throws HooksError where git cannot, or where two names are one on this file system.
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
  try {
    await git.run(['checkout-index', '-f', '-z', '--stdin'], {
      index: place.index,
      env: { GIT_DIR: repository.gitDir ?? '', GIT_WORK_TREE: folder },
      input: Buffer.from(puts.map(({ name }) => `${name}\0`).join(''), 'latin1'),
    });
  } catch (error) {
    throw (await isTooMuch(git, folder, puts)) ? diskFull(error) : error;
  }
  const seen = new Set<string>();
  return puts.map(({ name, was }) => {
    const file = rawPath(folder, name);
    const first = rawStat(file);
    if (first === undefined || seen.has(first.ino)) throw cannotTell(name);
    seen.add(first.ino);
    const before = modes[name] ?? (was?.kind === 'file' ? was.mode : undefined);
    if (before !== undefined && first.kind === 'file') keepPrivacy(file, first.mode, before);
    return {
      name,
      is: { ...seenOf(first), ino: first.ino },
      ...(was === undefined ? {} : { was: seenOf(was) }),
    };
  });
}

/** Whether there is less room than the content needs: git only says that it was unable to write a file. */
async function isTooMuch(git: Plumbing, folder: string, puts: readonly PlannedPut[]): Promise<boolean> {
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

/** A file that only its owner may read stays so. Git keeps of the modes only whether it can be executed. */
function keepPrivacy(file: Buffer, mode: number, before: number): void {
  const wanted = (before & 0o666) | (mode & 0o111 & (before >> 2));
  if (wanted !== (mode & 0o777)) rawSetMode(file, wanted);
}

function cannotTell(name: string): HooksError {
  return new HooksError({
    code: 'names-collide',
    kind: 'failed',
    message: `${rawText(name)} cannot be written here: this file system takes it for the name of another file`,
    hint: 'Restore the other files with --only.',
  });
}

/** Modes of files that go and that git would not give back, by name. */
export function unusualModes(plan: DiskPlan): Record<string, number> {
  const usual = 0o666 & ~fileMask();
  const all = [...plan.takes, ...plan.puts].flatMap(({ name, was }) =>
    was?.kind === 'file' && (was.mode & 0o666) !== usual ? [[name, was.mode] as const] : [],
  );
  return Object.fromEntries(all);
}
