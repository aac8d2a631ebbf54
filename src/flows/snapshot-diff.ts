import { diffLines } from '../platform/line-diff.ts';
import { diffDocuments, diffState, diffTodos, type SnapshotDifference } from '../snapshots/diff.ts';
import type { Snapshot } from '../snapshots/types.ts';
import type { Repository } from '../store/paths.ts';
import { filesBetween } from './snapshot.ts';
import { checkpointOf } from './snapshot-resume.ts';

/**
 * How two snapshots differ. Files are compared by the trees of their checkpoints where this repository has both, else
 * by what the documents say of them. @throws HooksError where git fails.
 */
export async function diffSnapshots(
  repository: Repository,
  from: Snapshot,
  to: Snapshot,
): Promise<SnapshotDifference> {
  const [context, notes, files] = await Promise.all([
    diffLines(from.context, to.context),
    diffLines(from.notes, to.notes),
    diffFiles(repository, from, to),
  ]);
  return {
    branch: from.branch === to.branch ? null : { from: from.branch, to: to.branch },
    ...files,
    todos: diffTodos(from.todos, to.todos),
    state: diffState(from.state, to.state),
    context,
    notes,
  };
}

async function diffFiles(
  repository: Repository,
  from: Snapshot,
  to: Snapshot,
): Promise<Pick<SnapshotDifference, 'files' | 'filesFrom'>> {
  const [a, b] = await Promise.all([checkpointOf(repository, from), checkpointOf(repository, to)]);
  if (a !== undefined && b !== undefined) {
    const files = await filesBetween(repository, a.tree, b.tree);
    return { files: files.map(({ hash: _, ...file }) => file), filesFrom: 'checkpoints' };
  }
  const files = diffDocuments(from, to);
  return files === undefined ? { files: null, filesFrom: 'unknown' } : { files, filesFrom: 'documents' };
}
