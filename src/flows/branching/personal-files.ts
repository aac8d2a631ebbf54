import * as path from 'node:path';
import { addsNothing } from '../../context/context-file.ts';
import {
  copyFile,
  exists,
  listDirectory,
  lstatIfExists,
  readBytesIfExists,
  readTextIfExists,
  removeFile,
} from '../../platform/fs.ts';
import { git } from '../../platform/git.ts';
import { openDocumentFolder } from '../../store/documents.ts';
import { documentPaths } from '../../store/paths.ts';

/** Files of one person in one working tree: settings, those of the client and ours, and what is kept of the project. */
function personalFiles(root: string): string[] {
  const { context, contextLocal } = documentPaths(root);
  const own = listDirectory(root).filter((name) => name.startsWith('.claude-sessionrc.local'));
  return [
    '.claude/settings.local.json',
    ...own,
    ...[context, contextLocal].map((file) => path.relative(root, file)),
  ].filter((name) => lstatIfExists(path.join(root, name))?.isFile() === true);
}

/**
 * Copies them to a linked working tree, so that the same hooks run there and the same is known; where git ignores them there
 * too and nothing of that name lies there. Safe to repeat.
 */
export async function givePersonalFiles(from: string, to: string): Promise<void> {
  const names = personalFiles(from).filter((name) => !exists(path.join(to, name)));
  if (names.length === 0) return;
  const input = `${names.join('\0')}\0`;
  const ignored = await git(['check-ignore', '-z', '--stdin'], { cwd: to, input });
  for (const name of ignored.stdout.split('\0').filter((one) => one !== '')) {
    const target = path.join(to, name);
    if (openDocumentFolder(to, path.dirname(target)) === undefined) copyFile(path.join(from, name), target);
  }
}

/**
 * Those in a linked working tree that no commit holds and with which nothing is lost: they say what the parent's say; of what is
 * kept of the project only what a person wrote counts.
 */
export async function needlessFiles(parent: string, linked: string): Promise<string[]> {
  const needless = personalFiles(linked).filter((name) => isNeedless(parent, linked, name));
  if (needless.length === 0) return [];
  const tracked = await git(['ls-files', '-z', '--', ...needless], { cwd: linked });
  const names = new Set(tracked.stdout.split('\0'));
  return tracked.code === 0 ? needless.filter((name) => !names.has(name)) : [];
}

export async function removeNeedless(parent: string, linked: string): Promise<void> {
  for (const name of await needlessFiles(parent, linked)) removeFile(path.join(linked, name));
}

function isNeedless(parent: string, linked: string, name: string): boolean {
  const [of, file] = [path.join(parent, name), path.join(linked, name)];
  const bytes = readBytesIfExists(file);
  if (bytes === undefined) return false;
  if (readBytesIfExists(of)?.equals(bytes) === true) return true;
  const { context, contextLocal } = documentPaths(linked);
  return [context, contextLocal].includes(file) && addsNothing(bytes.toString('utf8'), readTextIfExists(of));
}
