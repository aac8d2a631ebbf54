import * as path from 'node:path';
import { HooksError } from '../errors.ts';
import { exists, removeFile, renameFile } from '../platform/fs.ts';
import { git, gitOrThrow } from '../platform/git.ts';
import { visible } from '../platform/terminal.ts';
import { finishSwap, holdIndex, releaseIndex } from '../store/index-swap.ts';
import {
  beginOperation,
  completeOperation,
  dropOperation,
  OPERATION_PINS,
  type Operation,
} from '../store/operations.ts';
import type { Repository } from '../store/paths.ts';
import type { PrivateIndex } from '../store/private-index.ts';
import { optional } from './metadata.ts';
import { EXACT_ENV, isAncestor, readBranch, readTip, shortBranch } from './wip-branch.ts';
import type { MovePlace, PreparedIndex } from './wip-index.ts';

/** A branch that goes from one commit to another, and the person's index with it. */
export interface BranchMove {
  /** Full name of the branch HEAD is on. */
  branch: string;
  /** Commits; undefined where the branch has none. */
  from?: string;
  to?: string;
  /** Trees of the index before and after; the same where it stays as it is. */
  fromTree: string;
  toTree: string;
}

/** What the journal says of a move. */
export interface MoveEntry {
  kind: 'commit' | 'squash';
  title: string;
  /** Line of the branch's reflog. */
  reflog: string;
  session?: string;
  undoes?: string;
  /** More to remember. */
  about?: Record<string, unknown>;
}

const OID = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

/**
 * Moves the branch and lets the person's index follow, as one operation of the journal. The index is locked first, as
 * git does it for a commit; the branch moves in one step and only from where it was; then the prepared index takes
 * the place of the person's. Killed at any point, `recoverMove` completes or reverts it.
 * Call it only while holding the worktree's lock; `prepared` is used up.
 * @throws HooksError of kind `conflict`, with nothing changed, where index or branch were changed meanwhile.
 */
export async function applyMove(
  place: MovePlace,
  move: BranchMove,
  prepared: PreparedIndex,
  entry: MoveEntry,
): Promise<Operation> {
  const { repository, state, now } = place;
  const { seed } = prepared;
  const { operation, directory } = beginOperation(
    state,
    {
      kind: entry.kind,
      title: entry.title,
      at: now,
      root: repository.root,
      ...optional('session', entry.session),
      ...optional('undoes', entry.undoes),
      data: { ...entry.about, ...move, seed, reflog: entry.reflog },
    },
    (folder) => renameFile(prepared.index.file, path.join(folder, 'index')),
  );
  const index = { ...prepared.index, file: path.join(directory, 'index') };
  try {
    await pin(repository, operation.id, move);
    if (!holdIndex(repository, index, seed)) throw indexInUse(index);
    if ((await readBranch(repository)) !== move.branch) throw branchMoved(move.branch);
    await moveRef(repository, move, entry.reflog);
  } catch (error) {
    releaseIndex(index);
    await forgetMove(place, operation.id);
    throw error;
  }
  finishSwap(index);
  finishMove(place, operation, index);
  return operation;
}

/** The move an operation of this kind made. @throws HooksError where its entry is damaged. */
export function readMove(operation: Operation): { move: BranchMove; seed: string; reflog: string } {
  const { branch, from, to, fromTree, toTree, seed, reflog } = operation.data;
  const isOid = (value: unknown): value is string => typeof value === 'string' && OID.test(value);
  if (
    typeof branch !== 'string' ||
    !branch.startsWith('refs/heads/') ||
    (from !== undefined && !isOid(from)) ||
    (to !== undefined && !isOid(to)) ||
    !isOid(fromTree) ||
    !isOid(toTree)
  ) {
    throw new HooksError({
      code: 'operation-damaged',
      kind: 'failed',
      message: `The entry of operation ${operation.id} cannot be read`,
      hint: 'Nothing was changed; the commits it names are in the reflog of the branch.',
    });
  }
  const move: BranchMove = { branch, fromTree, toTree, ...optional('from', from), ...optional('to', to) };
  return { move, seed: typeof seed === 'string' ? seed : '', reflog: String(reflog) };
}

/** Moves the branch in one step, and only from where it has to be. @throws HooksError where it is elsewhere. */
export async function moveRef(repository: Repository, move: BranchMove, reflog: string): Promise<void> {
  const zero = '0'.repeat(move.fromTree.length);
  const args =
    move.to === undefined
      ? ['update-ref', '-m', reflog, '-d', move.branch, move.from ?? zero]
      : ['update-ref', '-m', reflog, move.branch, move.to, move.from ?? zero];
  const result = await git(args, { cwd: repository.root, env: EXACT_ENV });
  if (result.code === 0) return;
  // Killed at its time limit, it may have done it all the same.
  const tip = await readTip(repository, move.branch);
  if (tip === move.to) return;
  if (tip !== move.from) throw branchMoved(move.branch);
  throw new HooksError({
    code: 'git-failed',
    kind: 'failed',
    message: `The branch ${move.branch} could not be moved: ${result.stderr.trim().split('\n').at(-1) ?? ''}`,
    hint: 'Nothing was changed.',
  });
}

/** Puts a move that was made among the operations that are done. */
export function finishMove(place: MovePlace, operation: Operation, index: PrivateIndex): void {
  removeFile(index.file);
  completeOperation(place.state, operation);
}

/** Forgets a move that was not made. */
export async function forgetMove({ repository, state }: MovePlace, id: string): Promise<void> {
  await git(['update-ref', '-d', `${OPERATION_PINS}${id}`], { cwd: repository.root });
  dropOperation(state, id);
}

/** Keeps the commits that the branch would lose; going forward it loses none. */
async function pin(repository: Repository, id: string, { from, to }: BranchMove): Promise<void> {
  if (from === undefined || (to !== undefined && (await isAncestor(repository, from, to)))) return;
  await gitOrThrow(['update-ref', `${OPERATION_PINS}${id}`, from], { cwd: repository.root, env: EXACT_ENV });
}

/** The error of an index that cannot be taken now. */
export function indexInUse(index: PrivateIndex): HooksError {
  const held = exists(`${index.userIndex}.lock`);
  return new HooksError({
    code: held ? 'index-locked' : 'index-changed',
    kind: 'conflict',
    message: held
      ? `Another git is at work: ${index.userIndex}.lock is held`
      : 'Something was staged at the same moment',
    hint: held
      ? 'Wait for it; if no git runs any more, remove that file. Nothing was changed.'
      : 'Try again; nothing was changed.',
  });
}

function branchMoved(branch: string): HooksError {
  return new HooksError({
    code: 'branch-moved',
    kind: 'conflict',
    message: `${visible(shortBranch(branch))} was moved at the same moment, or HEAD left it`,
    hint: 'Look at git log and try again; nothing was changed.',
  });
}
