import { createHash } from 'node:crypto';
import * as path from 'node:path';
import {
  ensureDirectory,
  exists,
  listDirectory,
  readTextIfExists,
  realPath,
  removeFile,
  writeFileAtomic,
} from '../platform/fs.ts';
import type { Repository, UserPaths } from '../store/paths.ts';
import type { Scope } from './hook-catalog.ts';
import type { Surgical } from './plan.ts';

/** What a file was before the first install that is still in force. */
export type Original =
  | { kind: 'bytes'; base64: string; mode: number }
  | { kind: 'absent' }
  /** Others changed the file in between, or it held entries of ours that no manifest knew: only surgery is left. */
  | { kind: 'unknown' };

/** One file that holds something of an install. */
export interface FileClaim {
  id: string;
  file: string;
  surgical: Surgical;
  original: Original;
  /** SHA-256 of every content we gave the file, or `absent`; the newest last. */
  written: string[];
  /** Directories that were made for it, outermost first. */
  directories: string[];
  containers?: string[];
}

/** What one install did, kept outside of every repository. */
export interface Manifest {
  version: 1;
  id: string;
  /** The version of claude-hooks that ran install last. */
  packageVersion: string;
  /** Milliseconds since 1970: of the first install. */
  installedAt: number;
  scope: Scope;
  /** The directory the settings belong to. */
  dir: string;
  /** Top of the working tree. */
  root: string;
  commonDir?: string;
  /** The runtime directory that the entries name. */
  runtime: string;
  node: string;
  /** How the git hooks were joined: the planner's word for it. */
  gitHooks: string;
  files: FileClaim[];
}

export const ABSENT = 'absent';

export function contentHash(bytes: Buffer | undefined): string {
  return bytes === undefined ? ABSENT : createHash('sha256').update(bytes).digest('hex');
}

/** @param identity see `installIdentity`. */
export function manifestId(identity: string, scope: Scope): string {
  return createHash('sha256').update(`${identity}\0${scope}`).digest('hex');
}

export function installsDirectory(user: UserPaths): string {
  return path.join(user.data, 'installs');
}

/** Every readable manifest. A damaged one counts as lost: uninstall then works on the files themselves. */
export function readManifests(user: UserPaths): Manifest[] {
  const directory = installsDirectory(user);
  return listDirectory(directory)
    .filter((name) => /^[0-9a-f]{64}\.json$/.test(name))
    .map((name) => parseManifest(readTextIfExists(path.join(directory, name)), name.slice(0, 64)))
    .filter((manifest) => manifest !== undefined);
}

function parseManifest(text: string | undefined, id: string): Manifest | undefined {
  try {
    const value = JSON.parse(text ?? '') as Partial<Manifest> | null;
    const whole =
      value?.version === 1 &&
      value.id === id &&
      Array.isArray(value.files) &&
      value.files.every(isClaim) &&
      [value.scope, value.dir, value.root, value.runtime, value.node].every(
        (part) => typeof part === 'string',
      );
    return whole ? (value as Manifest) : undefined;
  } catch {
    return undefined;
  }
}

function isClaim(value: Partial<FileClaim> | null): boolean {
  return (
    typeof value?.file === 'string' &&
    typeof value.surgical === 'string' &&
    typeof value.original?.kind === 'string' &&
    Array.isArray(value.written) &&
    Array.isArray(value.directories)
  );
}

export function manifestFile(user: UserPaths, id: string): string {
  return path.join(installsDirectory(user), `${id}.json`);
}

export function manifestBytes(manifest: Manifest): Buffer {
  return Buffer.from(`${JSON.stringify(manifest, null, 1)}\n`, 'utf8');
}

/** Readable for its owner only: it holds the bytes of settings files, which may hold secrets. */
export function writeManifest(user: UserPaths, manifest: Manifest): void {
  ensureDirectory(installsDirectory(user));
  writeFileAtomic(manifestFile(user, manifest.id), manifestBytes(manifest), { mode: 0o600 });
}

export function removeManifest(user: UserPaths, id: string): void {
  removeFile(manifestFile(user, id));
}

/** Whether it was made for this repository, in whichever working tree of it. */
export function isOfRepository(manifest: Manifest, repository: Repository): boolean {
  return realPath(manifest.commonDir ?? manifest.root) === realPath(repository.commonDir ?? repository.root);
}

/** Whether what it installed for is still there. One of a deleted repository keeps nothing in place. */
export function isLiving(manifest: Manifest): boolean {
  return exists(manifest.dir) || (manifest.commonDir !== undefined && exists(manifest.commonDir));
}
