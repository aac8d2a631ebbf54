import * as path from 'node:path';
import { ownFolders } from '../../checkpoints/tree.ts';
import { exists, listDirectory, lstatIfExists, renameFile } from '../../platform/fs.ts';
import { git } from '../../platform/git.ts';
import { openDocumentFolder } from '../../store/documents.ts';

/** The documents claude-hooks wrote in a working tree for people to read and that are not committed, from its top. */
export async function ownDocuments(root: string): Promise<string[]> {
  const found = ownFolders(root).flatMap((folder) =>
    listDirectory(path.join(root, folder)).flatMap((name) =>
      lstatIfExists(path.join(root, folder, name))?.isFile() === true ? [`${folder}${name}`] : [],
    ),
  );
  if (found.length === 0) return [];
  const tracked = await git(['ls-files', '-z', '--', ...ownFolders(root)], { cwd: root });
  const names = new Set(tracked.stdout.split('\0'));
  return found.filter((name) => !names.has(name));
}

/** Moves them to another working tree, where none of the same name lies there. Safe to repeat. */
export async function moveOwnDocuments(from: string, to: string): Promise<void> {
  for (const name of await ownDocuments(from)) {
    const target = path.join(to, name);
    if (openDocumentFolder(to, path.dirname(target)) !== undefined || exists(target)) continue;
    renameFile(path.join(from, name), target);
  }
}
