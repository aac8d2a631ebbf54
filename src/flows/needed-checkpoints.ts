import * as path from 'node:path';
import type { Plumbing } from '../checkpoints/plumbing.ts';
import type { CheckpointSummary } from '../checkpoints/types.ts';
import { listDirectory, readTextIfExists } from '../platform/fs.ts';
import { knownOperations, OPERATION_PINS, pendingOperations } from '../store/operations.ts';
import { documentPaths, type Repository, type StatePaths } from '../store/paths.ts';
import { worktreeRoots } from '../store/worktrees.ts';

/**
 * The checkpoints that something other than their own ref needs, and what: operations that could be taken back (their
 * references point to the state of before), operations at work, and snapshots in any working tree.
 */
export async function neededCheckpoints(
  place: { repository: Repository; state: StatePaths },
  git: Plumbing,
  list: readonly CheckpointSummary[],
): Promise<Map<string, 'operation' | 'snapshot'>> {
  const pinned = await pinnedCommits(place.state, git);
  const named = snapshotCheckpoints(place.repository);
  const atWork = JSON.stringify(pendingOperations(place.state).map(({ operation }) => operation.data));
  const needed = new Map<string, 'operation' | 'snapshot'>();
  for (const { id, commit } of list) {
    if (named.has(id)) needed.set(id, 'snapshot');
    if (pinned.has(commit) || atWork.includes(commit)) needed.set(id, 'operation');
  }
  return needed;
}

/** What the references of operations that are still in the journal point to. */
async function pinnedCommits(state: StatePaths, git: Plumbing): Promise<Set<string>> {
  const output = await git.run(['for-each-ref', '--format=%(objectname) %(refname)', OPERATION_PINS]);
  const lines = output.toString('utf8').split('\n');
  const living = knownOperations(state);
  return new Set(
    lines.flatMap((line) => {
      const [commit = '', ref = ''] = line.split(' ');
      return living.has(ref.slice(OPERATION_PINS.length)) ? [commit] : [];
    }),
  );
}

/**
 * The ids snapshots name. Searched in the text, not parsed: one that was damaged by hand still keeps its checkpoint.
 */
function snapshotCheckpoints(repository: Repository): Set<string> {
  const ids = new Set<string>();
  for (const root of worktreeRoots(repository).values()) {
    const folder = documentPaths(root).snapshots;
    for (const name of listDirectory(folder)) {
      if (!name.endsWith('.json')) continue;
      const text = readTextIfExists(path.join(folder, name)) ?? '';
      for (const match of text.matchAll(/"checkpoint"\s*:\s*"([a-z0-9-]{1,60})"/g)) ids.add(match[1] ?? '');
    }
  }
  return ids;
}
