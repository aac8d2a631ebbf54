import { withWorktreeLock } from '../checkpoints/save.ts';
import type { Checkpoint } from '../checkpoints/types.ts';
import { shortBranch } from '../checkpoints/wip-branch.ts';
import type { MovePlace } from '../checkpoints/wip-index.ts';
import { type BranchMove, readMove } from '../checkpoints/wip-move.ts';
import { recoverMove, recoverMoves } from '../checkpoints/wip-recover.ts';
import { previewRevert, revertMove } from '../checkpoints/wip-revert.ts';
import { commitTreeOnBranch } from '../checkpoints/wip-tree.ts';
import type { Config } from '../config/config.ts';
import { HooksError, messageOf } from '../errors.ts';
import { visible } from '../platform/terminal.ts';
import { acquireLock } from '../store/lock.ts';
import { logLine } from '../store/log.ts';
import { isPending, type StoredOperation } from '../store/operations.ts';
import { locateRepository, type Repository, type StatePaths, worktreeName } from '../store/paths.ts';
import { isSamePlace } from './operation-place.ts';
import type { UndoKind, UndoPreview } from './undo-kind.ts';
import type { Workplace } from './workplace.ts';

export interface WipRequest {
  repository: Repository;
  state: StatePaths;
  config: Config;
  /** Whether the person agreed to what this repository's configuration makes claude-hooks do. */
  commandsTrusted?: boolean;
  reason: string;
  session: string;
  checkpoint: Checkpoint;
  /** Milliseconds since 1970. */
  now: number;
}

/** Reasons of checkpoints that also become a commit. */
const COMMITTED = ['stop', 'interval', 'session-end'];

/**
 * Commits an automatic checkpoint on the current branch where the configuration asks for that
 * (`checkpoints.commit: "branch"`), marked WIP so that it is not pushed by accident, as an operation that can be undone.
 * Does nothing, with the reason in the log, during a rebase, merge, cherry-pick, revert, am or bisect, on a detached
 * HEAD or an unborn branch, where something is staged by hand or HEAD has moved since the checkpoint. Never rejects: the
 * checkpoint counts whatever happens here.
 */
export async function commitWip(request: WipRequest): Promise<void> {
  const { config, reason, state, checkpoint, now } = request;
  if (config.checkpoints.commit !== 'branch' || !COMMITTED.includes(reason)) return;
  try {
    const refusal = request.commandsTrusted
      ? await commitLocked(request)
      : "this repository's configuration is not allowed to commit on this machine (claude-hooks trust)";
    if (refusal === undefined) return;
    logLine(state, 'info', `no WIP commit of checkpoint ${checkpoint.id}: ${refusal}`, now);
  } catch (error) {
    logLine(state, 'warn', `no WIP commit of checkpoint ${checkpoint.id}: ${messageOf(error)}`, now);
  }
}

function commitLocked(request: WipRequest): Promise<string | undefined> {
  const { repository, state, config, session, checkpoint, now } = request;
  const place: MovePlace = { repository, state, now };
  return withWorktreeLock(place, async () => {
    for (const sentence of await recoverMoves(place)) logLine(state, 'info', sentence, now);
    return commitTreeOnBranch(place, {
      checkpoint,
      session,
      exclude: config.postSession.commit.exclude,
    });
  });
}

/** How WIP commits and squashes are undone: branch and index go back to before them, the files stay as they are. */
export const BRANCH_MOVE_UNDO: UndoKind = {
  anywhere: false,
  touches: ({ data }) => (typeof data.branch === 'string' ? [`branch ${data.branch}`] : []),
  preview: async (place, stored) => describeMove(await previewRevert(movePlace(place, stored), stored)),
  async undo(place, stored) {
    const at = movePlace(place, stored);
    const operation = await withWorktreeLock(at, async () => {
      for (const sentence of await recoverMoves(at)) place.log('info', sentence);
      return revertMove(at, stored);
    });
    return { ...describeMove(readMove(operation).move), operation: operation.id };
  },
};

function describeMove({ branch, from, to }: BranchMove): UndoPreview {
  const short = (commit: string | undefined): string => commit?.slice(0, 12) ?? 'no commit';
  return {
    steps: [{ verb: 'move', name: `branch ${shortBranch(branch)} from ${short(from)} to ${short(to)}` }],
    notes: ['Your files stay as they are.'],
  };
}

/** The working tree the operation was done in; it has to be one of this repository. */
function movePlace({ state, now, user }: Workplace, { operation }: StoredOperation): MovePlace {
  if (isSamePlace({ state, user }, operation.root))
    return { repository: locateRepository(operation.root), state, now: now() };
  throw new HooksError({
    code: 'undo-conflict',
    kind: 'conflict',
    message: `${visible(operation.root)} is no working tree of this repository any more`,
    hint: 'What was done in a working tree that is gone is undone with git itself: git reflog shows the commits.',
  });
}

/**
 * Completes a WIP commit, a squash, or the undoing of one that was cut off, or takes it back where the branch had not
 * moved. May be repeated. @returns a sentence for the person; undefined where its owner is still at work, or where
 * nothing had been changed.
 */
export async function recoverBranchMove(
  { state, now }: { state: StatePaths; now(): number },
  stored: StoredOperation,
): Promise<string | undefined> {
  const repository = locateRepository(stored.operation.root);
  const lock = acquireLock(state.locks, `checkpoint-${worktreeName(repository)}`);
  if (lock === undefined) return undefined;
  try {
    return isPending(state, stored.operation.id)
      ? await recoverMove({ state, now: now() }, stored)
      : undefined;
  } finally {
    lock.release();
  }
}
