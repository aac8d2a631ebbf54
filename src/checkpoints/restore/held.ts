import { type RawStat, rawBlobId, rawPath, rawStat } from '../../platform/raw-files.ts';
import type { Plumbing } from '../plumbing.ts';

/** Blob ids of files by their bytes, kept for as long as a file is the same. Reads each file once. */
export class BlobIds {
  private readonly root: string;
  private readonly known = new Map<string, { stat: RawStat; id: string | undefined }>();

  constructor(root: string) {
    this.root = root;
  }

  /** @returns undefined for what is no file or link, or cannot be read. */
  idOf(name: string, stat: RawStat, length: number): string | undefined {
    const before = this.known.get(name);
    if (before !== undefined && isSame(before.stat, stat)) return before.id;
    if (stat.kind !== 'file' && stat.kind !== 'link') return undefined;
    const id = rawBlobId(rawPath(this.root, name), stat.kind, length);
    this.known.set(name, { stat, id });
    return id;
  }
}

function isSame(a: RawStat, b: RawStat): boolean {
  return (
    a.ino === b.ino &&
    a.ctimeNs === b.ctimeNs &&
    a.mtimeNs === b.mtimeNs &&
    a.size === b.size &&
    a.dev === b.dev &&
    a.kind === b.kind
  );
}

/**
 * Which of these files hold exactly the given blobs now: their bytes are the blob, or git would make that blob of them
 * (line endings, filters). What cannot be read holds nothing.
 */
export async function findHeld(
  git: Plumbing,
  root: string,
  items: readonly { name: string; id: string; stat?: RawStat }[],
  ids: BlobIds = new BlobIds(root),
): Promise<Set<string>> {
  const held = new Set<string>();
  const others: { name: string; id: string }[] = [];
  for (const item of items) {
    const stat = item.stat ?? rawStat(rawPath(root, item.name));
    if (stat === undefined) continue;
    if (ids.idOf(item.name, stat, item.id.length) === item.id) held.add(item.name);
    else if (stat.kind === 'file') others.push(item);
  }
  if (others.length === 0) return held;
  const lines = others.map(({ name }) => `${quoteName(name)}\n`).join('');
  // A file that vanished or cannot be converted fails all of them: then nothing more is known to be held.
  const output = await git.run(['hash-object', '--stdin-paths'], { input: lines, accept: [128] });
  const found = output.toString('latin1').split('\n');
  for (const [at, { name, id }] of others.entries()) if (found[at] === id) held.add(name);
  return held;
}

/** A name in quotes as git reads it from a line. */
export function quoteName(name: string): string {
  const letters = name.replace(/["\\]|[^\x20-\x7e]/g, (letter) =>
    letter === '"' || letter === '\\'
      ? `\\${letter}`
      : `\\${letter.charCodeAt(0).toString(8).padStart(3, '0')}`,
  );
  return `"${letters}"`;
}
