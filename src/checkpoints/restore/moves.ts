import { HooksError, systemCode } from '../../errors.ts';
import {
  type RawStat,
  rawMakeFolder,
  rawPath,
  rawRemoveEmptyFolder,
  rawRename,
  rawSetMode,
  rawStat,
  rawText,
} from '../../platform/raw-files.ts';
import { readOperationFile, writeOperationFile } from '../../store/operation-files.ts';
import { Disk, deepestFirst, foldersAbove, parentOf } from './disk.ts';
import type { StagingChange } from './staging.ts';

/** What tells that a file is still the one that was looked at; a rename does not change it. */
export interface Seen {
  size: number;
  mtimeNs: string;
}

export interface Take {
  name: string;
  was: Seen;
}

export interface Put {
  name: string;
  /** What stood there before. */
  was?: Seen;
  /** The new file's name in `new/` of the stage. */
  from: string;
  /** The new file, as it was staged. */
  is: Seen & { ino: string };
}

/**
 * All renames of a restore. It is on disk before the first of them, so that whoever finds it can take them back: what
 * is moved out lies as `old/t<n>` or `old/p<n>` in the stage, what is moved in comes from `new/<from>`.
 */
export interface MovePlan {
  version: 1;
  /** Whether the stage is a folder at the top of the working tree, because the state lies on another file system. */
  inTree: boolean;
  takes: Take[];
  puts: Put[];
  /** Folders that may be removed because they became empty, the deepest first. */
  emptied: { name: string; mode: number }[];
  /** Folders that are made, those above first. */
  made: string[];
  /** Modes that some of those are given when all is in them. */
  madeModes?: Record<string, number>;
  /** How the person's index changes afterwards; absent where it stays. */
  staging?: StagingChange;
}

const PLAN = 'plan.json';

export function writeMovePlan(directory: string, plan: MovePlan): void {
  writeOperationFile(directory, PLAN, JSON.stringify(plan));
}

/** @returns undefined where there is none yet, so nothing was moved. */
export function readMovePlan(directory: string): MovePlan | undefined {
  const text = readOperationFile(directory, PLAN);
  return text === undefined ? undefined : (JSON.parse(text) as MovePlan);
}

export function seenOf({ size, mtimeNs }: RawStat): Seen {
  return { size, mtimeNs };
}

export function isSeen(stat: RawStat | undefined, seen: Seen): boolean {
  return stat?.size === seen.size && stat.mtimeNs === seen.mtimeNs;
}

const slot = (stage: string, kind: 't' | 'p', at: number): Buffer => rawPath(stage, `old/${kind}${at}`);

/**
 * Carries the renames out. Each file is looked at again right after its rename.
 * @throws HooksError `tree-changed` where one is no longer the planned one, or the system's error. The caller reverts.
 */
export function applyMoves(plan: MovePlan, root: string, stage: string): void {
  const disk = new Disk(root, true);
  for (const [at, { name, was }] of plan.takes.entries()) moveOut(disk, name, was, slot(stage, 't', at));
  for (const { name } of plan.emptied) rawRemoveEmptyFolder(rawPath(root, name));
  for (const folder of plan.made) rawMakeFolder(rawPath(root, folder));
  const after = plan.emptied.length + plan.made.length === 0 ? disk : new Disk(root, true);
  for (const [at, { name, was, from }] of plan.puts.entries()) {
    if (was !== undefined) moveOut(after, name, was, slot(stage, 'p', at));
    requireFolder(after, name);
    const target = rawPath(root, name);
    if (rawStat(target) !== undefined) throw changed(name);
    rawRename(rawPath(stage, `new/${from}`), target);
  }
  for (const folder of deepestFirst(plan.made)) {
    const mode = plan.madeModes?.[folder];
    if (mode !== undefined) rawSetMode(rawPath(root, folder), mode);
  }
}

function moveOut(disk: Disk, name: string, was: Seen, to: Buffer): void {
  requireFolder(disk, name);
  try {
    rawRename(rawPath(disk.root, name), to);
  } catch (error) {
    throw systemCode(error) === 'ENOENT' ? changed(name) : error;
  }
  // Looked at where nobody else can write to it any more; what is another one goes back with all the rest.
  if (!isSeen(rawStat(to), was)) throw changed(name);
}

/** Nothing is ever moved through a link. */
function requireFolder(disk: Disk, name: string): void {
  const { blockedBy, missing } = disk.wayTo(name);
  if (blockedBy !== undefined || missing !== undefined) throw changed(name);
}

function changed(name: string): HooksError {
  return new HooksError({
    code: 'tree-changed',
    kind: 'conflict',
    message: `${rawText(name)} was changed by another program in the meantime`,
    hint: 'Stop what writes there and restore again.',
  });
}

/**
 * First half of taking the renames back: what was moved in goes back to the stage. Safe to repeat.
 * @param keep is given what stands in its place and is not ours.
 */
export function moveBackNew(plan: MovePlan, root: string, stage: string, keep: (name: string) => void): void {
  const disk = new Disk(root, true);
  for (const [at, { name, was, from, is }] of [...plan.puts.entries()].reverse()) {
    const staged = rawPath(stage, `new/${from}`);
    if (rawStat(staged) !== undefined) continue;
    const { blockedBy, missing } = disk.wayTo(name);
    if (blockedBy !== undefined || missing !== undefined) continue;
    const stat = disk.stat(name);
    if (stat === undefined) continue;
    if (isSeen(stat, is) && stat.ino === is.ino) rawRename(rawPath(root, name), staged);
    else if (was === undefined || rawStat(slot(stage, 'p', at)) !== undefined) keep(name);
  }
}

/**
 * Second half: what was moved out comes back, with the folders it lay in. Safe to repeat.
 * @param keep is given what stands in the way.
 */
export function moveBackOld(plan: MovePlan, root: string, stage: string, keep: (name: string) => void): void {
  for (const folder of deepestFirst(plan.made)) rawRemoveEmptyFolder(rawPath(root, folder));
  const modes = new Map(plan.emptied.map(({ name, mode }) => [name, mode]));
  const back = (name: string, from: Buffer): void => {
    if (rawStat(from) === undefined) return;
    makeFolders(root, parentOf(name), modes, keep);
    if (rawStat(rawPath(root, name)) !== undefined) keep(name);
    rawRename(from, rawPath(root, name));
  };
  for (const [at, { name }] of plan.puts.entries()) back(name, slot(stage, 'p', at));
  for (const [at, { name }] of plan.takes.entries()) back(name, slot(stage, 't', at));
  for (const { name } of [...plan.emptied].reverse()) makeFolders(root, name, modes, keep);
}

/** Makes the folder and those above it, with the modes they had. */
function makeFolders(
  root: string,
  folder: string,
  modes: ReadonlyMap<string, number>,
  keep: (name: string) => void,
): void {
  if (folder === '') return;
  const place = rawPath(root, folder);
  const kind = rawStat(place)?.kind;
  if (kind === 'directory') return;
  makeFolders(root, parentOf(folder), modes, keep);
  if (kind !== undefined) keep(folder);
  rawMakeFolder(place);
  const mode = modes.get(folder);
  if (mode !== undefined) rawSetMode(place, mode);
}

/** The folders that have to be made for these names, those above first. */
export function foldersToMake(root: string, names: readonly string[]): string[] {
  const folders = deepestFirst(foldersAbove(names)).reverse();
  return folders.filter((folder) => rawStat(rawPath(root, folder))?.kind !== 'directory');
}
