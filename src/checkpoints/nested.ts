import { messageOf } from '../errors.ts';
import { exists } from '../platform/fs.ts';
import { redactText } from '../redact/redact.ts';
import type { Repository } from '../store/paths.ts';
import type { PrivateIndex } from '../store/private-index.ts';
import { code } from './markdown.ts';
import type { Plumbing } from './plumbing.ts';
import { parseStatus } from './status.ts';

const MAX_NAMES = 20;

/**
 * What a checkpoint cannot hold of repositories inside the working tree, in sentences for a person: git keeps of
 * them only the commit. Named are repositories that HEAD does not know, whatever is in them, and submodules with
 * changes. One git process more, and only where there is a `.gitmodules`.
 */
export async function nestedRemarks(
  git: Plumbing,
  repository: Repository,
  index: PrivateIndex,
  unknown: readonly string[],
): Promise<string[]> {
  const remarks: string[] = [];
  const names = new Set(unknown);
  if (exists(`${repository.root}/.gitmodules`)) {
    try {
      for (const name of await dirtySubmodules(git, index)) names.add(name);
    } catch (error) {
      remarks.push(
        `changes inside submodules are not held, and could not be looked for: ${messageOf(error)}`,
      );
    }
  }
  const all = [...names].sort();
  const held = all
    .slice(0, MAX_NAMES)
    .map(
      (name) =>
        `${code(redactText(name))} is a git repository of its own: only its commit is held, not its changes`,
    );
  if (all.length > MAX_NAMES)
    held.push(`of ${all.length - MAX_NAMES} more git repositories only the commit is held`);
  return [...held, ...remarks];
}

/** Submodules with changed or untracked files. A submodule git cannot read fails all of it: a call of its own. */
async function dirtySubmodules(git: Plumbing, index: PrivateIndex): Promise<string[]> {
  const output = await git.run(
    ['status', '--porcelain=v2', '-z', '--untracked-files=no', '--no-renames', '--ignore-submodules=none'],
    { index: index.file },
  );
  return parseStatus(output)
    .entries.filter((entry) => entry.submodule === 'dirty')
    .map((entry) => entry.path.toString('utf8'));
}
