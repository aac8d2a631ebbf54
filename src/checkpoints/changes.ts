import type { Repository, StatePaths } from '../store/paths.ts';
import { writeIndexRecord } from '../store/private-index.ts';
import { captureWithRepair } from './capture.ts';
import { diffTrees } from './commit.ts';
import { optional } from './metadata.ts';
import { openPlumbing, type Plumbing } from './plumbing.ts';
import { withWorktreeLock } from './save.ts';
import type { ChangedFile, CheckpointSummary } from './types.ts';

const BUDGET_MS = 120_000;
/** What git takes for the tree without files, by the length of its object names. */
const EMPTY_TREES: Record<number, string> = {
  40: '4b825dc642cb6eb9a060e54bf8d69288fbee4904',
  64: '6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321',
};

/** The tree without files, in the kind of name the repository has. */
export function emptyTreeOf(objectName: string): string {
  return EMPTY_TREES[objectName.length] ?? objectName;
}

/** The files of a checkpoint against the commit that was checked out when it was saved. */
export function filesOf(repository: Repository, checkpoint: CheckpointSummary): Promise<ChangedFile[]> {
  const git = openPlumbing(repository, { budgetMs: BUDGET_MS, withoutLfs: false });
  const { head, tree } = checkpoint;
  return diffTrees(git, head ?? emptyTreeOf(tree), tree);
}

/** Where the working tree is read, and by which rules. */
export interface CapturePlace {
  repository: Repository;
  state: StatePaths;
  maxFileBytes: number;
  include?: readonly string[];
  now: number;
}

/**
 * What the working tree has that the checkpoint has not, the other way round, and what differs: read through the
 * private index, so that the person's index and files stay as they are.
 * @throws HooksError where git cannot read the working tree.
 */
export function changesSince(
  place: CapturePlace,
  checkpoint: Pick<CheckpointSummary, 'tree'>,
): Promise<ChangedFile[]> {
  return withPresentTree(place, (tree, git) => diffTrees(git, checkpoint.tree, tree));
}

/**
 * The working tree as it is now, as the name of a tree object that git may collect in two weeks.
 * @throws HooksError where git cannot read the working tree.
 */
export function presentTree(place: CapturePlace): Promise<string> {
  return withPresentTree(place, (tree) => Promise.resolve(tree));
}

function withPresentTree<T>(
  place: CapturePlace,
  use: (tree: string, git: Plumbing) => Promise<T>,
): Promise<T> {
  return withWorktreeLock(place, async (index) => {
    const { capture, git } = await captureWithRepair({ ...place, index, budgetMs: BUDGET_MS });
    const last = capture.lastStillThere ? capture.before?.last : undefined;
    writeIndexRecord(index, { ...capture.record, ...optional('last', last) });
    return use(capture.tree, git);
  });
}
