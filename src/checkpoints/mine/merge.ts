import type { Plumbing } from '../plumbing.ts';
import type { MergeConflict } from '../restore/types.ts';
import { entriesOf, readBlobs, writeBlobs, writeCommit } from './objects.ts';
import type { TreeEditor } from './trees.ts';
import type { Entry } from './types.ts';

/** Words of conflict markers: what stands now, and what stood there before. */
export const YOURS = 'yours';
export const BEFORE = 'before the session';

export interface Merged {
  tree: string;
  /** By path, each byte as one character. */
  conflicts: Map<string, MergeConflict>;
}

/** How git merges here, whatever the person set for merges of branches. */
const SETTINGS = Object.entries({
  'merge.conflictStyle': 'merge',
  'merge.directoryRenames': 'false',
  'merge.renames': 'true',
  'diff.renames': 'true',
  'merge.renormalize': 'false',
});
const ENV = Object.fromEntries([
  ['GIT_CONFIG_COUNT', String(SETTINGS.length)],
  ...SETTINGS.flatMap(([key, value], at) => [
    [`GIT_CONFIG_KEY_${at}`, key],
    [`GIT_CONFIG_VALUE_${at}`, value],
  ]),
]) as Record<string, string>;

/** Git by which a merge is made, and what it can be told by. */
interface MergeParts {
  git: Plumbing;
  editor: TreeEditor;
}

/**
 * Merges three trees with git's own merge, renames included. Where both sides changed the same lines, the file holds
 * them between conflict markers; in every other conflict what is `ours` stays. Nothing of `ours` is lost.
 * @param marked files that have markers already: they get no more, what is `ours` stays there too.
 */
export async function mergeTrees(
  parts: MergeParts,
  trees: { base: string; ours: string; theirs: string },
  marked: ReadonlyMap<string, unknown> = new Map(),
): Promise<Merged> {
  const { git } = parts;
  const base = await writeCommit(git, trees.base);
  const [ours, theirs] = [
    await writeCommit(git, trees.ours, base),
    await writeCommit(git, trees.theirs, base),
  ];
  const output = await git.run(
    ['merge-tree', '--write-tree', '--allow-unrelated-histories', '--no-messages', '-z', ours, theirs],
    { env: ENV, accept: [1] },
  );
  const { tree, stages } = parseMerge(output);
  if (stages.size === 0) return { tree, conflicts: new Map() };
  return settle(parts, { tree, ours: trees.ours, names: [ours, theirs], marked }, stages);
}

/** The merged tree, and which of base (1), ours (2) and theirs (3) a path in conflict has. */
function parseMerge(output: Buffer): { tree: string; stages: Map<string, Set<number>> } {
  const [tree = '', ...rest] = output.toString('latin1').split('\0');
  const stages = new Map<string, Set<number>>();
  for (const line of rest) {
    const match = /^\d{6} [0-9a-f]+ ([123])\t(.*)$/s.exec(line);
    if (match === null) break;
    const path = match[2] ?? '';
    stages.set(path, (stages.get(path) ?? new Set()).add(Number(match[1])));
  }
  return { tree: tree.trim(), stages };
}

interface Clash {
  tree: string;
  ours: string;
  /** The commits git names at its markers. */
  names: [string, string];
  marked: ReadonlyMap<string, unknown>;
}

/** What git left of conflicts, brought to the rule: conflict markers, or ours. */
async function settle(
  { git, editor }: MergeParts,
  merge: Clash,
  stages: Map<string, Set<number>>,
): Promise<Merged> {
  const [here, mine] = [await entriesOf(git, merge.tree), await entriesOf(git, merge.ours)];
  const changes = new Map<string, Entry | undefined>();
  const conflicts = new Map<string, MergeConflict>();
  const clashing = [...stages].filter(([, sides]) => sides.has(2) && sides.has(3)).map(([path]) => path);
  const labelled = await withLabels(git, clashing, here, merge);
  const aside = new RegExp(`^(.*)~(?:${merge.names.join('|')})(?:_\\d+)?$`, 's');
  for (const [path, sides] of stages) {
    const blocked = aside.exec(path)?.[1];
    if (blocked !== undefined) {
      takeOurs(blocked, here, mine, changes);
      changes.set(path, undefined);
      conflicts.set(blocked, conflict(blocked, 'in-the-way'));
    } else if (sides.has(2) && sides.has(3)) {
      const entry = labelled.get(path);
      if (entry !== undefined) changes.set(path, entry);
      else if (mine.has(path)) changes.set(path, mine.get(path));
      conflicts.set(path, conflict(path, entry === undefined ? 'binary' : 'content'));
    } else if (sides.has(2)) {
      if (!here.has(path)) changes.set(path, mine.get(path));
      conflicts.set(path, conflict(path, 'changed'));
    } else {
      changes.set(path, mine.get(path));
      if (sides.size > 1) conflicts.set(path, conflict(path, 'deleted'));
    }
  }
  return { tree: await editor.edit(merge.tree, changes), conflicts };
}

/** Where a file and a folder want the same name, ours is what stands there. */
function takeOurs(
  blocked: string,
  here: ReadonlyMap<string, Entry>,
  mine: ReadonlyMap<string, Entry>,
  changes: Map<string, Entry | undefined>,
): void {
  const isThere = (path: string): boolean => path === blocked || path.startsWith(`${blocked}/`);
  for (const path of here.keys()) if (isThere(path)) changes.set(path, undefined);
  for (const [path, entry] of mine) if (isThere(path)) changes.set(path, entry);
}

/** Those of the files that have conflict markers, with readable words at them. */
async function withLabels(
  git: Plumbing,
  paths: readonly string[],
  here: ReadonlyMap<string, Entry>,
  { names: [ours, theirs], marked }: Clash,
): Promise<Map<string, Entry>> {
  const yours = new RegExp(`^(<{3,}) ${ours}(?::[^\\n\\r]*)?`, 'gm');
  const before = new RegExp(`^(>{3,}) ${theirs}(?::[^\\n\\r]*)?`, 'gm');
  const entries = paths.flatMap((path) => {
    const entry = here.get(path);
    return entry?.mode.startsWith('100') === true ? [{ path, entry }] : [];
  });
  const blobs = await readBlobs(
    git,
    entries.map(({ entry }) => entry.oid),
    Number.MAX_SAFE_INTEGER,
  );
  const changed = entries.flatMap(({ path, entry }) => {
    const text = blobs.get(entry.oid)?.toString('latin1') ?? '';
    const words = marked.has(path)
      ? withoutBlocks(text, ours, theirs)
      : text.replace(yours, `$1 ${YOURS}`).replace(before, `$1 ${BEFORE}`);
    return words === text ? [] : [{ path, mode: entry.mode, bytes: Buffer.from(words, 'latin1') }];
  });
  const oids = await writeBlobs(
    git,
    changed.map((one) => one.bytes),
  );
  return new Map(changed.map(({ path, mode }, at) => [path, { mode, oid: oids[at] ?? '' }]));
}

/** The text with `ours` in the place of each conflict of this merge; those of merges before are part of it. */
function withoutBlocks(text: string, ours: string, theirs: string): string {
  const kept: string[] = [];
  let side: 'both' | 'ours' | 'theirs' = 'both';
  let inner = 0;
  for (const line of text.match(/[^\n]*\n|[^\n]+$/g) ?? []) {
    const [, mark = '', label = ''] = /^(<{3,}|>{3,}) ([^:\r\n]*)/.exec(line) ?? [];
    if (mark.startsWith('<') && label === ours) side = 'ours';
    else if (mark.startsWith('>') && label === theirs) side = 'both';
    else if (side === 'ours' && inner === 0 && /^={3,}\r?$/m.test(line)) side = 'theirs';
    else if (side !== 'theirs') {
      if (mark.startsWith('<') && label === YOURS) inner += 1;
      if (mark.startsWith('>') && label === BEFORE) inner -= 1;
      kept.push(line);
    }
  }
  return kept.join('');
}

const MESSAGES = {
  content: 'you and the session changed the same lines: both stand in it between conflict markers',
  binary: 'you and the session changed it, and it cannot be merged: yours stays',
  changed: 'you changed it, and without the session it would not be there: yours stays',
  deleted: 'you removed or renamed it, and the session changed it: it stays as you left it',
  'in-the-way': 'what stood there before the session needs this name: yours stays',
};

function conflict(path: string, kind: keyof typeof MESSAGES): MergeConflict {
  return { path: textOfPath(path), kind, message: MESSAGES[kind] };
}

/** A path as text: bytes that are not UTF-8 are replaced. */
export function textOfPath(path: string): string {
  return Buffer.from(path, 'latin1').toString('utf8');
}
