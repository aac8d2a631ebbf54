import * as path from 'node:path';
import { exists, readBytesIfExists } from '../platform/fs.ts';
import type { UserPaths } from '../store/paths.ts';
import { isClaimedBy, isUntouched, originalBytes } from './claims.ts';
import { gitHookFilesInUse } from './git-hooks/index.ts';
import { contentHash, type FileClaim, installsDirectory, type Manifest } from './manifest.ts';
import { changesSomething, type PlannedAction } from './plan.ts';
import { isLeftEmpty, revertBytes } from './revert.ts';
import { nodeFile, runtimeDirectory } from './runtime-copy.ts';
import { editableTarget } from './scopes.ts';

export interface UninstallPlan {
  actions: PlannedAction[];
  /** Directories install had made: removed where they are empty by then. */
  directories: string[];
  /** Directories that go with everything in them: the runtime copies after the last uninstall. */
  trees: string[];
  warnings: string[];
  notes: string[];
}

/**
 * What taking these installs out changes: a file that nobody changed since gets back the bytes it had before
 * the first install (or goes), any other loses exactly what is ours. Files another install still needs stay.
 * Reads only. @throws HooksError (conflict) for a file that cannot be edited; nothing is then changed at all.
 */
export function planUninstall(
  selected: readonly Manifest[],
  remaining: readonly Manifest[],
  user: UserPaths,
): UninstallPlan {
  const plan: UninstallPlan = { actions: [], directories: [], trees: [], warnings: [], notes: [] };
  const claims = selected.flatMap((manifest) => manifest.files);
  const inUse = gitHookFilesInUse(claims);
  if (inUse.note !== undefined) plan.notes.push(inUse.note);
  const free = claims.filter(({ id }) => !inUse.ids.includes(id));
  for (const file of new Set(free.map((claim) => claim.file))) {
    const mine = claims.filter((claim) => claim.file === file);
    if (isClaimedBy(file, remaining)) {
      plan.notes.push(`${file} stays as it is: another install of claude-hooks still uses it.`);
      continue;
    }
    plan.directories.push(...mine.flatMap((claim) => claim.directories));
    const action = planFile(file, mine, plan.warnings);
    if (action !== undefined && changesSomething(action)) plan.actions.push(action);
  }
  // Settings first: from then on nothing calls the code that goes after them.
  plan.actions.sort((a, b) => Number(b.surgical === 'settings') - Number(a.surgical === 'settings'));
  if (remaining.length === 0)
    plan.trees = [
      runtimeDirectory(user),
      installsDirectory(user),
      path.join(user.data, 'enabled'),
      nodeFile(user),
    ].filter(exists);
  return plan;
}

function planFile(file: string, claims: readonly FileClaim[], warnings: string[]): PlannedAction | undefined {
  const [first] = claims;
  const before = readBytesIfExists(file);
  if (first === undefined) return undefined;
  const untouched = claims.find((claim) => isUntouched(claim, before));
  const action = (after: Buffer | undefined, summary: string, mode?: number): PlannedAction => ({
    id: first.id,
    kind:
      after === undefined ? 'delete' : first.surgical.startsWith('git-hooks:config') ? 'git-config' : 'write',
    file: after === undefined || first.surgical !== 'settings' ? file : editableTarget(file),
    summary,
    before,
    after: after !== undefined && before?.equals(after) === true ? before : after,
    mode,
    surgical: first.surgical,
  });
  if (untouched !== undefined) {
    const { original } = untouched;
    const after = originalBytes(original);
    const mode = original.kind === 'bytes' ? original.mode : undefined;
    return action(
      after,
      after === undefined ? 'install had created it' : 'it gets the bytes of before back',
      mode,
    );
  }
  if (before === undefined) return undefined;
  if (first.surgical === 'own-file') return planOwnFile(file, claims, before, action, warnings);
  const isKnown = claims.every((claim) => claim.containers !== undefined);
  const containers = isKnown ? claims.flatMap((claim) => claim.containers ?? []) : undefined;
  const rest = revertBytes(first.surgical, file, before, containers);
  const created = claims.some((claim) => claim.original.kind === 'absent');
  const gone = rest === undefined || (created && isLeftEmpty(first.surgical, file, rest));
  return action(gone ? undefined : rest, 'it was changed since: only what is ours is taken out');
}

function planOwnFile(
  file: string,
  claims: readonly FileClaim[],
  before: Buffer,
  action: (after: Buffer | undefined, summary: string) => PlannedAction,
  warnings: string[],
): PlannedAction | undefined {
  if (claims.some((claim) => claim.written.includes(contentHash(before))))
    return action(undefined, 'install had created it');
  warnings.push(
    `${file} was changed since claude-hooks created it, so it stays; remove it by hand if you do not need it.`,
  );
  return undefined;
}
