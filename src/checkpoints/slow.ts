import { countEntries } from '../platform/crowd.ts';
import { gitBytes } from '../platform/git.ts';
import { redactText } from '../redact/redact.ts';
import { code } from './markdown.ts';

/** A walk that was too long is explained by a look that is short. */
const LOOK_MS = 500;
const IGNORED_MS = 1_000;

/** What made walking the tree slow, as far as a short look can tell: the folder that holds most of it. */
export async function slowWalk(root: string): Promise<string> {
  const counts = await countEntries(root, LOOK_MS, (folders) => ignoredOf(root, folders));
  const crowded = crowdedFolder(counts);
  const words = 'git was looking for what changed';
  return crowded === undefined ? words : `${words}, and most of the tree lies in ${named(crowded)}`;
}

/** What git was reading into objects: how many files, and where most of them lie. */
export function slowRead(paths: readonly Uint8Array[]): string {
  const counts = new Map<string, number>();
  for (const path of paths) {
    const parts = Buffer.from(path).toString('utf8').split('/');
    for (let length = 1; length < Math.min(parts.length, 4); length += 1) {
      const key = parts.slice(0, length).join('/');
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  }
  const crowded = crowdedFolder(counts, paths.length);
  const words = `git was reading ${paths.length} changed ${paths.length === 1 ? 'file' : 'files'}`;
  return crowded === undefined ? words : `${words}, most of them in ${named(crowded)}`;
}

/**
 * The deepest folder with more than half of everything; undefined where it is spread.
 * @param total what all counts together come to; by default the sum of those of the top.
 */
export function crowdedFolder(counts: ReadonlyMap<string, number>, total?: number): string | undefined {
  const all = total ?? [...counts].reduce((sum, [name, count]) => sum + (name.includes('/') ? 0 : count), 0);
  const crowded = [...counts].filter(([, count]) => count > all / 2).map(([name]) => name);
  return crowded.sort((a, b) => b.length - a.length)[0];
}

function named(folder: string): string {
  return code(redactText(`${folder}/`));
}

/** Folders git does not walk, because they are ignored. None where git does not answer in time. */
async function ignoredOf(root: string, folders: readonly string[]): Promise<ReadonlySet<string>> {
  const result = await gitBytes(['check-ignore', '-z', '--stdin'], {
    cwd: root,
    timeoutMs: IGNORED_MS,
    input: `${folders.join('\0')}\0`,
  });
  return new Set(result.stdout.toString('utf8').split('\0'));
}
