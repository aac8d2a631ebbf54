import * as path from 'node:path';
import { monotonicMs } from '../platform/clock.ts';
import { gitLines } from '../platform/git-stream.ts';
import type { Repository } from '../store/paths.ts';
import type { Searched } from './search.ts';
import type { CheckpointSummary } from './types.ts';

/** A line of a file that holds the text. */
export interface Match {
  path: string;
  line: number;
  text: string;
}

/** Matches that are told of one tree; git is stopped then. */
const MOST_MATCHES = 3;
const LONGEST_LINE = 300;

/**
 * Searches the files of the checkpoints for a text, the newest first and each tree once, as long as there is time.
 * Files git takes for binary are passed over.
 */
export async function grepTrees(
  repository: Repository,
  list: readonly CheckpointSummary[],
  text: string,
  deadline: number,
  take: (checkpoint: CheckpointSummary, match: Match) => void,
): Promise<Searched> {
  const known = new Map<string, Match[]>();
  let done = 0;
  for (const one of list) {
    if (!known.has(one.tree)) {
      const left = deadline - monotonicMs();
      const matches = left <= 0 ? undefined : await grepTree(repository, one.tree, text, left);
      if (matches === undefined) break;
      known.set(one.tree, matches);
    }
    for (const match of known.get(one.tree) ?? []) take(one, match);
    done += 1;
  }
  return { done, of: list.length };
}

/** @returns undefined where the time was up before git had looked through the tree. */
async function grepTree(
  repository: Repository,
  tree: string,
  text: string,
  leftMs: number,
): Promise<Match[] | undefined> {
  const form = ['--no-color', '--no-column', '--full-name', '--no-recurse-submodules', '--no-textconv'];
  const lines = gitLines(['grep', '-F', '-i', '-I', '-n', '-z', ...form, '-e', text, tree], {
    cwd: repository.root,
    timeoutMs: Math.ceil(leftMs),
    longest: LONGEST_LINE,
    ok: [0, 1],
    env: {
      GIT_CEILING_DIRECTORIES: path.dirname(repository.root),
      GIT_NO_REPLACE_OBJECTS: '1',
      GIT_NO_LAZY_FETCH: '1',
      // The names and texts are bytes; what counts as a capital is told by the locale.
      LC_ALL: 'C.UTF-8',
    },
  });
  const started = monotonicMs();
  const matches: Match[] = [];
  try {
    for await (const { bytes } of lines) {
      const match = parseMatch(bytes.toString('utf8'), tree);
      if (match !== undefined) matches.push(match);
      if (matches.length >= MOST_MATCHES) break;
    }
    return matches;
  } catch (error) {
    if (monotonicMs() - started >= leftMs) return undefined;
    throw error;
  }
}

/** `<tree>:path\0 12\0 text`; some versions of git put a colon behind the number. */
export function parseMatch(line: string, tree: string): Match | undefined {
  const [head, name = '', number = '', text = ''] = /^([^\0]*)\0(\d+)[\0:]([\s\S]*)$/.exec(line) ?? [];
  if (head === undefined || !name.startsWith(`${tree}:`)) return undefined;
  return { path: name.slice(tree.length + 1), line: Number(number), text: text.trim() };
}
