import { HooksError } from '../errors.ts';
import { git } from '../platform/git.ts';
import { visible } from '../platform/terminal.ts';
import type { Operation, StoredOperation } from '../store/operations.ts';
import { optional } from './metadata.ts';
import { EXACT_ENV, readBranchFacts, shortBranch } from './wip-branch.ts';
import { copyIndex, discardIndex, type MovePlace, placeTree } from './wip-index.ts';
import { applyMove, type BranchMove, readMove } from './wip-move.ts';

/**
 * Takes a move back: the branch goes to where it was, and so does the index where the move had changed it; files of
 * the working tree stay as they are. It is an operation itself, and so can be taken back again. Call it only while
 * holding the worktree's lock.
 * @throws HooksError of kind `conflict`, with nothing changed, where something was committed, staged or begun since.
 */
export async function revertMove(place: MovePlace, stored: StoredOperation): Promise<Operation> {
  const { operation } = stored;
  const back = turned(operation);
  await refuseRevert(place, back);
  const prepared = await copyIndex(place);
  try {
    if (back.fromTree !== back.toTree) {
      if (prepared.stagedTree !== back.fromTree) throw stagedSince();
      await placeTree(place.repository, prepared.index, back.toTree);
    }
    const title = turnTitle(operation.title);
    return await applyMove(place, back, prepared, {
      kind: operation.kind === 'squash' ? 'squash' : 'commit',
      title,
      reflog: `claude-hooks undo: moving to ${back.to?.slice(0, 12) ?? 'no commit'}`,
      undoes: operation.id,
      ...optional('session', operation.session),
    });
  } finally {
    discardIndex(prepared);
  }
}

/**
 * What `revertMove` would do; changes nothing.
 * @throws HooksError of kind `conflict` where it would refuse.
 */
export async function previewRevert(place: MovePlace, stored: StoredOperation): Promise<BranchMove> {
  const back = turned(stored.operation);
  await refuseRevert(place, back);
  const { root } = place.repository;
  const args = ['diff-index', '--cached', '--quiet', back.fromTree, '--'];
  if (back.fromTree !== back.toTree && (await git(args, { cwd: root, env: EXACT_ENV })).code !== 0)
    throw stagedSince();
  return back;
}

function turned(operation: Operation): BranchMove {
  const { move } = readMove(operation);
  return {
    branch: move.branch,
    ...optional('from', move.to),
    ...optional('to', move.from),
    fromTree: move.toTree,
    toTree: move.fromTree,
  };
}

async function refuseRevert({ repository }: MovePlace, back: BranchMove): Promise<void> {
  const facts = await readBranchFacts(repository);
  const name = visible(shortBranch(back.branch));
  const refuse = (message: string, hint: string): never => {
    throw new HooksError({ code: 'undo-conflict', kind: 'conflict', message, hint });
  };
  if (facts.busy !== undefined)
    refuse(
      `git is in the middle of something (${facts.busy})`,
      'Finish or abort it, then undo; nothing was changed.',
    );
  if (facts.branch !== back.branch)
    refuse(`This was done on the branch ${name}, which is not checked out`, `First: git switch ${name}`);
  if (facts.head !== back.from)
    refuse(
      `The branch ${name} has moved since`,
      'Undo what was done later first; what was committed by hand is undone with git revert or git reset.',
    );
}

function turnTitle(title: string): string {
  const turned = title.startsWith('Undo: ')
    ? title.replace(/^Undo/, 'Redo')
    : title.startsWith('Redo: ')
      ? title.replace(/^Redo/, 'Undo')
      : `Undo: ${title}`;
  return turned;
}

function stagedSince(): HooksError {
  return new HooksError({
    code: 'undo-conflict',
    kind: 'conflict',
    message: 'Something is staged, which undoing would mix up',
    hint: 'Commit it or unstage it (git restore --staged .), then undo; nothing was changed.',
  });
}
