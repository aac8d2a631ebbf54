import { keepLines, readKeptLines } from '../store/kept-lines.ts';
import { isId } from '../store/names.ts';
import { type Repository, repositoryState } from '../store/paths.ts';
import type { CheckpointBrief } from './choose.ts';
import { asciiJson, optional } from './metadata.ts';
import { type CheckpointCommitContent, readCommits, readRefs } from './read.ts';

/** A checkpoint of which only what it is sorted by has been read. */
export interface Entry {
  id: string;
  commit: string;
  tree: string;
  /** ISO 8601 with milliseconds. */
  at: string;
  /** `CheckpointBrief` in JSON, without what stands here. */
  brief: string;
}

/**
 * The checkpoints of a repository, the newest first. What is read from git for the first time is kept in the state
 * directory, a line for each commit, so that git need not open the objects again.
 */
export async function readEntries(repository: Repository): Promise<Entry[]> {
  const file = repositoryState(repository)?.checkpointList ?? '';
  const reading = readRefs(repository);
  // Git works meanwhile.
  const kept = readKeptLines(file);
  const refs = await reading;
  const unknown = refs.filter(({ commit }) => !kept.has(commit)).map(({ commit }) => commit);
  const added = new Map<string, string>();
  await readCommits(repository, unknown, (content) => {
    // What is no checkpoint to this version may be one to a later one, so that is not kept.
    if (typeof content === 'object' && isId(content.metadata.id)) added.set(content.commit, lineOf(content));
  });
  const entries: Entry[] = [];
  for (const { id, commit } of refs) {
    const line = kept.get(commit) ?? added.get(commit);
    const entry = line === undefined ? undefined : parseLine(commit, line);
    if (entry?.id === id) entries.push(entry);
  }
  entries.sort(newestFirst);
  const used = entries.map(({ commit }) => commit);
  keepLines(file, added, kept, used);
  return entries;
}

/** What a list shows of a checkpoint. */
export function briefOf({ id, commit, tree, brief }: Entry): CheckpointBrief {
  // Put into the parsed object, not copied beside it: there may be ten thousand.
  return Object.assign(JSON.parse(brief) as Omit<CheckpointBrief, 'id' | 'commit' | 'tree'>, {
    id,
    commit,
    tree,
  });
}

/** A tree, an id, a time and the brief form, in ASCII. */
function lineOf({ tree, metadata }: CheckpointCommitContent): string {
  const { id, name, createdAt, reason, worktree, counts, branch, session, previous } = metadata;
  const brief = asciiJson({
    ...{ name, createdAt, reason, worktree, counts },
    ...optional('branch', branch),
    ...optional('session', session),
    ...optional('previous', previous),
  });
  // Joined, not added, so that the commit's whole text is let go of.
  return [tree, id, new Date(createdAt).toISOString(), brief].join(' ');
}

function parseLine(commit: string, line: string): Entry | undefined {
  const idEnd = line.indexOf(' ', commit.length + 1);
  const atEnd = line.indexOf(' ', idEnd + 1);
  if (idEnd === -1 || atEnd === -1) return undefined;
  return {
    id: line.slice(commit.length + 1, idEnd),
    commit,
    tree: line.slice(0, commit.length),
    at: line.slice(idEnd + 1, atEnd),
    brief: line.slice(atEnd + 1),
  };
}

function newestFirst(a: Entry, b: Entry): number {
  if (a.at !== b.at) return a.at < b.at ? 1 : -1;
  return a.id < b.id ? 1 : -1;
}
