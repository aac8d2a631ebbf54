import * as path from 'node:path';
import { isSameFile, linkTarget, listDirectory } from './fs.ts';

const fs = process.getBuiltinModule('node:fs');

/** More links in a row are a circle. */
const MOST_LINKS = 40;

/**
 * Where a file lies once every link on its way is followed, also where it, or a folder above it, is not there yet.
 * A link to nothing leads to what would be made by writing through it.
 */
export function truePath(file: string, links = 0): string {
  try {
    return fs.realpathSync(file);
  } catch {
    const folder = path.dirname(file);
    if (folder === file) return file;
    const parent = truePath(folder, links);
    const place = path.join(parent, path.basename(file));
    const target = targetOf(place);
    if (target === undefined || links >= MOST_LINKS) return place;
    return truePath(path.resolve(parent, target), links + 1);
  }
}

/** Undefined also behind links in a circle, and in a folder that nobody may look into. */
function targetOf(place: string): string | undefined {
  try {
    return linkTarget(place);
  } catch {
    return undefined;
  }
}

/**
 * A path below `root` in the spelling the disk has for it. Where names that differ in case are different files it is
 * the path as it was given, found out by one look at `.git`; elsewhere each folder on the way is listed.
 */
export function spellingOnDisk(root: string, relative: string): string {
  if (!isFolding(root)) return relative;
  let folder = root;
  const parts = relative.split(path.sep).map((part) => {
    const names = listDirectory(folder);
    const same = names.includes(part) ? part : names.find((name) => fold(name) === fold(part));
    folder = path.join(folder, same ?? part);
    return same ?? part;
  });
  return parts.join(path.sep);
}

function isFolding(root: string): boolean {
  try {
    return isSameFile(path.join(root, '.git'), path.join(root, '.GIT'));
  } catch {
    return false;
  }
}

const fold = (name: string): string => name.normalize('NFC').toLowerCase();
