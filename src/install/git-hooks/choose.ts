import * as path from 'node:path';
import { HooksError } from '../../errors.ts';
import { lstatIfExists, statIfExists } from '../../platform/fs.ts';
import { GIT_HOOK_CATALOG } from '../hook-catalog.ts';
import type { HooksContext, HooksPlan } from './context.ts';
import { hasLinkedHook, hookFileFor, planDirectory } from './directory.ts';
import { hasForeignHooks } from './foreign.ts';
import {
  declaresHusky,
  huskyFolder,
  huskyHome,
  isHuskyOurs,
  isHuskyPath,
  planHuskyHooks,
  planNewHusky,
} from './husky.ts';
import { findLefthookConfig, isLefthookScript, planLefthook } from './lefthook.ts';
import { planShims } from './shim.ts';
import { findSimpleGitHooks, planSimpleGitHooks } from './simple-git-hooks.ts';

/** How git hooks are to be joined: as what is there calls for, through husky, as plain scripts, not at all. */
export type GitHooksMode = 'auto' | 'husky' | 'plain' | 'none';

/** Finds out who runs the git hooks here and joins it. See `planGitHooks`. */
export async function chooseManager(
  context: HooksContext,
  mode: GitHooksMode,
  isShimmed: boolean,
): Promise<HooksPlan> {
  const { hooksPath } = context;
  const directory = hooksPath.directory;
  if (hooksPath.scope === 'worktree') {
    return nothing('core.hooksPath of this working tree', [
      `core.hooksPath is set for this working tree alone (${hooksPath.value}, in config.worktree): git hooks were left as they are. Remove it with "git config --worktree --unset core.hooksPath" and run install again to have them.`,
    ]);
  }
  if (
    hooksPath.scope !== 'none' &&
    lstatIfExists(directory) !== undefined &&
    statIfExists(directory)?.isDirectory() !== true
  ) {
    return nothing('hooks are off', [
      `core.hooksPath (${hooksPath.scope}) is ${hooksPath.value}, which is no directory: git hooks are switched off here and stay off.`,
    ]);
  }
  if (hooksPath.scope === 'global' || hooksPath.scope === 'system') {
    if (mode === 'husky')
      throw huskyConflict(
        `core.hooksPath is set for ${hooksPath.scope === 'global' ? 'this person' : 'this machine'} (${hooksPath.value})`,
      );
    return planShims(context, hooksPath.value, `${hooksPath.scope} core.hooksPath`, [
      `core.hooksPath is set in the ${hooksPath.scope} configuration (${hooksPath.value}). That directory is left alone: this repository now has its own core.hooksPath, whose scripts run the hooks there as before.`,
    ]);
  }
  if (isHuskyPath(hooksPath.value)) return joinHusky(context, mode);
  const config = findLefthookConfig(context.root);
  const simple = findSimpleGitHooks(context.root);
  if (mode !== 'plain') {
    const other = config !== undefined ? 'lefthook' : simple !== undefined ? 'simple-git-hooks' : undefined;
    if (mode === 'husky' && other !== undefined) throw huskyConflict(`${other} manages the git hooks`);
    if (config !== undefined) return planLefthook(context, config);
    if (simple !== undefined) return planSimpleGitHooks(context, simple);
    if (hooksPath.scope === 'none' && declaresHusky(context.root)) return waitForHusky(context);
  }
  if (isShimmed || hasLinkedHook(directory)) return joinLinked(context, mode, isShimmed);
  const foreign = hasForeignHooks(directory);
  const home = huskyHome(context);
  const wantsHusky =
    mode === 'husky' ||
    (mode === 'auto' &&
      context.scope === 'project' &&
      hooksPath.scope === 'none' &&
      !foreign &&
      !hasPreCommitConfig(context.root));
  if (mode === 'husky' && (foreign || hooksPath.scope !== 'none'))
    throw huskyConflict(`there are hooks in ${directory}, which git would not run any more`);
  if (wantsHusky && home !== undefined) return planNewHusky(context, home);
  if (mode === 'husky') {
    throw new HooksError({
      code: 'husky-needs-package',
      kind: 'conflict',
      message: `husky needs a package.json, and there is none in ${context.root}.`,
      hint: 'Create one (npm init -y), or install with --git-hooks plain.',
    });
  }
  return joinDirectory(context, foreign);
}

function joinHusky(context: HooksContext, mode: GitHooksMode): HooksPlan {
  if (mode === 'plain') {
    throw new HooksError({
      code: 'husky-in-place',
      kind: 'conflict',
      message: `husky decides where git looks for hooks here (core.hooksPath is ${context.hooksPath.value}), so plain hook files would not run.`,
      hint: 'Install with --git-hooks auto to join husky, or take husky out first.',
    });
  }
  const folder = huskyFolder(context.hooksPath.directory);
  if (isHuskyOurs(path.join(folder, '_')))
    return { ...planNewHusky(context, path.dirname(folder)), manager: 'husky' };
  return {
    actions: planHuskyHooks(context, folder),
    manager: 'husky',
    notes: [],
    personalFiles: personalHusky(context, folder),
  };
}

function waitForHusky(context: HooksContext): HooksPlan {
  const folder = path.join(context.root, '.husky');
  return {
    actions: planHuskyHooks(context, folder),
    manager: 'husky',
    notes: [
      'husky is declared in package.json but not active in this clone, so no git hook runs: run "npx husky" (npm install does it too).',
    ],
    personalFiles: personalHusky(context, folder),
  };
}

/** In local and user scope new files in the project's own folder are this person's. */
function personalHusky(context: HooksContext, folder: string): string[] {
  if (context.scope === 'project') return [];
  return GIT_HOOK_CATALOG.map((hook) => path.join(folder, hook))
    .filter((file) => lstatIfExists(file) === undefined)
    .map((file) => path.relative(context.root, file));
}

/** A hook that is a link leads to a file that is not ours to change: our scripts go in front of its directory. */
function joinLinked(context: HooksContext, mode: GitHooksMode, isShimmed: boolean): HooksPlan {
  if (mode === 'husky') throw huskyConflict('hooks are in place, which git would not run any more');
  const { scope, value, directory } = context.hooksPath;
  const previous = scope === 'none' ? directory : value;
  const note = `A git hook in ${directory} is a symbolic link. It is left alone: this repository now has its own core.hooksPath, whose scripts run the hooks there as before.`;
  return planShims(context, previous, 'linked hooks', isShimmed ? [] : [note]);
}

function joinDirectory(context: HooksContext, foreign: boolean): HooksPlan {
  const { directory, scope } = context.hooksPath;
  const isFramework =
    GIT_HOOK_CATALOG.some((hook) => hookFileFor(directory, hook).legacy) || hasPreCommitConfig(context.root);
  const actions = planDirectory(context, directory);
  const notes: string[] = [];
  const inTree =
    scope === 'local' &&
    !path.relative(context.root, directory).startsWith('..') &&
    context.scope !== 'project';
  if (inTree && !directory.startsWith(context.commonDir)) {
    notes.push(
      `core.hooksPath leads into the working tree (${context.hooksPath.value}): the lines added there show up in git status; they name no path of this machine.`,
    );
  }
  if (GIT_HOOK_CATALOG.some((hook) => isLefthookScript(path.join(directory, hook)))) {
    notes.push(
      'lefthook writes its scripts anew whenever its configuration changes: run install again after that, or install with --git-hooks auto to join its configuration.',
    );
  }
  const manager = isFramework
    ? 'pre-commit'
    : scope === 'local'
      ? 'core.hooksPath'
      : foreign
        ? 'plain hooks'
        : 'plain scripts';
  return { actions, manager, notes, personalFiles: [] };
}

function hasPreCommitConfig(root: string): boolean {
  return ['.pre-commit-config.yaml', '.pre-commit-config.yml'].some(
    (name) => lstatIfExists(path.join(root, name)) !== undefined,
  );
}

function huskyConflict(reason: string): HooksError {
  return new HooksError({
    code: 'husky-would-replace-hooks',
    kind: 'conflict',
    message: `husky would take the git hooks over, but ${reason}.`,
    hint: 'Install with --git-hooks auto: claude-hooks then joins what is there.',
  });
}

/** A plan that changes nothing, and why. */
export function nothing(manager: string, notes: string[]): HooksPlan {
  return { actions: [], manager, notes, personalFiles: [] };
}
