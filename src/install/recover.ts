import * as path from 'node:path';
import { messageOf } from '../errors.ts';
import { exists, listDirectory, readBytesIfExists, readTextIfExists, realPath } from '../platform/fs.ts';
import type { Repository, UserPaths } from '../store/paths.ts';
import { VERSION } from '../version.ts';
import { enabledFile, isEnabledForUser, planEnable } from './enabled.ts';
import { planExclude } from './exclude.ts';
import { planGitHooks } from './git-hooks/index.ts';
import type { Scope } from './hook-catalog.ts';
import { contentHash, type FileClaim, type Manifest, manifestId } from './manifest.ts';
import type { PlannedAction } from './plan.ts';
import { currentRuntime } from './runtime-copy.ts';
import { installIdentity, settingsFile } from './scopes.ts';
import { hasOwnEntries } from './settings-plan.ts';

export interface RecoverInput {
  scope: Scope;
  dir: string;
  repository: Repository;
  node: string;
  user: UserPaths;
  env: NodeJS.ProcessEnv;
}

/**
 * A manifest for an install whose own is lost, or that came with a clone: worked out from the files as they
 * are. What they held before is not known, so uninstall takes out exactly what is recognisably ours.
 * Undefined where this scope is not installed here.
 */
export async function recoverManifest(
  input: RecoverInput,
): Promise<{ manifest: Manifest; warnings: string[] } | undefined> {
  const { scope, dir, repository, user, env, node } = input;
  const settings = realPath(settingsFile(scope, dir, user, env));
  const installed = scope === 'user' ? isEnabledForUser(repository, user) : hasOwnEntries(settings);
  if (!installed) return undefined;
  const warnings: string[] = [];
  const runtime = { directory: currentRuntime(user), inProject: undefined, node };
  const actions: (PlannedAction | undefined)[] = [];
  try {
    const hooks = await planGitHooks({ repository, dir, scope, mode: 'auto', runtime, user, env });
    actions.push(...hooks.actions);
  } catch (error) {
    warnings.push(`Git hooks were not looked at: ${messageOf(error)}`);
  }
  actions.push(planExclude({ repository, dir, scope, personalFiles: [] }));
  if (scope === 'user') actions.push(planEnable(repository, user));
  const files = actions.flatMap((action) => (action === undefined ? [] : recoverClaim(action)));
  const settingsClaim = claim(`settings:${scope}`, settings, 'settings', []);
  const shared = scope === 'user' && othersEnabled(repository, user);
  return {
    manifest: {
      version: 1,
      id: manifestId(installIdentity(scope, dir, repository), scope),
      packageVersion: VERSION,
      installedAt: 0,
      scope,
      dir,
      root: repository.root,
      commonDir: repository.commonDir,
      runtime: runtime.directory,
      node,
      gitHooks: 'auto',
      files: shared ? files : [settingsClaim, ...files],
    },
    warnings,
  };
}

function claim(id: string, file: string, surgical: FileClaim['surgical'], written: string[]): FileClaim {
  return { id, file, surgical, original: { kind: 'unknown' }, written, directories: [] };
}

/** A planned file that is there and may hold something of ours. */
function recoverClaim(action: PlannedAction): FileClaim[] {
  const bytes = readBytesIfExists(action.file);
  if (bytes === undefined) return [];
  const ours = action.surgical !== 'own-file' || bytes.includes('claude-hooks') || action.id === 'enable';
  return ours ? [claim(action.id, action.file, action.surgical, [contentHash(bytes)])] : [];
}

/** Whether the person's settings serve other repositories that are still there. */
function othersEnabled(repository: Repository, user: UserPaths): boolean {
  const own = path.basename(enabledFile(repository, user));
  const directory = path.join(user.data, 'enabled');
  return listDirectory(directory).some((name) => {
    const place = name === own ? undefined : readTextIfExists(path.join(directory, name))?.trim();
    return place !== undefined && place !== '' && exists(place);
  });
}
