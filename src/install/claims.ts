import { readBytesIfExists, statIfExists } from '../platform/fs.ts';
import { contentHash, type FileClaim, isLiving, type Manifest, type Original } from './manifest.ts';
import type { PlannedAction } from './plan.ts';
import { revertBytes } from './revert.ts';
import { missingDirectories } from './scopes.ts';

const MAX_WRITTEN = 16;

/**
 * What the manifest has to remember of each planned file, worked out before anything is written: the bytes of
 * before the first install, also through upgrades and where another scope or repository shares the file.
 */
export function claimsOf(
  actions: readonly PlannedAction[],
  own: Manifest | undefined,
  others: readonly Manifest[],
): FileClaim[] {
  const planned = actions.filter((action) => action.kind !== 'copy' && action.unclaimed !== true);
  const fresh = planned.map((action) => claimOf(action, earlierClaims(action.file, own, others)));
  const kept = (own?.files ?? []).filter((claim) => !planned.some((action) => action.file === claim.file));
  return [...fresh, ...kept];
}

function earlierClaims(file: string, own: Manifest | undefined, others: readonly Manifest[]): FileClaim[] {
  return [...(own === undefined ? [] : [own]), ...others]
    .flatMap((manifest) => manifest.files)
    .filter((claim) => claim.file === file);
}

function claimOf(action: PlannedAction, earlier: readonly FileClaim[]): FileClaim {
  const valid = earlier.find((claim) => isUntouched(claim, action.before));
  const original = valid?.original ?? firstOriginal(action, earlier.length > 0);
  const written = [...(valid?.written ?? []), contentHash(action.after)];
  const directories = [...earlier.flatMap((claim) => claim.directories), ...missingDirectories(action.file)];
  return {
    id: action.id,
    file: action.file,
    surgical: action.surgical,
    original,
    written: [...new Set(written)].slice(-MAX_WRITTEN),
    directories: [...new Set(directories)],
    containers: containersOf(action, earlier, original),
  };
}

/** Undefined where it is not known which of them were there before us. */
function containersOf(
  action: PlannedAction,
  earlier: readonly FileClaim[],
  original: Original,
): string[] | undefined {
  const lost = original.kind === 'unknown' && earlier.length === 0;
  if (action.containers === undefined || lost || earlier.some((claim) => claim.containers === undefined))
    return undefined;
  return [...new Set([...earlier.flatMap((claim) => claim.containers ?? []), ...action.containers])];
}

function firstOriginal(action: PlannedAction, hadClaims: boolean): Original {
  const { before } = action;
  if (hadClaims) return { kind: 'unknown' };
  if (before === undefined) return { kind: 'absent' };
  // Entries of ours that no manifest knows: bringing these bytes back would not be an uninstall.
  const stripped = revertBytes(action.surgical, action.file, before, undefined);
  if (stripped === undefined || !stripped.equals(before)) return { kind: 'unknown' };
  return {
    kind: 'bytes',
    base64: before.toString('base64'),
    mode: (statIfExists(action.file)?.mode ?? 0o644) & 0o7777,
  };
}

/** Whether the file holds what we last wrote, or what it held before us: then nobody else changed it. */
export function isUntouched(claim: FileClaim, bytes: Buffer | undefined): boolean {
  if (claim.original.kind === 'unknown') return false;
  const hash = contentHash(bytes);
  return claim.written.includes(hash) || hash === contentHash(originalBytes(claim.original));
}

export function originalBytes(original: Original): Buffer | undefined {
  return original.kind === 'bytes' ? Buffer.from(original.base64, 'base64') : undefined;
}

/**
 * The other manifests that share a file we are about to write, with the new content noted, so that for them
 * too the file counts as changed by nobody else.
 */
export function sharingManifests(claims: readonly FileClaim[], others: readonly Manifest[]): Manifest[] {
  const shared: Manifest[] = [];
  for (const manifest of others) {
    let changed = false;
    const files = manifest.files.map((claim) => {
      const ours = claims.find((candidate) => candidate.file === claim.file);
      const newest = ours?.written.at(-1);
      const current = readBytesIfExists(claim.file);
      if (newest === undefined || claim.written.includes(newest) || !isUntouched(claim, current))
        return claim;
      changed = true;
      return { ...claim, written: [...claim.written, newest].slice(-MAX_WRITTEN) };
    });
    if (changed) shared.push({ ...manifest, files });
  }
  return shared;
}

/** The claims of installs that stay in force on a file. */
export function isClaimedBy(file: string, manifests: readonly Manifest[]): boolean {
  return manifests.some(
    (manifest) => isLiving(manifest) && manifest.files.some((claim) => claim.file === file),
  );
}
