import * as path from 'node:path';
import { realPath } from '../platform/fs.ts';
import { finishSwap, isIndexHeld, releaseIndex, swapIndex } from '../store/index-swap.ts';
import { pendingOperations, type StoredOperation } from '../store/operations.ts';
import { locateRepository, type Repository } from '../store/paths.ts';
import { type PrivateIndex, seedMark } from '../store/private-index.ts';
import { isAncestor, readBranch, readTip } from './wip-branch.ts';
import { copyIndex, discardIndex, type MovePlace, placeTree } from './wip-index.ts';
import { type BranchMove, finishMove, forgetMove, indexInUse, moveRef, readMove } from './wip-move.ts';

/**
 * Recovers every move of this working tree that was cut off. Call it only while holding the worktree's lock.
 * @returns sentences for the person.
 */
export async function recoverMoves(place: MovePlace): Promise<string[]> {
  const said: string[] = [];
  const here = realPath(place.repository.gitDir ?? '');
  for (const stored of pendingOperations(place.state)) {
    const { kind, root } = stored.operation;
    if (kind !== 'commit' && kind !== 'squash') continue;
    if (realPath(locateRepository(root).gitDir ?? '') !== here) continue;
    const words = await recoverMove(place, stored);
    if (words !== undefined) said.push(words);
  }
  return said;
}

/**
 * Completes a move that was cut off, or takes it back where the branch had not moved and cannot move any more. May be
 * repeated, and may itself be cut off. Call it only while holding the lock of the operation's working tree.
 * @returns a sentence for the person; undefined where nothing had been changed yet.
 */
export async function recoverMove(
  place: { state: MovePlace['state']; now: number },
  stored: StoredOperation,
): Promise<string | undefined> {
  const { operation, directory } = stored;
  const at = { ...place, repository: locateRepository(operation.root) };
  const { repository } = at;
  const { move, seed, reflog } = readMove(operation);
  const index: PrivateIndex = {
    file: path.join(directory, 'index'),
    userIndex: path.join(repository.gitDir ?? '', 'index'),
    recordFile: '',
  };
  const held = isIndexHeld(index);
  // The lock is taken before the branch moves, so its git may have been cut off at any point, or still be at work.
  if (held && seedMark(repository, index) === seed && (await readBranch(repository)) === move.branch) {
    if (await canMove(repository, move, reflog)) {
      finishSwap(index);
      finishMove(at, operation, index);
      return `completed what was cut off: ${operation.title}`;
    }
  }
  releaseIndex(index);
  if (!(await hasMoved(repository, move))) {
    await forgetMove(at, operation.id);
    return held ? `taken back, because it was cut off: ${operation.title}` : undefined;
  }
  const followed = await followIndex(at, move);
  finishMove(at, operation, index);
  return followed
    ? `completed what was cut off: ${operation.title}`
    : `completed what was cut off: ${operation.title}; something was staged meanwhile: look at git status`;
}

async function canMove(repository: Repository, move: BranchMove, reflog: string): Promise<boolean> {
  try {
    if ((await readTip(repository, move.branch)) !== move.to) await moveRef(repository, move, reflog);
    return true;
  } catch {
    return false;
  }
}

/** Whether the branch moved, although it may have moved on since. */
async function hasMoved(repository: Repository, { branch, from, to }: BranchMove): Promise<boolean> {
  const tip = await readTip(repository, branch);
  if (tip === to) return true;
  if (tip === undefined || tip === from || to === undefined) return false;
  if (!(await isAncestor(repository, to, tip))) return false;
  // Going back, the commit it came from is no longer behind the tip.
  return (
    from === undefined ||
    (await isAncestor(repository, from, to)) ||
    !(await isAncestor(repository, from, tip))
  );
}

/** Lets an index follow that did not, because its lock was removed by hand. @returns false where it is the person's. */
async function followIndex(place: MovePlace, move: BranchMove): Promise<boolean> {
  const { repository } = place;
  if (move.fromTree === move.toTree || (await readTip(repository, move.branch)) !== move.to) return true;
  if ((await readBranch(repository)) !== move.branch) return true;
  const prepared = await copyIndex(place);
  try {
    if (prepared.stagedTree === move.toTree) return true;
    if (prepared.stagedTree !== move.fromTree) return false;
    await placeTree(repository, prepared.index, move.toTree);
    if (swapIndex(repository, prepared.index, prepared.seed)) return true;
    throw indexInUse(prepared.index);
  } finally {
    discardIndex(prepared);
  }
}
