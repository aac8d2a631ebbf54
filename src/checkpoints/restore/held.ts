import { rawBlobId, rawPath, rawStat } from '../../platform/raw-files.ts';
import type { Plumbing } from '../plumbing.ts';

/**
 * Which of these files hold exactly the given blobs now: their bytes are the blob, or git would make that blob of them
 * (line endings, filters). What cannot be read holds nothing.
 */
export async function findHeld(
  git: Plumbing,
  root: string,
  items: readonly { name: string; id: string }[],
): Promise<Set<string>> {
  const held = new Set<string>();
  const others: { name: string; id: string }[] = [];
  for (const item of items) {
    const file = rawPath(root, item.name);
    const kind = rawStat(file)?.kind;
    if (kind !== 'file' && kind !== 'link') continue;
    if (rawBlobId(file, kind, item.id.length) === item.id) held.add(item.name);
    else if (kind === 'file') others.push(item);
  }
  if (others.length === 0) return held;
  const lines = others.map(({ name }) => `${quoteName(name)}\n`).join('');
  // A file that vanished or cannot be converted fails all of them: then nothing more is known to be held.
  const output = await git.run(['hash-object', '--stdin-paths'], { input: lines, accept: [128] });
  const ids = output.toString('latin1').split('\n');
  for (const [at, { name, id }] of others.entries()) if (ids[at] === id) held.add(name);
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
