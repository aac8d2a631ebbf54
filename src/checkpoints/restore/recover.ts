import { HooksError } from '../../errors.ts';
import { randomHex } from '../../platform/digest.ts';
import { finishSwap, isIndexHeld, releaseIndex } from '../../store/index-swap.ts';
import { acquireLock } from '../../store/lock.ts';
import { logLine } from '../../store/log.ts';
import { changeMark, hasMark } from '../../store/operation-files.ts';
import { isPending, pendingOperations, type StoredOperation } from '../../store/operations.ts';
import { locateRepository, type Repository, type StatePaths, worktreeName } from '../../store/paths.ts';
import { openPlumbing, type Plumbing } from '../plumbing.ts';
import { worktreeLockName } from '../worktree-lock.ts';
import { finishRestore, newIndexOf, type OperationPlace, preparedIndexes, revertRestore } from './finish.ts';
import { moveHead, readHeadMove, requireHead, unmakeBranch } from './head.ts';
import { type MovePlan, readMovePlan } from './moves.ts';
import { swapStaging } from './staging.ts';

const BUDGET_MS = 600_000;
/** Kinds of operations on a working tree that are restores by their entries. */
const KINDS: readonly string[] = ['restore', 'branch', 'return'];

/**
 * Completes or reverts a restore that was cut off: afterwards the working tree and the staging are as before it, or as
 * it was to make them, and it is gone from the journal or done. Safe to repeat and to be killed in.
 * @returns a sentence for a person; undefined where its owner is still at work.
 */
export async function recoverRestore(
  place: { state: StatePaths; now: number },
  stored: StoredOperation,
): Promise<string | undefined> {
  const repository = locateRepository(stored.operation.root);
  const lock = acquireLock(place.state.locks, worktreeLockName(repository));
  if (lock === undefined) return undefined;
  try {
    if (!isPending(place.state, stored.operation.id)) return undefined;
    return await recoverOne({ repository, state: place.state, ...stored }, place.now);
  } finally {
    lock.release();
  }
}

/** As `recoverRestore`, for all cut-off restores of a working tree whose lock the caller holds. */
export async function recoverHeld(
  place: { repository: Repository; state: StatePaths },
  now: number,
): Promise<string[]> {
  const said: string[] = [];
  for (const stored of pendingOperations(place.state)) {
    const { kind, data } = stored.operation;
    // By its name, not by its path: a repository can be moved, and seen under several paths.
    if (KINDS.includes(kind) && data.worktree === worktreeName(place.repository))
      said.push(await recoverOne({ ...place, ...stored }, now));
  }
  return said;
}

async function recoverOne(place: OperationPlace, now: number): Promise<string> {
  const { operation, state } = place;
  const sentence = await mend(place);
  logLine(state, 'warn', `restore ${operation.id}: ${sentence}`, now);
  return sentence;
}

async function mend(place: OperationPlace): Promise<string> {
  const { directory, operation, repository } = place;
  const git = openPlumbing(repository, { budgetMs: BUDGET_MS, withoutLfs: false });
  const plan = readMovePlan(directory);
  if (plan !== undefined && (await goForward(place, git, plan))) {
    await finishRestore(place, git, plan);
    return `"${operation.title}" was cut off after its last change and is completed now.`;
  }
  await unmakeBranch(repository, readHeadMove(operation.data.head));
  const kept = revertRestore(place, plan);
  const more = kept.length === 0 ? '' : ` What stood in the way is kept: ${kept.join(', ')}.`;
  return `"${operation.title}" was cut off and is taken back: files and staging are as before it.${more}`;
}

/** @returns whether all of it is in place now; if not, nothing of it may stay. */
async function goForward(place: OperationPlace, git: Plumbing, plan: MovePlan): Promise<boolean> {
  const { directory, repository } = place;
  const held = preparedIndexes(place).find(isIndexHeld);
  const head = readHeadMove(place.operation.data.head);
  if (hasMark(directory, 'swapping')) {
    await moveHead(repository, head);
    if (held !== undefined) finishSwap(held);
    return true;
  }
  if (!hasMark(directory, 'verified')) return false;
  if (held !== undefined) releaseIndex(held);
  if (plan.staging === undefined) return true;
  // A git that outlived a kill may still write to the index that was prepared before.
  const index = { ...newIndexOf(place), file: `${newIndexOf(place).file}-${randomHex(4)}` };
  const mark = async (): Promise<void> => {
    await requireHead(repository, head);
    changeMark(directory, 'verified', 'swapping');
  };
  const together = (): Promise<boolean> => moveHead(repository, head);
  try {
    return await swapStaging({ git, repository, index }, plan.staging, undefined, mark, together);
  } catch (error) {
    // Whoever went on by hand decides where HEAD is; then the files go back as well.
    if (error instanceof HooksError && error.code === 'head-moved') return false;
    throw error;
  }
}
