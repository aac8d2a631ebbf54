import * as path from 'node:path';
import { applyActions, dropStaleGitLock, removeDirectories, sweepTemporaries } from '../install/apply.ts';
import { ABSENT } from '../install/manifest.ts';
import { backActions, type SwapItem, stateOf, turnLinksBack } from '../install/swap.ts';
import { acquireLock } from '../store/lock.ts';
import { isPending, pendingOperations, type StoredOperation, setAside } from '../store/operations.ts';
import {
  completeInstall,
  dropInstall,
  type InstallPlace,
  type OpenInstall,
  readInstall,
  settleInstall,
} from './install-operation.ts';

/** Mends an install (or the undoing of one) that was cut off. @returns undefined where its owner is at work. */
export async function recoverInstall(
  place: InstallPlace,
  stored: StoredOperation,
): Promise<string | undefined> {
  const lock = acquireLock(path.join(place.user.data, 'locks'), 'install');
  if (lock === undefined) return undefined;
  try {
    return isPending(place.state, stored.operation.id) ? mendInstall(place, stored) : undefined;
  } finally {
    lock.release();
  }
}

/** Mends all of them. Call it while holding the install lock. */
export function recoverInstallsLocked(place: InstallPlace): string[] {
  return pendingOperations(place.state)
    .filter(({ operation }) => operation.kind === 'install')
    .map((stored) => mendInstall(place, stored));
}

/**
 * Where every file holds its new content already, the operation is completed; else every file that does gets its old
 * content back. What others have changed meanwhile stays and is said.
 */
function mendInstall(place: InstallPlace, stored: StoredOperation): string {
  const open = readInstall(place, stored);
  if (open === undefined) {
    const kept = setAside(place.state, stored.directory);
    return `An install that this person did not begin on this machine stands in the journal of operations. It was not touched; its entry lies in ${kept ?? stored.directory}.`;
  }
  const { items } = open.data;
  sweepTemporaries(items.map(({ file }) => file));
  for (const { how, file } of items) if (how === 'git-config') dropStaleGitLock(file);
  const name = open.operation.title;
  // What the consent becomes is not known before the end.
  const changing = items.filter(({ before, after }) => before.mark !== after.mark);
  if (changing.every((item) => stateOf(item) === 'after')) {
    settleInstall(place, open.data);
    completeInstall(place, open);
    return `"${name}" was cut off at its very end, and is complete.`;
  }
  const left = takeBack(place, open);
  settleInstall(place, open.data);
  dropInstall(place, open);
  const rest =
    left.length === 0
      ? ''
      : ` ${left.join(', ')} ${left.length === 1 ? 'was' : 'were'} changed since by others and left; claude-hooks uninstall takes out what is ours.`;
  return `"${name}" was cut off; what it had changed was taken back.${rest}`;
}

/** @returns the files that hold neither their old nor their new content. */
function takeBack({ user }: InstallPlace, { data, directory }: OpenInstall): string[] {
  const own = data.items.filter(({ role }) => role === 'own');
  const left = own.filter((item) => stateOf(item) === 'other').map(({ file }) => file);
  const back = [...data.items]
    .reverse()
    .filter((item) => stateOf(item) === 'after' && item.before.mark !== item.after.mark)
    // With something of ours still in a file, uninstall needs what it knows of it.
    .filter((item) => !(left.length > 0 && isNewManifest(item)));
  applyActions(backActions(directory, back), user);
  turnLinksBack(back);
  removeDirectories(
    back.filter(({ before }) => before.mark === ABSENT).flatMap(({ directories }) => directories),
  );
  return left;
}

function isNewManifest(item: SwapItem): boolean {
  return item.role === 'manifest' && item.before.mark === ABSENT;
}
