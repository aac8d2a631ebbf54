import * as path from 'node:path';
import { sha256 } from '../platform/digest.ts';
import { lstatIfExists, readTextIfExists, realPath } from '../platform/fs.ts';
import type { Repository, UserPaths } from '../store/paths.ts';

/**
 * The path by which consent knows a repository: the git directory its worktrees share. A `.git` file or link
 * is bytes that came with the folder and could name someone else's repository, so it counts only where the
 * git directory names the folder back (as git does for linked worktrees); else the folder stands for itself.
 */
export function trustIdentity(repository: Repository): string {
  const { root, gitDir, commonDir } = repository;
  const own = realPath(root);
  if (gitDir === undefined || commonDir === undefined) return own;
  const entry = path.join(root, '.git');
  if (lstatIfExists(entry)?.isDirectory() === true) return realPath(commonDir);
  const shared = realPath(commonDir);
  const registered = path.dirname(realPath(gitDir)) === path.join(shared, 'worktrees');
  const back = readTextIfExists(path.join(gitDir, 'gitdir'))?.trim();
  const mutual = back !== undefined && realPath(path.resolve(gitDir, back)) === path.join(own, '.git');
  return registered && mutual ? shared : own;
}

/** The file that holds the consent for a repository: outside of every repository. */
export function trustFile(repository: Repository, user: UserPaths): string {
  return path.join(user.data, 'trust', `${sha256(trustIdentity(repository))}.json`);
}
