import * as path from 'node:path';
import { HooksError } from '../errors.ts';
import { linkTarget, readBytesIfExists, removeFile, replaceSymlink, statIfExists } from '../platform/fs.ts';
import { keepContent, keptContent } from '../store/operation-files.ts';
import type { UserPaths } from '../store/paths.ts';
import { ChangedMeanwhile } from './apply.ts';
import { ABSENT, contentHash, type Manifest, manifestBytes, manifestFile } from './manifest.ts';
import { changesSomething, type PlannedAction } from './plan.ts';
import { currentRuntime } from './runtime-copy.ts';
import { missingDirectories } from './scopes.ts';

/** What a file holds: SHA-256 of its bytes (or `absent`), and its permission bits; of a link, where it leads. */
export interface SwapContent {
  mark: string;
  mode?: number;
}

/** One file that an install, or the undoing of one, takes from one content to another. */
export interface SwapItem {
  /** The planner's name for it, `manifest`, `other-manifest`, `trust` or `runtime`. */
  id: string;
  file: string;
  how: 'file' | 'git-config' | 'link';
  /** own: belongs to this install. manifest: its own record. shared: other installs use it as well. */
  role: 'own' | 'manifest' | 'shared';
  before: SwapContent;
  after: SwapContent;
  /** Folders that were made for it, outermost first. */
  directories: string[];
}

/** What an installing plan changes, in the order in which it is applied: what uninstall needs to know comes first. */
export function swapItemsOf(
  actions: readonly PlannedAction[],
  manifests: { own: Manifest; shared: readonly Manifest[] },
  user: UserPaths,
): SwapItem[] {
  const { own, shared } = manifests;
  const records = [own, ...shared].map((manifest) =>
    itemOf({
      id: manifest === own ? 'manifest' : 'other-manifest',
      file: manifestFile(user, manifest.id),
      role: manifest === own ? 'manifest' : 'shared',
      before: readBytesIfExists(manifestFile(user, manifest.id)),
      after: contentOf(manifestBytes(manifest), 0o600),
    }),
  );
  const files = actions.filter(changesSomething).map((action): SwapItem => {
    if (action.kind === 'copy') return linkItem(user, path.basename(action.file));
    const { id, file, before, after, mode } = action;
    const role = action.unclaimed === true ? 'shared' : 'own';
    const item = itemOf({
      id,
      file,
      role,
      before,
      after: contentOf(after, mode ?? statIfExists(file)?.mode),
    });
    return action.kind === 'git-config' ? { ...item, how: 'git-config' } : item;
  });
  return [...records, ...files].filter((item) => item.before.mark !== item.after.mark);
}

function linkItem(user: UserPaths, target: string): SwapItem {
  const file = currentRuntime(user);
  const before = { mark: linkTarget(file) ?? ABSENT };
  return {
    id: 'runtime',
    file,
    how: 'link',
    role: 'shared',
    before,
    after: { mark: target },
    directories: missingDirectories(file),
  };
}

/** @param input `before`: the bytes the file holds now. */
export function itemOf(
  input: Pick<SwapItem, 'id' | 'file' | 'role' | 'after'> & { before: Buffer | undefined },
): SwapItem {
  const { file, before } = input;
  return {
    ...input,
    how: 'file',
    before: contentOf(before, statIfExists(file)?.mode),
    directories: missingDirectories(file),
  };
}

export function contentOf(bytes: Buffer | undefined, mode: number | undefined): SwapContent {
  const bits = bytes === undefined || mode === undefined ? {} : { mode: mode & 0o7777 };
  return { mark: contentHash(bytes), ...bits };
}

/** The same files the other way round, in the opposite order. */
export function reversed(items: readonly SwapItem[]): SwapItem[] {
  return [...items].reverse().map((item) => ({ ...item, before: item.after, after: item.before }));
}

/** What an item's file holds now: its content before, or after, or something else. */
export function stateOf(item: SwapItem): 'before' | 'after' | 'other' {
  const now = item.how === 'link' ? (linkTarget(item.file) ?? ABSENT) : markOf(item.file);
  return now === item.after.mark ? 'after' : now === item.before.mark ? 'before' : 'other';
}

function markOf(file: string): string {
  // A folder in the file's place is something else, too.
  return statIfExists(file)?.isDirectory() === true ? 'folder' : contentHash(readBytesIfExists(file));
}

/**
 * Keeps what the files hold now beside the operation's entry, readable for its owner only.
 * @throws ChangedMeanwhile where one holds something else by now.
 */
export function keepContents(directory: string, items: readonly SwapItem[]): void {
  for (const { how, file, before } of items) {
    if (how === 'link' || before.mark === ABSENT) continue;
    const bytes = readBytesIfExists(file);
    if (bytes === undefined || contentHash(bytes) !== before.mark) throw new ChangedMeanwhile(file);
    keepContent(directory, before.mark, bytes);
  }
}

/**
 * The actions that give files the content of `before` back. They are applied with `applyActions`: all of them or none,
 * and only where the files still are as they are now.
 * @throws HooksError where the kept content is damaged.
 */
export function backActions(directory: string, items: readonly SwapItem[]): PlannedAction[] {
  return items
    .filter(({ how }) => how !== 'link')
    .map(({ id, file, how, before, role }) => {
      const bytes = before.mark === ABSENT ? undefined : wholeContent(directory, before.mark);
      return {
        id,
        kind: bytes === undefined ? 'delete' : how === 'git-config' ? 'git-config' : 'write',
        file,
        summary: bytes === undefined ? 'install had created it' : 'it gets the bytes of before back',
        before: readBytesIfExists(file),
        after: bytes,
        mode: before.mode,
        surgical: 'own-file',
        unclaimed: role === 'shared',
      };
    });
}

/** Turns a link to where it led before; removes it where there was none. */
export function turnLinksBack(items: readonly SwapItem[]): void {
  for (const { how, file, before } of items) {
    if (how !== 'link') continue;
    if (before.mark === ABSENT) removeFile(file);
    else replaceSymlink(before.mark, file);
  }
}

function wholeContent(directory: string, mark: string): Buffer {
  const { file, bytes } = keptContent(directory, mark);
  if (bytes !== undefined && contentHash(bytes) === mark) return bytes;
  throw new HooksError({
    code: 'operation-damaged',
    kind: 'conflict',
    message: `${file}, which keeps what a file held before, is ${bytes === undefined ? 'gone' : 'damaged'}. Nothing was changed.`,
    hint: 'Take claude-hooks out with: claude-hooks uninstall',
    file,
  });
}
