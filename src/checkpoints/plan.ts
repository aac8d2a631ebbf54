import type { RawEntry } from '../platform/raw-paths.ts';
import type { StatusEntry } from './status.ts';
import type { ChangedFile, LeftOutFile } from './types.ts';

/** What has to happen to the private index so that it equals the working tree. */
export interface IndexPlan {
  remove: Buffer[];
  add: Buffer[];
  /** Folders that are repositories of their own; each is added alone, because one without a commit cannot be. */
  embedded: Buffer[];
  /** All repositories in the working tree that HEAD does not know, also those the private index has already. */
  nested: string[];
  leftOut: LeftOutFile[];
  files: ChangedFile[];
  /** A file that decides what git ignores or how it converts changed: the index has to be copied anew. */
  rulesChanged: boolean;
  /** A file may be listed as modified although it is as in HEAD again; only comparing the trees tells. */
  filesUncertain: boolean;
}

export interface PlanRules {
  maxFileBytes: number;
  /** Folders of documents claude-hooks itself writes, with a final slash; untracked files there are not held. */
  ownFolders: readonly string[];
  /** Whether the person's own index has this path, so that a large file is held all the same. */
  isTracked(path: Buffer): boolean;
  lookAt(path: Buffer): RawEntry | undefined;
}

/** Decides for each path that git reports. Pure but for the two questions in `rules`. */
export function planIndex(entries: readonly StatusEntry[], rules: PlanRules): IndexPlan {
  const plan: IndexPlan = {
    remove: [],
    add: [],
    embedded: [],
    nested: [],
    leftOut: [],
    files: [],
    rulesChanged: false,
    filesUncertain: false,
  };
  for (const entry of entries) planEntry(plan, entry, rules);
  // What was gone at the last look and is back is reported as deleted and as untracked.
  if (new Set(plan.files.map((file) => file.path)).size < plan.files.length) plan.filesUncertain = true;
  return plan;
}

function planEntry(plan: IndexPlan, entry: StatusEntry, rules: PlanRules): void {
  const name = entry.path.toString('utf8');
  if (entry.kind === 'untracked' && rules.ownFolders.some((folder) => name.startsWith(folder))) return;
  if (entry.submodule !== undefined && !entry.inHead && entry.inWorktree) plan.nested.push(name);
  if (entry.worktree === '.') {
    noteFile(plan, name, entry.inHead, entry.inWorktree);
    return;
  }
  if (/(?:^|\/)\.git(?:ignore|attributes)$/.test(name)) plan.rulesChanged = true;
  if (entry.inHead && entry.staged !== '.') plan.filesUncertain = true;
  if (name.endsWith('/')) {
    plan.embedded.push(entry.path.subarray(0, -1));
    plan.nested.push(name.slice(0, -1));
    noteFile(plan, name.slice(0, -1), entry.inHead, true);
  } else if (entry.worktree === 'D') removePath(plan, entry, name);
  else planFile(plan, entry, name, rules);
}

function planFile(plan: IndexPlan, entry: StatusEntry, name: string, rules: PlanRules): void {
  const found = rules.lookAt(entry.path);
  const gone =
    found === undefined ||
    (found.kind === 'other' && found.readable) ||
    // A folder is a submodule at another commit; but where paths were unmerged it took the place of a file.
    (found.kind === 'directory' && entry.kind === 'unmerged');
  if (gone) removePath(plan, entry, name);
  else if (!found.readable) {
    // What cannot be read keeps its last known content where git had one.
    plan.leftOut.push({ path: name, bytes: found.size, why: 'unreadable' });
    if (entry.inIndex) noteFile(plan, name, entry.inHead, true);
  } else if (found.size > rules.maxFileBytes && !entry.inHead && !rules.isTracked(entry.path)) {
    plan.leftOut.push({ path: name, bytes: found.size, why: 'size' });
    if (entry.kind !== 'untracked') plan.remove.push(entry.path);
  } else {
    plan.add.push(entry.path);
    noteFile(plan, name, entry.inHead, true);
  }
}

function removePath(plan: IndexPlan, entry: StatusEntry, name: string): void {
  if (entry.kind !== 'untracked') plan.remove.push(entry.path);
  noteFile(plan, name, entry.inHead, false);
}

function noteFile(plan: IndexPlan, name: string, inHead: boolean, inWorktree: boolean): void {
  if (!inHead && !inWorktree) return;
  plan.files.push({ path: name, status: inHead ? (inWorktree ? 'modified' : 'deleted') : 'new' });
}

/** Paths as git reads them from standard input. */
export function joinPaths(paths: readonly Buffer[]): Buffer {
  const end = Buffer.from([0]);
  return Buffer.concat(paths.flatMap((path) => [path, end]));
}
