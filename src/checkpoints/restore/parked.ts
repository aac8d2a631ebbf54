import * as path from 'node:path';
import { ensureDirectory, removeFile, removeTree, siblingTempName } from '../../platform/fs.ts';
import { fileMask, rawBytes, rawPath, rawStat } from '../../platform/raw-files.ts';
import type { Repository, StatePaths } from '../../store/paths.ts';
import type { Plumbing } from '../plumbing.ts';
import type { Capture } from '../tree.ts';
import { type Entry, readChanges } from './changes.ts';
import { STAYS } from './clean-start.ts';
import { foldersAbove } from './disk.ts';
import { checkOut } from './stage.ts';

/** What of the files that no commit holds a checkpoint alone would not give back. Names are bytes as latin1 text. */
export interface Parked {
  /** Permission bits git does not keep, by name; a folder's name ends in `/`. */
  modes: Record<string, number>;
  /** Files whose bytes git would give back as others: by line ends, encodings or filters. */
  converted: string[];
}

/** What may make git give back other bytes than it was given. */
const CONVERTING = ['text', 'crlf', 'eol', 'ident', 'filter', 'working-tree-encoding'];

/** Looks at the files in which a captured working tree differs from HEAD. Nothing of the person's is changed. */
export async function lookAtParked(
  { repository, state }: { repository: Repository; state: StatePaths },
  git: Plumbing,
  { tree, headTree }: Pick<Capture, 'tree' | 'headTree'>,
): Promise<Parked> {
  if (headTree === undefined) return { modes: {}, converted: [] };
  const files = (await readChanges(git, headTree, tree)).flatMap(({ name, from, to }) => {
    const stays = from === undefined && name.startsWith(STAYS);
    return to?.mode.startsWith('100') === true && !stays ? [{ name, to }] : [];
  });
  const names = files.map(({ name }) => name);
  return {
    modes: unusualModes(repository.root, names),
    converted: await convertedFiles({ repository, state }, git, tree, files),
  };
}

function unusualModes(root: string, names: readonly string[]): Record<string, number> {
  const mask = fileMask();
  const modes: [string, number][] = [];
  const look = (name: string, kind: string, bits: number): void => {
    const stat = rawStat(rawPath(root, name));
    if (stat?.kind !== kind || (stat.mode & bits) === (bits & ~mask)) return;
    modes.push([kind === 'directory' ? `${name}/` : name, stat.mode & 0o777]);
  };
  for (const name of names) look(name, 'file', 0o666);
  for (const folder of foldersAbove(names)) look(folder, 'directory', 0o777);
  return Object.fromEntries(modes);
}

async function convertedFiles(
  { repository, state }: { repository: Repository; state: StatePaths },
  git: Plumbing,
  tree: string,
  files: readonly { name: string; to: Entry }[],
): Promise<string[]> {
  const suspects = await mayBeConverted(git, files);
  if (suspects.length === 0) return [];
  // Names that are tidied away with time, where somebody is killed in between.
  const folder = siblingTempName(path.join(state.root, 'parked'));
  const index = siblingTempName(path.join(state.indexes, 'parked'));
  try {
    ensureDirectory(folder);
    await git.run(['read-tree', '--no-sparse-checkout', tree], { index });
    const out = await checkOut(git, repository, index, folder, suspects);
    return suspects.flatMap(({ name }) => {
      const given = out.get(name);
      const bytes = rawBytes(rawPath(repository.root, name));
      const isSame = given !== undefined && bytes?.equals(rawBytes(rawPath(folder, given)) ?? Buffer.of());
      return isSame === true ? [] : [name];
    });
  } finally {
    removeTree(folder);
    removeFile(index);
    removeFile(`${index}.lock`);
  }
}

async function mayBeConverted<T extends { name: string }>(git: Plumbing, files: readonly T[]): Promise<T[]> {
  if (files.length === 0) return [];
  const setting = await git.run(['config', '--get', 'core.autocrlf'], { accept: [1] });
  const always = ['true', 'input'].includes(setting.toString('latin1').trim().toLowerCase());
  const output = await git.run(['check-attr', '-z', '--stdin', ...CONVERTING], {
    input: Buffer.from(files.map(({ name }) => `${name}\0`).join(''), 'latin1'),
  });
  const words = output.toString('latin1').split('\0');
  const asked = new Set<string>();
  const never = new Set<string>();
  for (let at = 0; at + 2 < words.length; at += 3) {
    const [name = '', attribute, value] = words.slice(at, at + 3);
    if (attribute === 'text' && value === 'unset') never.add(name);
    else if (value !== 'unspecified' && value !== 'unset') asked.add(name);
  }
  return files.filter(({ name }) => asked.has(name) || (always && !never.has(name)));
}
