import { monotonicMs } from '../platform/clock.ts';
import type { Repository } from '../store/paths.ts';
import { emptyTreeOf } from './changes.ts';
import { openPlumbing, type Plumbing } from './plumbing.ts';
import type { Searched } from './search.ts';
import type { CheckpointSummary } from './types.ts';

/** Comparisons one git makes, before the clock is looked at. */
const BATCH = 100;
const BUDGET_MS = 60_000;

/** Calls `take` with each path in which a checkpoint differs from the commit it was saved on, as long as there is time. */
export async function changedPaths(
  repository: Repository,
  list: readonly CheckpointSummary[],
  deadline: number,
  take: (checkpoint: CheckpointSummary, path: string) => void,
): Promise<Searched> {
  const git = openPlumbing(repository, { budgetMs: BUDGET_MS, withoutLfs: false });
  const trees = await treesOf(git, list);
  let done = 0;
  while (done < list.length && monotonicMs() < deadline) {
    const batch = list.slice(done, done + BATCH);
    const pairs = batch.map(({ head, tree }) => {
      const from = head === undefined ? emptyTreeOf(tree) : trees.get(head);
      return from === undefined ? undefined : `${from} ${tree}`;
    });
    const input = `${[...new Set(pairs.filter((pair) => pair !== undefined))].join('\n')}\n`;
    const args = ['diff-tree', '--stdin', '-r', '-z', '--raw', '--no-renames'];
    const paths = input === '\n' ? new Map() : parsePairs(await git.run(args, { input }));
    batch.forEach((one, at) => {
      for (const name of paths.get(pairs[at] ?? '') ?? []) take(one, name);
    });
    done += batch.length;
  }
  return { done, of: list.length };
}

/** The tree of each commit that is still there. */
async function treesOf(git: Plumbing, list: readonly CheckpointSummary[]): Promise<Map<string, string>> {
  const heads = [...new Set(list.flatMap(({ head }) => head ?? []))].filter((head) =>
    /^[0-9a-f]+$/.test(head),
  );
  if (heads.length === 0) return new Map();
  const input = `${heads.map((head) => `${head}^{tree}`).join('\n')}\n`;
  const answer = await git.run(['cat-file', '--batch-check=%(objectname)'], { input });
  const trees = answer.toString('latin1').split('\n');
  return new Map(
    heads.flatMap((head, at) => (/^[0-9a-f]{40,64}$/.test(trees[at] ?? '') ? [[head, trees[at] ?? '']] : [])),
  );
}

/** Reads `git diff-tree --stdin -r -z --raw` of pairs of trees: a line with the pair, then its entries. */
export function parsePairs(output: Buffer): Map<string, string[]> {
  const pairs = new Map<string, string[]>();
  let paths: string[] = [];
  for (let at = 0; at < output.length; ) {
    if (output[at] === 0x3a) {
      const start = output.indexOf(0, at) + 1;
      const end = output.indexOf(0, start);
      if (start === 0 || end === -1) break;
      paths.push(output.toString('utf8', start, end));
      at = end + 1;
    } else {
      const end = output.indexOf(0x0a, at);
      if (end === -1) break;
      paths = [];
      pairs.set(output.toString('latin1', at, end), paths);
      at = end + 1;
    }
  }
  return pairs;
}
