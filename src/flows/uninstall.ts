import * as path from 'node:path';
import { revokeTrust } from '../config/trust.ts';
import { isGenerated } from '../context/context-file.ts';
import { HooksError } from '../errors.ts';
import { applyActions, ChangedMeanwhile, removeDirectories, sweepTemporaries } from '../install/apply.ts';
import type { Scope } from '../install/hook-catalog.ts';
import {
  isLiving,
  isOfRepository,
  type Manifest,
  manifestId,
  readManifests,
  removeManifest,
} from '../install/manifest.ts';
import type { PlannedAction } from '../install/plan.ts';
import { planUninstall, type UninstallPlan } from '../install/plan-uninstall.ts';
import { isNothing, type PurgePlan, planPurge, purge } from '../install/purge.ts';
import { recoverManifest } from '../install/recover.ts';
import { installIdentity, SCOPES } from '../install/scopes.ts';
import {
  listDirectory,
  lstatIfExists,
  readTextIfExists,
  realPath,
  removeFile,
  removeTree,
} from '../platform/fs.ts';
import { linkOutside } from '../store/documents.ts';
import { documentPaths, type Repository, type StatePaths, type UserPaths } from '../store/paths.ts';
import { refuseParked } from './branching/parked.ts';
import { keepsChanging, withInstallLock } from './install.ts';
import { forgetInstall } from './install-operation.ts';
import { recoverInstallsLocked } from './recover-install.ts';

export interface UninstallRequest {
  repository: Repository;
  /** Undefined: every folder of this working tree where it is installed. */
  dir: string | undefined;
  /** Undefined: every scope installed here. */
  scope: Scope | undefined;
  /** Also the installs of all other repositories of this person. */
  everywhere: boolean;
  /** Also the state, the private references and the documents claude-hooks wrote. */
  purge: boolean;
  dryRun: boolean;
  node: string;
  user: UserPaths;
  state: StatePaths;
  env: NodeJS.ProcessEnv;
  confirm?: (preview: UninstallResult) => Promise<boolean>;
}

export interface UninstallResult {
  id: string;
  /** What was (or would be) taken out: scope and folder of each install. */
  installs: { id: string; scope: Scope; dir: string }[];
  actions: PlannedAction[];
  /** Directories, references and documents that go besides. */
  removed: string[];
  applied: boolean;
  warnings: string[];
  notes: string[];
}

interface Prepared {
  selected: Manifest[];
  remaining: Manifest[];
  plan: UninstallPlan;
  purge: PurgePlan | undefined;
}

const ATTEMPTS = 3;
/** What `store/lock.ts` writes into a lock that was given back. */
const RELEASED = 'released';

/**
 * Takes installs out again. With `purge`, what they left behind is removed also where none is left.
 * Files nobody changed since hold the bytes of before; others lose exactly our part.
 * @throws HooksError: not-installed where there is nothing to take out or to purge; conflict for files in the way, with
 * nothing changed.
 */
export async function uninstall(request: UninstallRequest): Promise<UninstallResult> {
  const preview = resultOf(await prepare(request), false);
  if (request.dryRun) return preview;
  if ((await request.confirm?.(preview)) === false) return preview;
  const done = await withInstallLock(request.user, () => {
    recoverInstallsLocked(request);
    return takeOut(request);
  });
  const isLast = done.remaining.length === 0;
  if (isLast) removeData(request.user, request.purge);
  return resultOf(done, true);
}

async function takeOut(request: UninstallRequest): Promise<Prepared> {
  for (let attempt = 1; ; attempt += 1) {
    const prepared = await prepare(request);
    try {
      sweepTemporaries(prepared.selected.flatMap(({ files }) => files.map(({ file }) => file)));
      applyActions(prepared.plan.actions, request.user);
      await finish(prepared, request);
      return prepared;
    } catch (error) {
      if (!(error instanceof ChangedMeanwhile)) throw error;
      if (attempt === ATTEMPTS) throw keepsChanging(error);
    }
  }
}

async function finish(prepared: Prepared, request: UninstallRequest): Promise<void> {
  const { repository, state, user } = request;
  if (prepared.purge !== undefined) await purge(prepared.purge, repository, state);
  removeDirectories(prepared.plan.directories);
  if (!isStillInstalled(repository, prepared.remaining)) {
    revokeTrust({ repository, user });
    // Without it the doorbell records nothing: hooks of the user scope, which other repositories keep, stay out.
    removeTree(path.join(state.spool, 'tmp'));
  }
  for (const manifest of prepared.selected) forgetInstall(user, manifest);
  // Last: were we killed before this, the next run would still know everything.
  for (const manifest of prepared.selected) removeManifest(user, manifest.id);
  for (const tree of prepared.plan.trees) removeTree(tree);
}

async function prepare(request: UninstallRequest): Promise<Prepared> {
  const { repository, user, state } = request;
  const all = readManifests(user);
  const known = all.filter((manifest) => isSelected(manifest, request));
  const recovered = await recoverLost(request, known);
  const selected = [...known, ...recovered.manifests];
  const remaining = all.filter((manifest) => !selected.includes(manifest) && isLiving(manifest));
  const plan = planUninstall(selected, remaining, user);
  plan.warnings.push(...recovered.warnings);
  const isKept = isStillInstalled(repository, remaining);
  if (request.purge && !isKept) refuseParked(state);
  const purging =
    request.purge && !isKept ? await planPurge(repository, state, generatedContext(repository)) : undefined;
  if (selected.length === 0 && (purging === undefined || isNothing(purging)))
    throw notInstalled(request, all);
  if (request.purge && isKept)
    plan.notes.push(
      `${state.root} stays: claude-hooks is still installed in this repository in another scope or folder.`,
    );
  if (purging !== undefined) plan.notes.push(...contextNotes(repository, purging));
  if (!request.purge)
    plan.notes.push(`${state.root} and the documents in .claude stay; --purge removes them as well.`);
  return {
    selected,
    remaining,
    plan,
    purge: purging,
  };
}

/** The context files, where nobody wrote into them. What a link leads to is not ours to judge. */
function generatedContext({ root }: Repository): string[] {
  const { context, contextLocal } = documentPaths(root);
  return [context, contextLocal].filter((file) => {
    if (linkOutside(root, file) !== undefined || lstatIfExists(file)?.isFile() !== true) return false;
    return isGenerated(readTextIfExists(file) ?? '');
  });
}

function contextNotes({ root }: Repository, purging: PurgePlan): string[] {
  const file = documentPaths(root).context;
  if (lstatIfExists(file) === undefined || purging.documents.includes(file)) return [];
  return [`${file} stays: git tracks it, or it holds what claude-hooks did not write.`];
}

function isSelected(manifest: Manifest, request: UninstallRequest): boolean {
  if (request.scope !== undefined && manifest.scope !== request.scope) return false;
  if (request.everywhere) return true;
  const { repository, dir } = request;
  if (manifest.scope === 'user') return isOfRepository(manifest, repository);
  if (dir !== undefined) return realPath(manifest.dir) === realPath(dir);
  return realPath(manifest.root) === realPath(repository.root);
}

function isStillInstalled(repository: Repository, remaining: readonly Manifest[]): boolean {
  return remaining.some((manifest) => isOfRepository(manifest, repository));
}

async function recoverLost(
  request: UninstallRequest,
  known: readonly Manifest[],
): Promise<{ manifests: Manifest[]; warnings: string[] }> {
  const { repository, user, env, node } = request;
  const dir = request.dir ?? repository.root;
  const manifests: Manifest[] = [];
  const warnings: string[] = [];
  for (const scope of SCOPES) {
    if (request.scope !== undefined && request.scope !== scope) continue;
    const id = manifestId(installIdentity(scope, dir, repository), scope);
    if (known.some((manifest) => manifest.id === id)) continue;
    const found = await recoverManifest({ scope, dir, repository, node, user, env });
    if (found === undefined) continue;
    manifests.push(found.manifest);
    warnings.push(...found.warnings);
  }
  return { manifests, warnings };
}

function notInstalled(request: UninstallRequest, all: readonly Manifest[]): HooksError {
  const scope = request.scope === undefined ? '' : ` in ${request.scope} scope`;
  const place = all.find((manifest) => isOfRepository(manifest, request.repository)) ?? all.find(isLiving);
  return new HooksError({
    code: 'not-installed',
    kind: 'not-installed',
    message: `claude-hooks is not installed${scope} in ${request.dir ?? request.repository.root}.`,
    hint:
      place === undefined
        ? 'There is nothing to take out. To install: claude-hooks install'
        : `It is installed in ${place.dir} (${place.scope} scope); --everywhere takes every install out.`,
  });
}

/**
 * After the last uninstall: what is left in the person's directories.
 * @param all also the consent given to repositories, and the outbox.
 */
export function removeData(user: UserPaths, all: boolean): void {
  const locks = path.join(user.data, 'locks');
  removeFile(path.join(user.data, 'cache.key'));
  if (all) {
    removeTree(user.state);
    for (const name of listDirectory(user.data)) if (name !== 'locks') removeTree(path.join(user.data, name));
  }
  // Only our own lock: one who waits for it has made another by now, and keeps it.
  for (const name of listDirectory(locks)) {
    const file = path.join(locks, name);
    if (name.startsWith('install.') && readTextIfExists(file) === RELEASED) removeFile(file);
  }
  removeDirectories([locks, path.join(user.data, 'trust'), user.data]);
}

function resultOf(prepared: Prepared, applied: boolean): UninstallResult {
  const { selected, plan, purge: purged } = prepared;
  return {
    id: selected[0]?.id ?? '',
    installs: selected.map(({ id, scope, dir }) => ({ id, scope, dir })),
    actions: plan.actions,
    removed: [
      ...plan.trees,
      ...(purged === undefined ? [] : [...purged.trees, ...purged.documents, ...purged.refs]),
    ],
    applied,
    warnings: plan.warnings,
    notes: plan.notes,
  };
}
