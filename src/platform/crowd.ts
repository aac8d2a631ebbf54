import * as fs from 'node:fs';
import * as path from 'node:path';
import { monotonicMs } from './clock.ts';

/** Deeper folders are counted, but not told apart. */
const DEPTH = 3;

interface Folder {
  place: string;
  /** Names from the top on, at most three. */
  name: string[];
}

/**
 * Counts entries below the folders of a tree, breadth first, until the time is over: so that a part of a huge tree
 * still tells where most of it lies. Links are not followed, and what cannot be read is passed over.
 * @param isLeftOut asked once a level about folders of the first three, by their paths from `root`.
 * @returns counts by the path of a folder from `root`, each with all below it.
 */
export async function countEntries(
  root: string,
  limitMs: number,
  isLeftOut: (folders: readonly string[]) => Promise<ReadonlySet<string>>,
): Promise<Map<string, number>> {
  const deadline = monotonicMs() + limitMs;
  const counts = new Map<string, number>();
  let level: Folder[] = [{ place: root, name: [] }];
  for (let depth = 1; level.length > 0 && monotonicMs() < deadline; depth += 1) {
    const next: Folder[] = [];
    for (const folder of level) {
      if (monotonicMs() >= deadline) break;
      next.push(...readFolder(folder, counts));
    }
    if (depth > DEPTH) level = next;
    else {
      const names = next.map((folder) => folder.name.join('/'));
      const left = names.length === 0 ? new Set() : await isLeftOut(names);
      level = next.filter((folder) => !left.has(folder.name.join('/')));
    }
  }
  return counts;
}

function readFolder(folder: Folder, counts: Map<string, number>): Folder[] {
  let entries: fs.Dirent[];
  try {
    entries = fs.readdirSync(folder.place, { withFileTypes: true });
  } catch {
    return [];
  }
  for (let length = 1; length <= folder.name.length; length += 1) {
    const key = folder.name.slice(0, length).join('/');
    counts.set(key, (counts.get(key) ?? 0) + entries.length);
  }
  return entries
    .filter((entry) => entry.isDirectory() && entry.name !== '.git')
    .map((entry) => ({
      place: path.join(folder.place, entry.name),
      name: folder.name.length < DEPTH ? [...folder.name, entry.name] : folder.name,
    }));
}
