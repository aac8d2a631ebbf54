import * as path from 'node:path';
import { listDirectory, readTextIfExists, realPath } from '../platform/fs.ts';
import { locateRepository, type Repository, worktreeName } from './paths.ts';

/**
 * The working trees of a repository by their names (`worktreeName`), as far as they are there and lead back to it: what
 * a git directory says of other folders is not believed by itself. Starts no process.
 */
export function worktreeRoots(repository: Repository): Map<string, string> {
  const roots = new Map([[worktreeName(repository), repository.root]]);
  const { commonDir } = repository;
  if (commonDir === undefined) return roots;
  if (path.basename(commonDir) === '.git') addRoot(roots, path.dirname(commonDir), commonDir, commonDir);
  const folder = path.join(commonDir, 'worktrees');
  for (const name of listDirectory(folder)) {
    const gitDir = path.join(folder, name);
    const entry = readTextIfExists(path.join(gitDir, 'gitdir'))?.trim();
    if (entry) addRoot(roots, path.dirname(path.resolve(gitDir, entry)), gitDir, commonDir);
  }
  return roots;
}

function addRoot(roots: Map<string, string>, root: string, gitDir: string, commonDir: string): void {
  const found = locateRepository(root);
  const leadsBack =
    found.root === root &&
    found.gitDir !== undefined &&
    found.commonDir !== undefined &&
    realPath(found.gitDir) === realPath(gitDir) &&
    realPath(found.commonDir) === realPath(commonDir);
  if (leadsBack && !roots.has(worktreeName(found))) roots.set(worktreeName(found), root);
}
