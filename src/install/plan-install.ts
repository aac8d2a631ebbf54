import type { Repository, UserPaths } from '../store/paths.ts';
import type { WantedCalls } from './commands-text.ts';
import { planEnable } from './enabled.ts';
import { planExclude } from './exclude.ts';
import { locateRuntime } from './find-package.ts';
import { type GitHooksInput, type HooksPlan, planGitHooks } from './git-hooks/index.ts';
import type { Scope } from './hook-catalog.ts';
import type { InstallPlan, PlannedAction, RuntimeLocation } from './plan.ts';
import { planPreset } from './preset-file.ts';
import { planNode, planRuntime } from './runtime-copy.ts';
import { scopeWarnings } from './scopes.ts';
import { planSettings } from './settings-plan.ts';

export interface InstallInput {
  repository: Repository;
  /** The folder whose settings are edited: sessions started there see the hooks. */
  dir: string;
  /** Where the person is. */
  cwd: string;
  scope: Scope;
  /** Tool calls that are looked at before they are made. */
  calls: WantedCalls;
  gitHooks: GitHooksInput['mode'];
  preset: string | undefined;
  /** The running package's `dist`. */
  source: string;
  /** Absolute path of the running node. */
  node: string;
  user: UserPaths;
  env: NodeJS.ProcessEnv;
  platform: NodeJS.Platform;
}

export interface PlannedInstall extends InstallPlan {
  runtime: RuntimeLocation;
  /** How the git hooks are joined. */
  manager: string;
  /** Sentences about what was done or left, for the person. */
  notes: string[];
}

/**
 * Everything an install would change, in the order in which it is applied: the code first, the settings that
 * call it last. Reads only.
 * @throws HooksError (conflict) where a file is in the way; nothing is then changed at all.
 */
export async function planInstall(input: InstallInput): Promise<PlannedInstall> {
  const { repository, dir, scope, user, env } = input;
  const { runtime, copy } = locateRuntime({ ...input, root: repository.root });
  const settings = planSettings({ ...input, runtime });
  const hooks: HooksPlan = await planGitHooks({
    repository,
    dir,
    scope,
    mode: input.gitHooks,
    runtime,
    user,
    env,
  });
  const preset =
    input.preset === undefined
      ? {}
      : planPreset({ preset: input.preset, scope, root: repository.root, dir, runtime });
  const actions: (PlannedAction | undefined)[] = [
    copy ? planRuntime(input.source, user) : undefined,
    planNode(input.node, user),
    planExclude({ repository, dir, scope, personalFiles: hooks.personalFiles }),
    preset.action,
    ...hooks.actions,
    scope === 'user' ? planEnable(repository, user) : undefined,
    settings.action,
  ];
  return {
    actions: actions.filter((action) => action !== undefined),
    warnings: [...settings.warnings, ...scopeWarnings(input)],
    notes: [...hooks.notes, ...(preset.note === undefined ? [] : [preset.note])],
    manager: hooks.manager,
    runtime,
  };
}
