import * as path from 'node:path';
import { messageOf } from '../errors.ts';
import { exists, lstatIfExists, readTextIfExists, removeFile } from '../platform/fs.ts';
import { linkOutside, openDocumentFolder } from '../store/documents.ts';
import { moveOperationFile } from '../store/operation-files.ts';
import { documentPaths, locateRepository } from '../store/paths.ts';
import { readMachinePart } from './machine-part.ts';
import { openPlumbing } from './plumbing.ts';
import type { PrunedCheckpoint } from './prune.ts';

const BUDGET_MS = 30_000;
/** A document larger than this is not one of ours. */
const MAX_BYTES = 16 * 1024 * 1024;

/**
 * Moves the documents of these checkpoints into `folder`, with the edits people made. Only those that carry our machine
 * part with that very id are ours; what git tracks, what a link leads to and every other file stays.
 * @param roots the working trees by name. @returns the documents that could not be moved, with the reason.
 */
export async function takeDocuments(
  roots: ReadonlyMap<string, string>,
  folder: string,
  list: readonly PrunedCheckpoint[],
): Promise<string[]> {
  const stays: string[] = [];
  for (const [worktree, root] of roots) {
    const files = list
      .filter((one) => one.worktree === worktree)
      .flatMap(({ id }) => ownDocument(root, id) ?? []);
    if (files.length === 0) continue;
    try {
      const tracked = await trackedDocuments(root);
      for (const file of files) {
        const name = path.basename(file);
        if (!tracked.has(name)) moveOperationFile(file, path.join(folder, name));
      }
    } catch (error) {
      stays.push(`Documents of pruned checkpoints in ${root} stay: ${messageOf(error)}`);
    }
  }
  return stays;
}

/** The document of a checkpoint, where it is ours and a plain file. */
function ownDocument(root: string, id: string): string | undefined {
  const folder = documentPaths(root).checkpoints;
  const file = path.join(folder, `${id}.md`);
  const stat = lstatIfExists(file);
  if (stat?.isFile() !== true || stat.size > MAX_BYTES || linkOutside(root, folder) !== undefined)
    return undefined;
  return readMachinePart(readTextIfExists(file) ?? '', id)?.id === id ? file : undefined;
}

async function trackedDocuments(root: string): Promise<Set<string>> {
  const git = openPlumbing(locateRepository(root), { budgetMs: BUDGET_MS, withoutLfs: false });
  const output = await git.run(['ls-files', '-z', '--', '.claude/checkpoints']);
  return new Set(
    output
      .toString('utf8')
      .split('\0')
      .map((name) => path.posix.basename(name)),
  );
}

/**
 * Moves documents back to where they were. One in whose place another file stands by now stays where it is.
 * @param folders where they may lie, the best first. @returns sentences about those that could not be moved.
 */
export function giveDocuments(
  roots: ReadonlyMap<string, string>,
  folders: readonly string[],
  list: readonly PrunedCheckpoint[],
): string[] {
  return list.flatMap(({ id, worktree }) => {
    const from = folders.map((folder) => path.join(folder, `${id}.md`)).find(exists);
    if (from === undefined) return [];
    const root = roots.get(worktree);
    if (root === undefined) return [`The working tree ${worktree} is gone; its document stays in ${from}`];
    const folder = documentPaths(root).checkpoints;
    const stays = giveBack(root, from, path.join(folder, `${id}.md`));
    return stays === undefined ? [] : [stays];
  });
}

function giveBack(root: string, from: string, to: string): string | undefined {
  try {
    const outside = openDocumentFolder(root, path.dirname(to));
    if (outside !== undefined) return `A document stays in ${from}: ${outside}`;
    if (readTextIfExists(to) === readTextIfExists(from)) removeFile(from);
    else if (lstatIfExists(to) !== undefined) return `${to} is there again; the earlier one stays in ${from}`;
    else moveOperationFile(from, to);
    return undefined;
  } catch (error) {
    return `A document stays in ${from}: ${messageOf(error)}`;
  }
}
