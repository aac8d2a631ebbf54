import * as path from 'node:path';
import {
  copyFile,
  exists,
  listDirectory,
  lstatIfExists,
  readBytesIfExists,
  removeFile,
} from '../../platform/fs.ts';
import { git } from '../../platform/git.ts';
import { openDocumentFolder } from '../../store/documents.ts';

/** A person's own settings of one working tree, which git ignores: the client's, and those of claude-hooks. */
function settingsIn(root: string): string[] {
  const client = '.claude/settings.local.json';
  const own = listDirectory(root).filter((name) => name.startsWith('.claude-sessionrc.local'));
  return [client, ...own].filter((name) => lstatIfExists(path.join(root, name))?.isFile() === true);
}

/**
 * Copies them to a linked working tree, so that the same hooks run there; where git ignores them there too and nothing of that
 * name lies there. Safe to repeat.
 */
export async function givePersonalSettings(from: string, to: string): Promise<void> {
  const names = settingsIn(from).filter((name) => !exists(path.join(to, name)));
  if (names.length === 0) return;
  const input = `${names.join('\0')}\0`;
  const ignored = await git(['check-ignore', '-z', '--stdin'], { cwd: to, input });
  for (const name of ignored.stdout.split('\0').filter((one) => one !== '')) {
    const target = path.join(to, name);
    if (openDocumentFolder(to, path.dirname(target)) === undefined) copyFile(path.join(from, name), target);
  }
}

/** Those in a linked working tree that no commit holds and that say what the parent's say: nothing is lost with them. */
export async function sameSettings(parent: string, linked: string): Promise<string[]> {
  const same = settingsIn(linked).filter((name) => isSame(path.join(parent, name), path.join(linked, name)));
  if (same.length === 0) return [];
  const tracked = await git(['ls-files', '-z', '--', ...same], { cwd: linked });
  const names = new Set(tracked.stdout.split('\0'));
  return tracked.code === 0 ? same.filter((name) => !names.has(name)) : [];
}

export async function removeSameSettings(parent: string, linked: string): Promise<void> {
  for (const name of await sameSettings(parent, linked)) removeFile(path.join(linked, name));
}

function isSame(one: string, other: string): boolean {
  const bytes = readBytesIfExists(one);
  return bytes !== undefined && readBytesIfExists(other)?.equals(bytes) === true;
}
