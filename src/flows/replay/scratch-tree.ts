import * as path from 'node:path';
import { openPlumbing, type Plumbing } from '../../checkpoints/plumbing.ts';
import { HooksError } from '../../errors.ts';
import { ensureDirectory, listDirectory, lstatIfExists, realPath, removeTree } from '../../platform/fs.ts';
import { git, gitOrThrow } from '../../platform/git.ts';
import { locateRepository, type Repository } from '../../store/paths.ts';
import { worktreeRoots } from '../../store/worktrees.ts';

const BUDGET_MS = 600_000;
/** A person's sparse checkout would leave files out. */
const WHOLE = ['-c', 'core.sparseCheckout=false', '-c', 'core.longPaths=true'];

/** Files in the making, beside the person's own. */
export interface ScratchTree {
  root: string;
  /** A private index of git's; undefined in a folder without git. */
  index: string | undefined;
  /** Git in this working tree and never in one around it. Only where there is an index. */
  git(): Plumbing;
}

/**
 * Makes a folder with the files of a commit: a linked working tree with a detached HEAD, which no hook is told of. Without a
 * commit an empty folder.
 */
export async function makeScratchTree(
  repository: Repository,
  folder: string,
  commit: string | undefined,
): Promise<ScratchTree> {
  if (commit === undefined) {
    ensureDirectory(folder, 0o755);
    return openScratchTree(folder);
  }
  const args = [...WHOLE, 'worktree', 'add', '--quiet', '--detach', '--force', folder, commit];
  await gitOrThrow(args, { cwd: repository.root, timeoutMs: BUDGET_MS });
  return openScratchTree(folder);
}

function openScratchTree(folder: string): ScratchTree {
  const repository = locateRepository(folder);
  const isOwn = repository.root === folder && repository.gitDir !== undefined;
  return {
    root: folder,
    index: isOwn ? path.join(repository.gitDir ?? '', 'claude-hooks-scratch.index') : undefined,
    git: () => openPlumbing(repository, { budgetMs: BUDGET_MS, withoutLfs: false }),
  };
}

/** Removes the folder, and the repository's knowledge of it where it is a working tree. */
export async function removeScratchTree(commonDir: string | undefined, folder: string): Promise<void> {
  if (commonDir !== undefined && lstatIfExists(commonDir) !== undefined) {
    await git(['worktree', 'remove', '--force', '--force', folder], {
      cwd: path.dirname(commonDir),
      env: { GIT_DIR: commonDir },
      timeoutMs: BUDGET_MS,
    });
  }
  removeTree(folder);
}

/**
 * @throws HooksError kind conflict where files cannot be rebuilt there: the folder is not empty, or it lies in a working tree of
 * the repository or in its git directory, or holds one of them.
 */
export function checkTarget(repository: Repository, folder: string): void {
  const stat = lstatIfExists(folder);
  if (stat !== undefined && (!stat.isDirectory() || listDirectory(folder).length > 0))
    throw refusal('target-not-empty', `${folder} is not an empty folder; nothing was changed.`);
  const target = realPath(folder) === folder ? realThrough(folder) : realPath(folder);
  const trees = [...worktreeRoots(repository).values(), repository.root];
  const own = [...trees, repository.gitDir, repository.commonDir].filter((one) => one !== undefined);
  for (const one of own.map(realPath)) {
    if (isInside(target, one) || isInside(one, target))
      throw refusal(
        'target-in-repository',
        `${folder} lies in the working tree or holds it: a rebuilt session would change it.`,
      );
  }
}

/** The real path of a folder that may not be there yet. */
function realThrough(folder: string): string {
  for (let there = folder, rest = ''; ; ) {
    if (lstatIfExists(there) !== undefined) return path.join(realPath(there), rest);
    rest = path.join(path.basename(there), rest);
    there = path.dirname(there);
  }
}

function isInside(folder: string, other: string): boolean {
  return folder === other || folder.startsWith(other.endsWith(path.sep) ? other : `${other}${path.sep}`);
}

function refusal(code: string, message: string): HooksError {
  return new HooksError({
    code,
    kind: 'conflict',
    message,
    hint: 'Name a new folder outside of it: --into ../rebuilt',
  });
}
