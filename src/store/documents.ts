import * as path from 'node:path';
import { ensureDirectory, lstatIfExists, realPath, statIfExists } from '../platform/fs.ts';

/** The first link on the way from `root` to `place` (both included) that leads out of `root`. */
export function linkOutside(root: string, place: string): string | undefined {
  const top = realPath(root);
  const parts = path.relative(root, place).split(path.sep);
  for (let count = 1; count <= parts.length; count += 1) {
    const at = path.join(root, ...parts.slice(0, count));
    if (lstatIfExists(at)?.isSymbolicLink() !== true) continue;
    const target = realPath(at);
    if (target !== top && !target.startsWith(`${top}${path.sep}`)) return at;
  }
  return undefined;
}

/**
 * Makes a folder for documents in a working tree. @returns why nothing may be written there: a link, which came with
 * the repository, leads out of it, or what stands in its place is no folder.
 */
export function openDocumentFolder(root: string, folder: string): string | undefined {
  const link = linkOutside(root, folder);
  if (link !== undefined) return `${link} is a link that leads out of ${root}`;
  const file = notFolder(root, folder);
  if (file !== undefined) return `${file} is no folder`;
  ensureDirectory(folder, 0o755);
  return undefined;
}

/** What stands where a folder on the way from `root` to `folder` would be. */
export function notFolder(root: string, folder: string): string | undefined {
  const parts = path.relative(root, folder).split(path.sep);
  for (let count = 1; count <= parts.length; count += 1) {
    const at = path.join(root, ...parts.slice(0, count));
    const stat = statIfExists(at);
    if (stat === undefined) return lstatIfExists(at) === undefined ? undefined : at;
    if (!stat.isDirectory()) return at;
  }
  return undefined;
}
