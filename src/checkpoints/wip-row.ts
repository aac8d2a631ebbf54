import { gitOrThrow } from '../platform/git.ts';
import type { Repository } from '../store/paths.ts';
import { EXACT_ENV } from './wip-branch.ts';

export interface RowCommit {
  commit: string;
  subject: string;
}

/** The unbroken row of WIP commits at the tip of a branch. */
export interface WipRow {
  /** The newest first; empty where the tip is none. */
  commits: RowCommit[];
  /** The commit below the row, and its tree; the tip itself where there is no row. */
  base: string;
  baseTree: string;
  /** How many WIP commits lie further down, below other commits. */
  below: number;
}

const FORMAT = '%H%x00%P%x00%T%x00%(trailers:key=Claude-WIP,valueonly,separator=%x2C)%x00%s';
const FIELDS = 5;
/** How far back is looked. */
const MOST = 1_000;
const TIME_LIMIT_MS = 60_000;

interface LoggedCommit extends RowCommit {
  parents: string[];
  tree: string;
  wip: boolean;
}

/**
 * Reads the row from a commit downwards. A merge or a commit without a parent is never part of it.
 * @throws HooksError where git cannot read the history.
 */
export async function readWipRow(repository: Repository, tip: string): Promise<WipRow> {
  const output = await gitOrThrow(
    [
      'log',
      '-z',
      '--first-parent',
      '--no-show-signature',
      '--no-color',
      '--no-decorate',
      '--no-notes',
      '--encoding=UTF-8',
      `--max-count=${MOST + 1}`,
      `--format=${FORMAT}`,
      '--end-of-options',
      tip,
      '--',
    ],
    { cwd: repository.root, env: EXACT_ENV, timeoutMs: TIME_LIMIT_MS },
  );
  return rowOf(parseLog(output));
}

/** Reads the answer of git in the format above. */
export function parseLog(output: string): LoggedCommit[] {
  const fields = output.split('\0');
  const commits: LoggedCommit[] = [];
  for (let at = 0; at + FIELDS <= fields.length; at += FIELDS) {
    const [commit = '', parents = '', tree = '', wip = '', subject = ''] = fields.slice(at, at + FIELDS);
    commits.push({
      commit,
      parents: parents.split(' ').filter((parent) => parent !== ''),
      tree,
      wip: /^\s*true\s*(?:,|$)/i.test(wip),
      subject,
    });
  }
  return commits;
}

/** @param log the history along first parents, the newest first, at least one commit. */
export function rowOf(log: readonly LoggedCommit[]): WipRow {
  const end = log.findIndex(({ wip, parents }) => !wip || parents.length !== 1);
  // A row as long as what was read ends where its last commit would be the base.
  const length = end === -1 ? log.length - 1 : end;
  const base = log[length];
  return {
    commits: log.slice(0, length).map(({ commit, subject }) => ({ commit, subject })),
    base: base?.commit ?? '',
    baseTree: base?.tree ?? '',
    below: log.slice(length).filter(({ wip }) => wip).length,
  };
}

/** Names of remote-tracking branches that hold a commit of the row, at most three; none where it was not pushed. */
export async function pushedTo(repository: Repository, row: WipRow): Promise<string[]> {
  const oldest = row.commits.at(-1);
  if (oldest === undefined) return [];
  const output = await gitOrThrow(
    [
      'for-each-ref',
      '--count=3',
      '--format=%(refname:short)',
      `--contains=${oldest.commit}`,
      'refs/remotes/',
    ],
    { cwd: repository.root, env: EXACT_ENV, timeoutMs: TIME_LIMIT_MS },
  );
  return output.split('\n').filter((name) => name !== '');
}
