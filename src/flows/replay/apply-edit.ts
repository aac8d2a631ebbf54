import * as path from 'node:path';
import { bytesWritten, shownOf } from '../../checkpoints/mine/shown.ts';
import { messageOf } from '../../errors.ts';
import {
  ensureDirectory,
  lstatIfExists,
  readBytesIfExists,
  realPath,
  statIfExists,
  writeFileAtomic,
} from '../../platform/fs.ts';
import { linkOutside, notFolder } from '../../store/documents.ts';
import type { EditPlace } from '../../transcript/edits.ts';
import { readEdit } from '../../transcript/file-edit.ts';

/** Where record and result differ. */
export interface Deviation {
  /** before: the edit found another content. not-applied: it was left out. unrecorded: no edit made the change. */
  kind: 'before' | 'not-applied' | 'unrecorded';
  /** Relative to the top of the working tree. */
  file: string;
  reason: string;
}

/**
 * Does in the scratch tree what an edit did in the person's. Where its file holds anything but what the edit found, the record
 * counts. Never writes outside of the scratch tree, nor into git's own files. @param roots names of the person's working tree.
 * @returns the path that was written, relative to the top, and what differed.
 */
export function applyEdit(
  scratch: string,
  edit: EditPlace,
  roots: readonly string[],
): { file: string | undefined; deviations: Deviation[] } {
  const file = relativeTo(roots, edit);
  const not = (reason: string, name = file ?? edit.file): ReturnType<typeof applyEdit> => ({
    file: undefined,
    deviations: [{ kind: 'not-applied', file: name, reason }],
  });
  if (file === undefined) return not('it lies outside of the working tree');
  if (file.split(path.sep).some((part) => part.toLowerCase() === '.git'))
    return not("it is one of git's own");
  const place = path.join(scratch, file);
  if (linkOutside(scratch, place) !== undefined) return not('a link there leads out of the working tree');
  const real = lstatIfExists(place)?.isSymbolicLink() === true ? realPath(place) : place;
  const obstacle = notFolder(scratch, path.dirname(place));
  if (obstacle !== undefined)
    return not(`it lies below ${path.relative(scratch, obstacle)}, which is no folder there`);
  if (statIfExists(real)?.isDirectory() === true) return not('it is a folder there');
  const content = readEdit(edit);
  if (content === undefined) return not('the transcript does not hold its content any more');
  try {
    const bytes = readBytesIfExists(real);
    const found = bytes === undefined ? null : shownOf(bytes);
    // A file an Edit makes was an empty one, as the client notes it.
    const isNew = content.before === '' && found === null;
    const isOther = content.before !== undefined && content.before !== found && !isNew;
    const after = content.apply(content.before === undefined ? found : content.before);
    if (after === undefined) return not('the text it replaces is not there');
    ensureDirectory(path.dirname(real), 0o755);
    writeFileAtomic(real, bytesWritten(after, bytes), { sync: false });
    const reason = isOther ? beforeReason(content.before ?? null, found) : '';
    // Through a link inside the tree, another name was written.
    const written = path.relative(realPath(scratch), realPath(real));
    return { file: written, deviations: isOther ? [{ kind: 'before', file, reason }] : [] };
  } catch (error) {
    return not(messageOf(error));
  }
}

function beforeReason(before: string | null, found: string | null): string {
  if (found === null) return 'the edit found a file, and there is none';
  if (before === null) return 'the edit made the file, and there is one';
  const [left, right] = [before.split('\n'), found.split('\n')];
  const line = left.findIndex((text, at) => text !== right[at]);
  return `the edit found another content, from line ${(line === -1 ? left.length : line) + 1} on`;
}

function relativeTo(roots: readonly string[], edit: EditPlace): string | undefined {
  const absolute = path.isAbsolute(edit.file)
    ? edit.file
    : path.resolve(edit.cwd ?? roots[0] ?? '/', edit.file);
  for (const root of roots) {
    const relative = path.relative(root, absolute);
    if (
      relative !== '' &&
      relative !== '..' &&
      !relative.startsWith(`..${path.sep}`) &&
      !path.isAbsolute(relative)
    )
      return relative;
  }
  return undefined;
}
