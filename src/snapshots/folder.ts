import * as path from 'node:path';
import { HooksError, messageOf, systemCode } from '../errors.ts';
import { isWritable, lstatIfExists, statIfExists, writeFileAtomic } from '../platform/fs.ts';
import { visible } from '../platform/terminal.ts';
import { linkOutside, openDocumentFolder } from '../store/documents.ts';
import { documentPaths } from '../store/paths.ts';
import { renderSnapshot } from './document.ts';
import type { Snapshot } from './types.ts';

/** A document above this is neither written nor read. */
export const MAX_SNAPSHOT_BYTES = 128 * 1024 * 1024;

/** The document of a snapshot. */
export function snapshotFile(root: string, id: string): string {
  return path.join(documentPaths(root).snapshots, `${id}.json`);
}

/**
 * Looks whether documents can be written, before anything else is done; changes nothing.
 * @throws HooksError `snapshot-not-written`: a link leads out of the repository, or the folder cannot be made or
 * written.
 */
export function checkSnapshotFolder(root: string): void {
  const folder = documentPaths(root).snapshots;
  const link = linkOutside(root, folder);
  const reason = link === undefined ? obstacleAt(folder) : `${link} is a link that leads out of ${root}`;
  if (reason !== undefined)
    throw notWritten(reason, 'Make it a folder of the repository that you can write; nothing was saved.');
}

/** What stands in the way of a folder: of it, or of the nearest one above it that exists. */
function obstacleAt(folder: string): string | undefined {
  for (let at = folder; ; at = path.dirname(at)) {
    if (lstatIfExists(at) === undefined) continue;
    if (statIfExists(at)?.isDirectory() !== true) return `${at} is no folder`;
    return isWritable(at) ? undefined : `${at} cannot be written`;
  }
}

/**
 * Writes the document, whole or not at all, and never over another one.
 * @throws HooksError `snapshot-not-written`, which names the checkpoint that stays.
 */
export function writeSnapshot(root: string, snapshot: Snapshot): void {
  const file = snapshotFile(root, snapshot.id);
  const hint = `The checkpoint of this moment was saved: claude-hooks checkpoint load ${snapshot.checkpoint}`;
  const bytes = Buffer.from(renderSnapshot(snapshot), 'utf8');
  if (bytes.length > MAX_SNAPSHOT_BYTES)
    throw notWritten(`it would be larger than ${MAX_SNAPSHOT_BYTES} bytes`, hint);
  try {
    const outside = openDocumentFolder(root, path.dirname(file));
    if (outside !== undefined) throw new Error(outside);
    writeFileAtomic(file, bytes, {
      mode: 0o644,
      verify: () => {
        if (lstatIfExists(file) !== undefined) throw new Error('there is a document of that name already');
      },
    });
  } catch (error) {
    const code = systemCode(error);
    const full = code === 'ENOSPC' || code === 'EDQUOT';
    throw notWritten(full ? 'the disk is full' : `${file}: ${messageOf(error)}`, hint, error);
  }
}

function notWritten(reason: string, hint: string, cause?: unknown): HooksError {
  return new HooksError({
    code: 'snapshot-not-written',
    kind: 'failed',
    message: `The snapshot was not saved: ${visible(reason)}`,
    hint,
    cause,
  });
}
