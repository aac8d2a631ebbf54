import { withWorktreeLock } from '../checkpoints/save.ts';
import type { Checkpoint } from '../checkpoints/types.ts';
import type { MovePlace } from '../checkpoints/wip-index.ts';
import { recoverMove, recoverMoves } from '../checkpoints/wip-recover.ts';
import { revertMove } from '../checkpoints/wip-revert.ts';
import { commitTreeOnBranch } from '../checkpoints/wip-tree.ts';
import type { Config } from '../config/config.ts';
import { HooksError, messageOf } from '../errors.ts';
import { acquireLock } from '../store/lock.ts';
import { logLine } from '../store/log.ts';
import { isPending, type Operation, type StoredOperation } from '../store/operations.ts';
import { locateRepository, type Repository, type StatePaths, worktreeName } from '../store/paths.ts';

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

/**
 * Takes back a WIP commit, an automatic one or that of a session's end: the branch and the index go back to before it,
 * the files stay as they are. @throws HooksError of kind `conflict`, with nothing changed, where something was
 * committed, staged or begun since. @returns the operation that took it back.
 */
export function undoWipCommit(
  place: { state: StatePaths; now(): number },
  stored: StoredOperation,
): Promise<Operation> {
  return undoMove(place, stored);
}

/** As `undoWipCommit`: the WIP commits that `checkpoint squash` folded are the tip of the branch again. */
export function undoSquash(
  place: { state: StatePaths; now(): number },
  stored: StoredOperation,
): Promise<Operation> {
  return undoMove(place, stored);
}

async function undoMove(
  { state, now }: { state: StatePaths; now(): number },
  stored: StoredOperation,
): Promise<Operation> {
  const repository = locateRepository(stored.operation.root);
  if (repository.gitDir === undefined) {
    throw new HooksError({
      code: 'undo-conflict',
      kind: 'conflict',
      message: `There is no working tree at ${stored.operation.root} any more`,
      hint: 'Undo what was done in a working tree that is gone with git itself: git reflog shows the commits.',
    });
  }
  const place: MovePlace = { repository, state, now: now() };
  return withWorktreeLock(place, async () => {
    await recoverMoves(place);
    return revertMove(place, stored);
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
