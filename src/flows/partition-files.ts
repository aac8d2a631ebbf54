import type { Config } from '../config/config.ts';
import { listCommits } from '../context/commits.ts';
import { readDocument } from '../context/file.ts';
import { describeGit } from '../context/git-source.ts';
import { contextFileOf } from '../partitions/find.ts';
import { compilePartitions } from '../partitions/matcher.ts';
import { resolvePartitions } from '../partitions/resolve.ts';
import type { RefusedGlob } from '../partitions/types.ts';
import { gitOrThrow } from '../platform/git.ts';
import { partOf } from './session-partition.ts';
import type { Workplace } from './workplace.ts';

type Partition = Config['partitions'][number];

export interface PartitionMap {
  partitions: { partition: Partition; files: number }[];
  /** Files several partitions hold; each belongs to the first. */
  overlaps: { file: string; partitions: string[] }[];
  /** Files no partition holds. */
  unassigned: string[];
  refused: RefusedGlob[];
}

/** Which files of the working tree, tracked and untracked but not ignored, belong to which partition. */
export async function mapPartitions({ repository, resolved }: Workplace): Promise<PartitionMap> {
  const { partitions } = resolved.config;
  const files = await listFiles(repository.root, repository.gitDir);
  const { owners, overlaps, refused } = resolvePartitions(files, partitions);
  const counts = new Map<number, number>();
  for (const owner of owners) if (owner !== undefined) counts.set(owner, (counts.get(owner) ?? 0) + 1);
  return {
    partitions: partitions.map((partition, index) => ({ partition, files: counts.get(index) ?? 0 })),
    overlaps: overlaps.map(({ file, partitions: held }) => ({
      file,
      partitions: held.flatMap((index) => partitions[index]?.name ?? []),
    })),
    unassigned: files.filter((_file, index) => owners[index] === undefined),
    refused,
  };
}

export interface PartitionView {
  /** Each glob with the files of the partition it matches by itself; 0 for one that does nothing. */
  globs: { glob: string; files: number }[];
  /** All files its globs hold, also those that belong to an earlier partition. */
  files: string[];
  context: { file: string; exists: boolean; note: string | undefined };
  /** Newest first. */
  commits: string[];
  status: string[];
  problems: string[];
}

export async function viewPartition(
  { repository, resolved }: Workplace,
  partition: Partition,
): Promise<PartitionView> {
  const { root, gitDir } = repository;
  const { part, problems } = partOf(partition, true);
  const [all, commits, status] = await Promise.all([
    listFiles(root, gitDir),
    gitDir === undefined
      ? []
      : listCommits(root, resolved.config.context.commits, { pathspecs: part?.pathspecs }),
    gitDir === undefined ? [] : describeGit(root, gitDir, part),
  ]);
  const file = contextFileOf(partition);
  const document = readDocument(root, file, 1_024);
  return {
    globs: partition.globs.map((glob) => ({ glob, files: countOf(glob, all) })),
    files: all.filter((name) => part?.holds(name)),
    context: {
      file,
      exists: document.kind !== 'missing',
      note: document.kind === 'note' ? document.note : undefined,
    },
    commits: commits ?? [],
    status: status ?? ['git status gave no answer in time'],
    problems,
  };
}

function countOf(glob: string, files: readonly string[]): number {
  const { holders } = compilePartitions([{ name: '', globs: [glob.replace(/^!(?!\()/, '')] }]);
  return files.filter((file) => holders(file).length > 0).length;
}

async function listFiles(root: string, gitDir: string | undefined): Promise<string[]> {
  if (gitDir === undefined) return [];
  const output = await gitOrThrow(['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    timeoutMs: 60_000,
  });
  return [...new Set(output.split('\0'))].filter((file) => file !== '');
}
