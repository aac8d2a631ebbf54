import { HooksError } from '../errors.ts';
import { isId } from '../store/names.ts';
import { type Repository, worktreeName } from '../store/paths.ts';
import { type CheckpointBrief, chooseCheckpoint } from './choose.ts';
import { briefOf, type Entry, readEntries } from './entries.ts';
import { CHECKPOINT_REFS } from './plumbing.ts';
import { type CheckpointCommitContent, readCommits } from './read.ts';
import type { CheckpointSummary } from './types.ts';

export interface ListOptions {
  /** At most this many. */
  limit?: number;
  /** Only those of the session whose id begins so. */
  session?: string;
  /** Only those saved on this branch. */
  branch?: string;
}

export interface CheckpointPage {
  /** How many match, whatever the limit. */
  total: number;
  items: CheckpointBrief[];
  /** The same, with all that is known of each, which git is asked for. */
  whole(): Promise<CheckpointSummary[]>;
}

/**
 * Checkpoints of all working trees of the repository, the newest first. Refs there that no checkpoint of a known
 * version stands behind are passed over. What a commit says never changes, so what was read once is kept in the state
 * directory; a file that is missing, old or damaged there only costs time.
 * @throws HooksError `checkpoints-unreadable` where git cannot read the repository.
 */
export async function listCheckpoints(
  repository: Repository,
  options: ListOptions = {},
): Promise<CheckpointSummary[]> {
  return (await pageCheckpoints(repository, options)).whole();
}

/** As `listCheckpoints`, but only what a list shows of each, and how many there are without the limit. */
export async function pageCheckpoints(
  repository: Repository,
  options: ListOptions = {},
): Promise<CheckpointPage> {
  const { limit, session, branch } = options;
  const matches = (entry: Entry): boolean => {
    const one = briefOf(entry);
    if (session !== undefined && one.session?.startsWith(session) !== true) return false;
    return branch === undefined || one.branch === branch;
  };
  const all = repository.gitDir === undefined ? [] : await readEntries(repository);
  const matching = session === undefined && branch === undefined ? all : all.filter(matches);
  const shown = matching.slice(0, limit);
  return {
    total: matching.length,
    items: shown.map(briefOf),
    whole: () => readSummaries(repository, shown),
  };
}

async function readSummaries(
  repository: Repository,
  entries: readonly Entry[],
): Promise<CheckpointSummary[]> {
  const found = new Map<string, CheckpointSummary>();
  const commits = entries.map(({ commit }) => commit);
  await readCommits(repository, commits, (content) => {
    if (typeof content === 'object') found.set(content.commit, summaryOf(content));
  });
  return commits.flatMap((commit) => found.get(commit) ?? []);
}

function summaryOf({ metadata, commit, tree }: CheckpointCommitContent): CheckpointSummary {
  return { ...metadata, commit, tree };
}

/**
 * The checkpoint a person means, as git has it now; see `chooseCheckpoint`.
 * @throws HooksError as `chooseCheckpoint` and `listCheckpoints`.
 */
export async function findCheckpoint(repository: Repository, wanted: string): Promise<CheckpointSummary> {
  const exact = await readCheckpoint(repository, wanted.trim());
  if (exact !== undefined) return exact;
  const { items } = await pageCheckpoints(repository);
  const { id } = chooseCheckpoint(items, wanted, worktreeName(repository));
  // What a command acts on comes from git itself, never from what was kept.
  const found = await readCheckpoint(repository, id);
  if (found !== undefined) return found;
  throw new HooksError({
    code: 'checkpoint-unknown',
    kind: 'usage',
    message: `The checkpoint ${id} was removed a moment ago`,
    hint: 'See those that are there: claude-hooks checkpoint list',
  });
}

/** The checkpoint with exactly this id; one git process. */
export async function readCheckpoint(
  repository: Repository,
  id: string,
): Promise<CheckpointSummary | undefined> {
  if (repository.gitDir === undefined || !isId(id)) return undefined;
  let found: CheckpointSummary | undefined;
  await readCommits(repository, [`${CHECKPOINT_REFS}${id}`], (content) => {
    if (typeof content === 'object' && content.metadata.id === id) found = summaryOf(content);
  });
  return found;
}
