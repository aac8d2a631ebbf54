import * as path from 'node:path';
import { messageOf } from '../errors.ts';
import { readTextIfExists, statIfExists, writeFileAtomic } from '../platform/fs.ts';
import { openDocumentFolder } from '../store/documents.ts';
import { isId } from '../store/names.ts';
import { documentPaths } from '../store/paths.ts';
import { renderDocument } from './document.ts';
import { projectFacts } from './project.ts';
import type { Checkpoint, Narrative } from './types.ts';

/**
 * Writes `.claude/checkpoints/<id>.md`, whole or not at all.
 * @returns why it could not be written; the checkpoint itself counts all the same.
 */
export function writeDocument(
  root: string,
  checkpoint: Checkpoint,
  narrative?: Narrative,
): string | undefined {
  const folder = documentPaths(root).checkpoints;
  try {
    const outside = openDocumentFolder(root, folder);
    if (outside !== undefined) return `the document was not written: ${outside}`;
    const text = renderDocument(checkpoint, root, projectFacts(root), narrative);
    writeFileAtomic(path.join(folder, `${checkpoint.id}.md`), text, { mode: 0o644, sync: false });
    return undefined;
  } catch (error) {
    return `the document could not be written: ${messageOf(error)}`;
  }
}

/** The document's text, with the edits people made; undefined where there is none. */
export function readDocument(root: string, id: string): string | undefined {
  if (!isId(id)) return undefined;
  const file = path.join(documentPaths(root).checkpoints, `${id}.md`);
  // A pipe or a device in its place may never end.
  return statIfExists(file)?.isFile() === true ? readTextIfExists(file) : undefined;
}
