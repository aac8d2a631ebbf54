import * as path from 'node:path';
import { trustFile } from '../config/trust-identity.ts';
import { messageOf, systemCode } from '../errors.ts';
import { removeDirectories } from '../install/apply.ts';
import {
  contentHash,
  isLiving,
  isOfRepository,
  type Manifest,
  manifestFile,
  readManifests,
} from '../install/manifest.ts';
import type { PlannedAction } from '../install/plan.ts';
import { currentRuntime, runtimeDirectory } from '../install/runtime-copy.ts';
import { contentOf, itemOf, keepContents, type SwapItem, swapItemsOf } from '../install/swap.ts';
import { exists, linkTarget, readBytesIfExists, removeTree, statIfExists } from '../platform/fs.ts';
import { dropContents } from '../store/operation-files.ts';
import {
  beginOperation,
  completeOperation,
  doneOperations,
  dropOperation,
  markUndone,
  type Operation,
  type StoredOperation,
  updateOperation,
} from '../store/operations.ts';
import { type Repository, type StatePaths, statePaths, stateRoot, type UserPaths } from '../store/paths.ts';
import { isSealed, sealOperation } from '../store/seal.ts';
import { openSpool } from '../store/spool.ts';
import { writeError } from './write-error.ts';

const UNWRITABLE = ['EROFS', 'EACCES', 'EPERM'];

/** What an operation of kind `install` keeps in its `data`. */
export interface InstallData extends Record<string, unknown> {
  /** The manifest of the install. */
  manifest: string;
  scope: string;
  dir: string;
  /** In the order in which they are changed. */
  items: SwapItem[];
  /** SHA-256 of every other manifest when it was done: one that is new or differs was made or changed since. */
  others: Record<string, string>;
}

export interface InstallPlace {
  repository: Repository;
  state: StatePaths;
  user: UserPaths;
}

/** An install, or the undoing of one, that is at work. */
export interface OpenInstall {
  operation: Operation;
  data: InstallData;
  directory: string;
}

/**
 * Announces an install in the journal, with what its files hold now. Call it while holding the install lock.
 * @returns nothing where it changes nothing; a warning where the place for the state cannot be written: installing
 * does not depend on it, and uninstall works without.
 * @throws ChangedMeanwhile, and the system's error where the disk is full.
 */
export function beginInstall(
  place: InstallPlace,
  plan: { actions: readonly PlannedAction[]; own: Manifest; shared: readonly Manifest[]; at: number },
): { open?: OpenInstall; warning?: string } {
  const { own, shared, actions, at } = plan;
  const items = swapItemsOf(actions, { own, shared }, place.user);
  if (items.length === 0) return {};
  const title = `Install of claude-hooks in ${own.dir} (${own.scope} scope)`;
  const all = [...items, trustItem(place)];
  try {
    return { open: openInstall(place, { title, manifest: own, items: all, at }) };
  } catch (error) {
    const code = systemCode(error);
    if (code === undefined) throw error;
    if (!UNWRITABLE.includes(code)) throw writeError(place, error);
    return {
      warning: `${place.state.root} cannot be written (${code}), so claude-hooks undo will not know this install; claude-hooks uninstall does.`,
    };
  }
}

/** Writes the entry, sealed, and the contents it needs. Milliseconds since 1970 in `at`. */
export function openInstall(
  place: InstallPlace,
  input: {
    title: string;
    manifest: { id: string; scope: string; dir: string };
    items: SwapItem[];
    at: number;
    undoes?: string;
  },
): OpenInstall {
  const { id, scope, dir } = input.manifest;
  const data: InstallData = { manifest: id, scope, dir, items: input.items, others: {} };
  const { operation, directory } = beginOperation(
    place.state,
    {
      kind: 'install',
      title: input.title,
      at: input.at,
      root: place.repository.root,
      ...(input.undoes === undefined ? {} : { undoes: input.undoes }),
      data,
    },
    (folder, opened) => {
      keepContents(folder, data.items);
      sealOperation(place, opened);
    },
  );
  return { operation, data, directory };
}

/** Its changes are made: notes what can be known only now, and makes it an operation that can be undone. */
export function completeInstall(place: InstallPlace, open: OpenInstall): void {
  const { operation, directory, data } = open;
  data.items = data.items.map((item) =>
    item.id === 'trust'
      ? { ...item, after: contentOf(readBytesIfExists(item.file), statIfExists(item.file)?.mode) }
      : item,
  );
  data.others = otherManifests(place.user, data.manifest);
  sealOperation(place, operation);
  updateOperation(directory, operation);
  completeOperation(place.state, operation);
}

/** As `completeInstall`. Where that cannot be written down, the next command does it. @returns a warning then. */
export function noteInstall(place: InstallPlace, open: OpenInstall): string[] {
  try {
    completeInstall(place, open);
    return [];
  } catch (error) {
    return [`The install is in place, but could not be noted in the journal yet: ${messageOf(error)}.`];
  }
}

/**
 * The folders that belong to what is installed by now: those of files that are gone go where they are empty, and after
 * the last install the copies of the runtime. The doorbell records where something is installed.
 */
export function settleInstall(place: InstallPlace, data: InstallData): void {
  const { user, state, repository } = place;
  removeDirectories(data.items.filter(({ file }) => !exists(file)).flatMap(({ directories }) => directories));
  const living = readManifests(user).filter(isLiving);
  if (living.some((manifest) => isOfRepository(manifest, repository))) openSpool(state);
  else removeTree(path.join(state.spool, 'tmp'));
  if (living.length === 0 && linkTarget(currentRuntime(user)) === undefined)
    removeTree(runtimeDirectory(user));
}

/** An install that is at work or done, as it was written. @returns undefined where its seal is not ours. */
export function readInstall(place: InstallPlace, stored: StoredOperation): OpenInstall | undefined {
  const { operation, directory } = stored;
  if (!isSealed(place, operation)) return undefined;
  return { operation, data: operation.data as InstallData, directory };
}

export function dropInstall(place: InstallPlace, open: OpenInstall | undefined): void {
  if (open !== undefined) dropOperation(place.state, open.operation.id);
}

/**
 * After an uninstall: the installs it took out count as taken back, and what was kept of the files' contents goes.
 * Safe to repeat.
 */
export function forgetInstall(user: UserPaths, manifest: Manifest): void {
  const { root, commonDir } = manifest;
  const state = statePaths(stateRoot({ root, gitDir: commonDir, commonDir }, user));
  for (const { operation, directory } of doneOperations(state)) {
    if (operation.kind !== 'install' || operation.data.manifest !== manifest.id) continue;
    markUndone(state, operation.id, 'uninstall');
    dropContents(directory);
  }
}

export function otherManifests(user: UserPaths, own: string): Record<string, string> {
  return Object.fromEntries(
    readManifests(user)
      .filter(({ id }) => id !== own)
      .map(({ id }) => [id, contentHash(readBytesIfExists(manifestFile(user, id)))]),
  );
}

/** The consent an install gives; what it becomes is known when it is done. */
function trustItem({ repository, user }: InstallPlace): SwapItem {
  const file = trustFile(repository, user);
  const before = readBytesIfExists(file);
  const after = contentOf(before, statIfExists(file)?.mode);
  return itemOf({ id: 'trust', file: path.resolve(file), role: 'shared', before, after });
}
