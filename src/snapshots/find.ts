import * as path from 'node:path';
import { HooksError, messageOf } from '../errors.ts';
import { listDirectory, readTextIfExists, statIfExists } from '../platform/fs.ts';
import { visible } from '../platform/terminal.ts';
import { chooseNamed, type Wording } from '../store/choose.ts';
import { linkOutside } from '../store/documents.ts';
import { slugOf } from '../store/names.ts';
import { documentPaths } from '../store/paths.ts';
import { MAX_SNAPSHOT_BYTES } from './folder.ts';
import { type ParsedSnapshot, parseSnapshot } from './parse.ts';
import type { SkippedSnapshot, Snapshot, SnapshotList } from './types.ts';

const ENDING = '.json';

/**
 * All snapshots of a working tree, the newest first. Documents that are damaged, foreign, of a newer version or behind
 * a link that leads out of the working tree are named in `skipped`.
 */
export function readSnapshots(root: string): SnapshotList {
  const folder = documentPaths(root).snapshots;
  const outside = linkOutside(root, folder);
  if (outside !== undefined)
    return { snapshots: [], skipped: [{ file: outside, reason: `it is a link that leads out of ${root}` }] };
  const list: SnapshotList = { snapshots: [], skipped: [] };
  for (const name of listDirectory(folder)) {
    if (!name.endsWith(ENDING) || name.startsWith('.')) continue;
    const file = path.join(folder, name);
    const read = readDocument(root, file);
    if (read.ok) list.snapshots.push(read.snapshot);
    else {
      const { reason, line, column } = read;
      list.skipped.push({ file, reason, ...(line === undefined ? {} : { line, column }) });
    }
  }
  list.snapshots.sort(byAge);
  return list;
}

const WORDING: Wording<Snapshot> = {
  one: 'snapshot',
  many: 'snapshots',
  place: 'this working tree',
  mark: (one) => one.timestamp,
  none: 'Save one: claude-hooks snapshot save NAME',
  all: 'See them all: claude-hooks snapshot list',
};

/**
 * The snapshot a person means: its exact id, its exact name, or a beginning of either that only one has.
 * @throws HooksError `snapshot-unknown` or `snapshot-ambiguous`, naming candidates; `snapshot-unreadable`, with file
 * and line, where the document of that name is damaged, foreign or of a newer version.
 */
export function findSnapshot(root: string, wanted: string): Snapshot {
  const { snapshots, skipped } = readSnapshots(root);
  const text = wanted.trim().replace(/\.json$/, '');
  const slug = `${slugOf(text, '')}-`;
  const exact = skipped.find((one) => idOf(one.file) === text);
  if (exact !== undefined) throw unreadable(exact);
  try {
    return chooseNamed(snapshots, text, WORDING);
  } catch (error) {
    const near = skipped.find((one) => slug !== '-' && idOf(one.file).startsWith(slug));
    const unknown = error instanceof HooksError && error.code === 'snapshot-unknown';
    throw unknown && near !== undefined ? unreadable(near) : error;
  }
}

function readDocument(root: string, file: string): ParsedSnapshot {
  const no = (reason: string): ParsedSnapshot => ({ ok: false, reason });
  if (linkOutside(root, file) !== undefined) return no(`it is a link that leads out of ${root}`);
  try {
    const stat = statIfExists(file);
    if (stat?.isFile() !== true) return no('it is no file');
    if (stat.size > MAX_SNAPSHOT_BYTES) return no(`it is larger than ${MAX_SNAPSHOT_BYTES} bytes`);
    const parsed = parseSnapshot(readTextIfExists(file) ?? '');
    if (!parsed.ok || parsed.snapshot.id === idOf(file)) return parsed;
    return no(`its id is ${parsed.snapshot.id}, which is not its name`);
  } catch (error) {
    return no(messageOf(error));
  }
}

function unreadable({ file, reason, line, column }: SkippedSnapshot): HooksError {
  return new HooksError({
    code: 'snapshot-unreadable',
    kind: 'failed',
    message: `The snapshot ${visible(idOf(file))} cannot be read: ${visible(reason)}`,
    hint: /version \d/.test(reason)
      ? 'Update claude-hooks: npm install --save-dev claude-hooks@latest'
      : 'Mend the document there, or take it out of the folder.',
    file,
    line,
    column,
  });
}

function idOf(file: string): string {
  return path.basename(file, ENDING);
}

function byAge(a: Snapshot, b: Snapshot): number {
  return Date.parse(b.timestamp) - Date.parse(a.timestamp) || (a.id < b.id ? 1 : -1);
}
