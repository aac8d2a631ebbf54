import * as path from 'node:path';
import { HooksError } from '../errors.ts';
import {
  exists,
  listDirectory,
  readHead,
  removeEmptyDirectory,
  removeFile,
  removeTree,
} from '../platform/fs.ts';
import { git, gitOrThrow } from '../platform/git.ts';
import { acquireLock } from '../store/lock.ts';
import { documentPaths, type Repository, type StatePaths } from '../store/paths.ts';

/** What `--purge` removes besides the installed files. */
export interface PurgePlan {
  /** Directories that go with everything in them. */
  trees: string[];
  /** Private git references. */
  refs: string[];
  /** Documents under `.claude/` that claude-hooks wrote and git does not track. */
  documents: string[];
}

const DRAIN_WAIT_MS = 5_000;
/**
 * The names claude-hooks gives its documents: they begin with year, month, day, hour and minute. A checkpoint's
 * document has the name of its reference instead.
 */
const OWN_DOCUMENT = /^\d{4}-\d{2}-\d{2}-\d{2}-\d{2}.*\.(?:md|log|json)$/;
/** Snapshots are known by the schema they name at their beginning. */
const SNAPSHOT_HEAD = /^\{\s*"\$schema":\s*"[^"\n]*\/snapshot\.schema\.json"/;

/** @param more documents that go as well, unless git tracks them. */
export async function planPurge(
  repository: Repository,
  state: StatePaths,
  more: readonly string[] = [],
): Promise<PurgePlan> {
  const refs = await privateRefs(repository);
  return {
    trees: exists(state.root) ? [state.root] : [],
    refs,
    documents: await ownDocuments(repository, refs, more),
  };
}

export function isNothing(plan: PurgePlan): boolean {
  return plan.trees.length + plan.refs.length + plan.documents.length === 0;
}

async function privateRefs(repository: Repository): Promise<string[]> {
  if (repository.gitDir === undefined) return [];
  const listed = await git(['for-each-ref', '--format=%(refname)', 'refs/claude-hooks/'], {
    cwd: repository.root,
  });
  return listed.stdout.split('\n').filter((line) => line !== '');
}

async function ownDocuments(
  repository: Repository,
  refs: readonly string[],
  more: readonly string[],
): Promise<string[]> {
  const { checkpoints, sessions, errors, snapshots } = documentPaths(repository.root);
  const ofCheckpoints = new Set(refs.map((ref) => `${ref.slice(ref.lastIndexOf('/') + 1)}.md`));
  const named = (directory: string, isOwn: (name: string) => boolean): string[] =>
    listDirectory(directory)
      .filter(isOwn)
      .map((name) => path.join(directory, name));
  const files = [
    ...named(checkpoints, (name) => ofCheckpoints.has(name) || OWN_DOCUMENT.test(name)),
    ...[sessions, errors].flatMap((directory) => named(directory, (name) => OWN_DOCUMENT.test(name))),
    ...named(
      snapshots,
      (name) => name.endsWith('.json') && SNAPSHOT_HEAD.test(readHead(path.join(snapshots, name), 400) ?? ''),
    ),
    ...more,
  ];
  if (repository.gitDir === undefined || files.length === 0) return files;
  const tracked = await gitOrThrow(['ls-files', '-z', '--', '.claude'], { cwd: repository.root });
  const known = new Set(tracked.split('\0').map((name) => path.join(repository.root, name)));
  return files.filter((file) => !known.has(file));
}

/**
 * Removes them. A worker that is at work is waited for: it would write the state directory anew.
 * @throws HooksError (conflict) where it does not end in time; nothing is removed then.
 */
export async function purge(plan: PurgePlan, repository: Repository, state: StatePaths): Promise<void> {
  if (plan.trees.length > 0) {
    const locks = ['drain', 'archive'].map((name) => acquireLock(state.locks, name, DRAIN_WAIT_MS));
    if (locks.includes(undefined)) {
      for (const lock of locks) lock?.release();
      throw new HooksError({
        code: 'worker-busy',
        kind: 'conflict',
        message: `A worker of claude-hooks is still writing to ${state.root}, so nothing was purged.`,
        hint: 'Run the same command again in a moment.',
      });
    }
  }
  if (plan.refs.length > 0) {
    const input = plan.refs.map((ref) => `delete ${ref}\0\0`).join('');
    await gitOrThrow(['update-ref', '--stdin', '-z'], { cwd: repository.root, input });
  }
  // git leaves the folders of deleted references behind.
  for (const place of ['refs', 'logs/refs'])
    if (repository.commonDir !== undefined)
      removeEmptyTree(path.join(repository.commonDir, place, 'claude-hooks'));
  for (const file of plan.documents) removeFile(file);
  for (const directory of new Set(plan.documents.map((file) => path.dirname(file)))) dropIfEmpty(directory);
  if (plan.documents.length > 0) dropIfEmpty(path.join(repository.root, '.claude'));
  for (const tree of plan.trees) removeTree(tree);
}

function dropIfEmpty(directory: string): void {
  if (listDirectory(directory).length === 0) removeEmptyDirectory(directory);
}

/** A directory in which there are only empty directories. */
function removeEmptyTree(directory: string): void {
  for (const name of listDirectory(directory)) removeEmptyTree(path.join(directory, name));
  dropIfEmpty(directory);
}
