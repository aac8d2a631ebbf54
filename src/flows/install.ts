import * as path from 'node:path';
import { type LoadResult, loadConfig } from '../config/load.ts';
import { resolveConfig } from '../config/resolve.ts';
import { grantTrust } from '../config/trust.ts';
import { HooksError, messageOf } from '../errors.ts';
import { applyActions, ChangedMeanwhile, sweepTemporaries } from '../install/apply.ts';
import { claimsOf, sharingManifests } from '../install/claims.ts';
import type { Scope } from '../install/hook-catalog.ts';
import {
  type Manifest,
  manifestId,
  readManifests,
  removeManifest,
  writeManifest,
} from '../install/manifest.ts';
import { changesSomething, type PlannedAction } from '../install/plan.ts';
import { type InstallInput, type PlannedInstall, planInstall } from '../install/plan-install.ts';
import { installIdentity } from '../install/scopes.ts';
import type { Clock } from '../platform/clock.ts';
import { acquireLock } from '../store/lock.ts';
import type { StatePaths, UserPaths } from '../store/paths.ts';
import { openSpool } from '../store/spool.ts';
import { VERSION } from '../version.ts';
import { commandRules, guardsEdits } from './command-rules.ts';
import { beginInstall, dropInstall, noteInstall, type OpenInstall } from './install-operation.ts';
import { recoverInstallsLocked } from './recover-install.ts';

export interface InstallRequest extends Omit<InstallInput, 'gitHooks' | 'calls'> {
  /** Undefined: as in an earlier install of this scope, else `auto`. */
  gitHooks: InstallInput['gitHooks'] | undefined;
  state: StatePaths;
  dryRun: boolean;
  now: Clock;
  /** Asked before anything is changed, where something would be. Without it the answer is yes. */
  confirm?: (preview: InstallResult) => Promise<boolean>;
}

export interface InstallResult {
  /** Identity of this install: of its manifest. */
  id: string;
  scope: Scope;
  dir: string;
  /** What would change or was changed, file by file. */
  actions: PlannedAction[];
  /** Whether the actions were carried out (nothing to change counts). */
  applied: boolean;
  /** How the git hooks are joined. */
  manager: string;
  warnings: string[];
  notes: string[];
  /** Commands of the repository's configuration that may run on this machine from now on. */
  allowed: string[];
}

const ATTEMPTS = 3;
const LOCK_WAIT_MS = 15_000;

/**
 * Installs, or with `dryRun` says what installing would change. All planned files change or none; run again it
 * changes nothing; run with a newer version it replaces its own entries only.
 * @throws HooksError (conflict) for files that are in the way or keep changing, with nothing changed.
 */
export async function install(request: InstallRequest): Promise<InstallResult> {
  const id = manifestId(installIdentity(request.scope, request.dir, request.repository), request.scope);
  const input = inputOf(request, id);
  const preview = resultOf(id, request, await planInstall(input), false);
  if (request.dryRun) return preview;
  const isAgreed = preview.actions.length === 0 || (await request.confirm?.(preview)) !== false;
  if (!isAgreed) return preview;
  return withInstallLock(request.user, async () => {
    const mended = recoverInstallsLocked(request);
    const { plan, open, warning } = await planAndApply(id, input, request.now);
    const warnings = [...(warning === undefined ? [] : [warning]), ...(await prepareState(request))];
    if (open !== undefined) warnings.push(...noteInstall(request, open));
    const result = resultOf(id, request, plan, true);
    return { ...result, warnings: [...result.warnings, ...mended, ...warnings] };
  });
}

function inputOf(request: InstallRequest, id: string): InstallInput & { state: StatePaths } {
  const { scope, dir, platform } = request;
  const earlier = readManifests(request.user).find((manifest) => manifest.id === id)?.gitHooks;
  const config = loadConfig({ ...configRequest(request), cwd: dir }).forScope(scope);
  return {
    ...request,
    calls: { rules: commandRules(config, scope, platform), edits: guardsEdits(config) },
    gitHooks: request.gitHooks ?? (earlier as InstallInput['gitHooks'] | undefined) ?? 'auto',
  };
}

async function planAndApply(
  id: string,
  input: InstallInput & { state: StatePaths },
  now: Clock,
): Promise<{ plan: PlannedInstall; open?: OpenInstall; warning?: string }> {
  for (let attempt = 1; ; attempt += 1) {
    const plan = await planInstall(input);
    const all = readManifests(input.user);
    const own = all.find((manifest) => manifest.id === id);
    const others = all.filter((manifest) => manifest.id !== id);
    const manifest = manifestOf(id, input, plan, own, others, now());
    const shared = sharingManifests(manifest.files, others);
    let begun: ReturnType<typeof beginInstall> = {};
    try {
      begun = beginInstall(input, { actions: plan.actions, own: manifest, shared, at: now() });
      // Written first: were we killed in the middle, uninstall would still know what each file had been.
      if (!isSameManifest(own, manifest)) writeManifest(input.user, manifest);
      for (const other of shared) writeManifest(input.user, other);
      sweepTemporaries(manifest.files.map(({ file }) => file));
      applyActions(plan.actions, input.user);
      return { plan, ...begun };
    } catch (error) {
      restoreManifests(input.user, own, manifest, shared, others);
      dropInstall(input, begun.open);
      if (!(error instanceof ChangedMeanwhile)) throw error;
      if (attempt === ATTEMPTS) throw keepsChanging(error);
    }
  }
}

function manifestOf(
  id: string,
  input: InstallInput,
  plan: PlannedInstall,
  own: Manifest | undefined,
  others: readonly Manifest[],
  now: number,
): Manifest {
  return {
    version: 1,
    id,
    packageVersion: VERSION,
    installedAt: own?.installedAt ?? now,
    scope: input.scope,
    dir: input.dir,
    root: input.repository.root,
    commonDir: input.repository.commonDir,
    runtime: plan.runtime.directory,
    node: input.node,
    gitHooks: input.gitHooks,
    files: claimsOf(plan.actions, own, others),
  };
}

function isSameManifest(a: Manifest | undefined, b: Manifest): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function restoreManifests(
  user: UserPaths,
  own: Manifest | undefined,
  written: Manifest,
  shared: readonly Manifest[],
  before: readonly Manifest[],
): void {
  if (own === undefined) removeManifest(user, written.id);
  else writeManifest(user, own);
  for (const manifest of before) {
    if (shared.some((other) => other.id === manifest.id)) writeManifest(user, manifest);
  }
}

export function keepsChanging(error: ChangedMeanwhile): HooksError {
  return new HooksError({
    code: 'file-keeps-changing',
    kind: 'conflict',
    message: `${error.message}, ${ATTEMPTS} times in a row. Nothing was changed.`,
    hint: 'Close the program that writes it (a running Claude Code session may), then run the same command again.',
    file: error.file,
  });
}

/** Runs `work` while no other install or uninstall of this person runs. */
export async function withInstallLock<T>(user: UserPaths, work: () => Promise<T>): Promise<T> {
  const lock = acquireLock(path.join(user.data, 'locks'), 'install', LOCK_WAIT_MS);
  if (lock === undefined) {
    throw new HooksError({
      code: 'install-busy',
      kind: 'conflict',
      message: 'Another install or uninstall of claude-hooks is at work.',
      hint: 'Run the same command again when it is done.',
    });
  }
  try {
    return await work();
  } finally {
    try {
      lock.release();
    } catch {
      // On a full disk it cannot be given back; it counts as free once this process is gone.
    }
  }
}

function resultOf(
  id: string,
  request: InstallRequest,
  plan: PlannedInstall,
  applied: boolean,
): InstallResult {
  return {
    id,
    scope: request.scope,
    dir: request.dir,
    actions: plan.actions.filter(changesSomething),
    applied,
    manager: plan.manager,
    warnings: plan.warnings,
    notes: plan.notes,
    allowed: readConfig(request).trust.commands.map(({ key, text }) => `${key}: ${text}`),
  };
}

function readConfig(request: InstallRequest): LoadResult {
  return loadConfig(configRequest(request));
}

function configRequest(request: InstallRequest): Parameters<typeof resolveConfig>[0] {
  const { repository, cwd, state, user, env, source } = request;
  return { repository, cwd, state, user, env, presetsDirectory: path.join(source, 'presets') };
}

/**
 * Makes the state directory, and records that running install here is consent to what the configuration would
 * run. The hooks are in place by then, and work without either: what fails is said, not thrown.
 */
async function prepareState(request: InstallRequest): Promise<string[]> {
  const { repository, user } = request;
  try {
    openSpool(request.state);
    const resolved = await resolveConfig(configRequest(request));
    if (resolved.commandsTrusted) return [];
    grantTrust({ repository, user, resolved });
    await resolveConfig(configRequest(request));
    return [];
  } catch (error) {
    const hint = error instanceof HooksError ? error.hint : 'When that is mended, run: claude-hooks trust';
    return [
      `${messageOf(error)} Until that is mended, no command of the configuration runs. ${hint ?? ''}`.trim(),
    ];
  }
}
