import type { Repository, UserPaths } from '../../store/paths.ts';
import type { Scope } from '../hook-catalog.ts';
import type { RuntimeLocation } from '../plan.ts';
import { chooseManager, type GitHooksMode, nothing } from './choose.ts';
import type { HooksContext, HooksPlan } from './context.ts';
import { readHooksPath, shimDirectory } from './hooks-path.ts';
import { sharedFileNotes } from './shared-files.ts';

export type { HooksPlan } from './context.ts';
export { gitHookFilesInUse } from './in-use.ts';
export { revertGitHookFile } from './revert.ts';

export interface GitHooksInput {
  repository: Repository;
  /** The directory install was run for. */
  dir: string;
  scope: Scope;
  mode: GitHooksMode;
  runtime: RuntimeLocation;
  user: UserPaths;
  env: NodeJS.ProcessEnv;
}

/**
 * Plans how claude-hooks joins the git hooks of a repository; it reads and never writes. Every hook that runs
 * before the plan is applied runs after it, once, and so does each of ours. Planned again, the same files come
 * out with `before` equal to `after`.
 * @throws HooksError (conflict) where joining would take a hook away or rewrite a file.
 */
export async function planGitHooks(input: GitHooksInput): Promise<HooksPlan> {
  const { repository, mode } = input;
  if (mode === 'none') return nothing('none', []);
  if (repository.commonDir === undefined || repository.gitDir === undefined) {
    return nothing('none', ['This folder is in no git repository, so there are no git hooks.']);
  }
  const shim = shimDirectory(repository.commonDir);
  const current = await readHooksPath(repository.root, repository.commonDir, input.env);
  const isShimmed = current.scope === 'local' && current.directory === shim;
  const hooksPath = isShimmed
    ? await readHooksPath(repository.root, repository.commonDir, input.env, shim)
    : current;
  const context: HooksContext = {
    root: repository.root,
    gitDir: repository.gitDir,
    commonDir: repository.commonDir,
    dir: input.dir,
    scope: input.scope,
    runtime: input.runtime,
    hooksPath,
  };
  const plan = await chooseManager(context, mode, isShimmed);
  return { ...plan, notes: [...plan.notes, ...(await sharedFileNotes(context, plan.actions))] };
}
