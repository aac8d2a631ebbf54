import * as path from 'node:path';
import { type GitLine, gitLines } from '../platform/git-stream.ts';
import { parseRawDiff, type RawChange } from '../platform/raw-diff.ts';
import type { Repository } from '../store/paths.ts';
import { openPlumbing } from './plumbing.ts';
import { checkScope } from './restore/changes.ts';

const BUDGET_MS = 120_000;
/** Bytes of one line that are kept; a minified file has lines of megabytes. */
const LONGEST_LINE = 10_000;

/**
 * What every comparison is made with: no program the repository or a setting names is run, and the output has one form
 * whatever is configured. Renames are found.
 */
const PLAIN = ['-r', '-M', '--no-ext-diff', '--no-textconv', '--no-color', '--submodule=short'];

/** How a file differs between two trees. */
export interface DiffFile {
  /** As text: bytes that are not UTF-8 are replaced. */
  path: string;
  /** The old name of a renamed file. */
  from?: string;
  status: 'new' | 'modified' | 'deleted' | 'renamed';
  /** Lines; 0 in a binary file. */
  insertions: number;
  deletions: number;
  binary: boolean;
}

export interface Comparison {
  repository: Repository;
  /** Names of tree objects. */
  from: string;
  to: string;
  /** Files and folders it is limited to, from the top of the working tree; empty means no limit. */
  scope: readonly string[];
}

/**
 * The files in which two trees differ, with the number of lines, in git's order.
 * @throws HooksError `path-unknown` where neither tree has anything at a path it is limited to.
 */
export async function diffFiles({ repository, from, to, scope }: Comparison): Promise<DiffFile[]> {
  const git = openPlumbing(repository, { budgetMs: BUDGET_MS, withoutLfs: false });
  const args = ['diff-tree', ...PLAIN, '-z', '--raw', '--numstat', from, to, '--', ...scope];
  const files = parseDiffFiles(await git.run(args));
  if (files.length === 0) await checkScope(git, scope, [from, to], []);
  return files;
}

/** Reads what `git diff-tree -r -z --raw --numstat` prints. */
export function parseDiffFiles(output: Buffer): DiffFile[] {
  const end = endOfRaw(output);
  const changes = parseRawDiff(output.subarray(0, end));
  const counts = parseCounts(output.subarray(end));
  return changes.map((change, at) => ({
    path: change.path.toString('utf8'),
    ...(change.letter === 'R' && change.from !== undefined && { from: change.from.toString('utf8') }),
    status: statusOf(change),
    ...(counts[at] ?? { insertions: 0, deletions: 0, binary: false }),
  }));
}

/** Where the entries that begin with a colon end. */
function endOfRaw(output: Buffer): number {
  let at = 0;
  while (output[at] === 0x3a) {
    const head = output.indexOf(0, at);
    const names = /[RC]\d*$/.test(output.toString('latin1', at, head)) ? 2 : 1;
    at = head + 1;
    for (let name = 0; name < names; name += 1) at = output.indexOf(0, at) + 1;
  }
  return at;
}

/** `3\t1\tname\0`; of a renamed file `3\t1\t\0old\0new\0`; of a binary file dashes for the numbers. */
function parseCounts(output: Buffer): Pick<DiffFile, 'insertions' | 'deletions' | 'binary'>[] {
  const counts: Pick<DiffFile, 'insertions' | 'deletions' | 'binary'>[] = [];
  const words = output.toString('latin1').split('\0');
  for (let at = 0; at < words.length; at += 1) {
    const [, insertions, deletions, name] = /^(\d+|-)\t(\d+|-)\t([\s\S]*)$/.exec(words[at] ?? '') ?? [];
    if (insertions === undefined) continue;
    const binary = insertions === '-';
    counts.push({
      insertions: binary ? 0 : Number(insertions),
      deletions: binary ? 0 : Number(deletions),
      binary,
    });
    if (name === '') at += 2;
  }
  return counts;
}

function statusOf({ letter }: RawChange): DiffFile['status'] {
  if (letter === 'A') return 'new';
  if (letter === 'D') return 'deleted';
  return letter === 'R' ? 'renamed' : 'modified';
}

/** The differences of two trees as a patch, line by line; git waits while a line is looked at. */
export function diffLines({ repository, from, to, scope }: Comparison): AsyncGenerator<GitLine, void> {
  const args = ['diff-tree', ...PLAIN, '-p', '--unified=3', '--src-prefix=a/', '--dst-prefix=b/', from, to];
  const settings = ['-c', 'core.quotePath=false', '-c', 'diff.suppressBlankEmpty=false'];
  return gitLines([...settings, ...args, '--', ...scope], {
    cwd: repository.root,
    timeoutMs: BUDGET_MS,
    longest: LONGEST_LINE,
    env: {
      GIT_CEILING_DIRECTORIES: path.dirname(repository.root),
      GIT_LITERAL_PATHSPECS: '1',
      GIT_NO_REPLACE_OBJECTS: '1',
      GIT_NO_LAZY_FETCH: '1',
      GIT_DIFF_OPTS: '',
    },
  });
}
