import { withWorktreeLock } from '../checkpoints/save.ts';
import { readBranchFacts, readIdentity, shortBranch } from '../checkpoints/wip-branch.ts';
import { copyIndex, discardIndex, type MovePlace, placeTree } from '../checkpoints/wip-index.ts';
import { applyMove } from '../checkpoints/wip-move.ts';
import { recoverMoves } from '../checkpoints/wip-recover.ts';
import { pushedTo, type RowCommit, readWipRow } from '../checkpoints/wip-row.ts';
import { commitTree } from '../checkpoints/wip-tree.ts';
import { HooksError } from '../errors.ts';
import { git } from '../platform/git.ts';
import { visible } from '../platform/terminal.ts';
import type { Workplace } from './workplace.ts';

export interface SquashRequest {
  /** Of the one commit the row becomes; without it nothing is committed. */
  message?: string;
  dryRun: boolean;
  /** Asked with the plan before anything is changed. Absent means yes. */
  confirm?(plan: SquashPlan): Promise<boolean>;
}

export interface SquashPlan {
  /** As people write it. */
  branch: string;
  /** The WIP commits that are folded, the newest first. */
  folded: RowCommit[];
  /** The commit the branch goes on from. */
  base: string;
  /** Sentences for a person. */
  notes: string[];
}

export interface SquashResult extends SquashPlan {
  applied: boolean;
  /** The commit they became; absent without a message, or where together they change nothing. */
  commit?: string;
  /** Id of the operation, for `claude-hooks undo`. */
  operation?: string;
}

/** A plan with what carrying it out needs. */
interface FullPlan extends SquashPlan {
  ref: string;
  tip: string;
  tipTree: string;
  baseTree: string;
}

/**
 * Folds the unbroken row of WIP commits at the tip of the branch: with a message into one commit by the person; without
 * one the branch goes back to before them, and their work is in the working tree, not staged. No file on disk is
 * touched; what is staged stays so with a message, and has to be nothing without one. An operation that can be undone.
 * Runs no hook and signs nothing.
 * @throws HooksError of kind `conflict`, with nothing changed, where the commits were pushed, git is in the middle of
 * something, or something is staged.
 */
export async function squashWip(place: Workplace, request: SquashRequest): Promise<SquashResult> {
  const at: MovePlace = { repository: place.repository, state: place.state, now: place.now() };
  const { message, confirm } = request;
  if (message?.trim() === '') throw emptyMessage();
  // Begun with nothing half done; the lock is not held while a person thinks.
  await withWorktreeLock(at, () => recoverMoves(at));
  const plan = await planSquash(at, message);
  const nothing: SquashResult = { ...shown(plan), applied: false };
  if (plan.folded.length === 0 || request.dryRun) return nothing;
  if (confirm !== undefined && !(await confirm(shown(plan)))) return nothing;
  return withWorktreeLock(at, async () => {
    const now = await planSquash(at, message);
    if (now.tip !== plan.tip || now.ref !== plan.ref)
      throw conflict(
        'branch-moved',
        'The branch has moved since it was looked at',
        'Look again and repeat it.',
      );
    return { ...shown(now), applied: true, ...(await carryOut(at, now, message)) };
  });
}

async function planSquash(place: MovePlace, message: string | undefined): Promise<FullPlan> {
  const { repository } = place;
  const facts = await readBranchFacts(repository);
  if (facts.busy !== undefined)
    throw conflict(
      'operation-in-progress',
      `git is in the middle of something (${facts.busy})`,
      'Finish or abort it first.',
    );
  if (facts.branch === undefined)
    throw conflict('head-detached', 'HEAD is on no branch', 'First: git switch BRANCH');
  if (facts.head === undefined)
    throw conflict(
      'branch-unborn',
      `${visible(shortBranch(facts.branch))} has no commit yet`,
      'There is nothing to squash.',
    );
  const row = await readWipRow(repository, facts.head);
  const pushed = await pushedTo(repository, row);
  if (pushed.length > 0)
    throw conflict(
      'wip-pushed',
      `These WIP commits are on a remote already (${visible(pushed.join(', '))}), where others may have built on them`,
      'Rewriting them is yours to decide: git rebase -i.',
    );
  if (message !== undefined && row.commits.length > 0 && !(await readIdentity(repository)).theirs)
    throw conflict(
      'no-identity',
      'git has no user.name and user.email to commit with',
      'git config user.name and user.email, then repeat it.',
    );
  const plan = {
    branch: shortBranch(facts.branch),
    folded: row.commits,
    base: row.base,
    ref: facts.branch,
    tip: facts.head,
    tipTree: facts.headTree,
    baseTree: row.baseTree,
  };
  return { ...plan, notes: await notesOf(place, plan, row.below, message) };
}

async function notesOf(
  { repository }: MovePlace,
  plan: Omit<FullPlan, 'notes'>,
  below: number,
  message: string | undefined,
): Promise<string[]> {
  const notes: string[] = [];
  if (below > 0)
    notes.push(
      `${below} WIP ${below === 1 ? 'commit lies' : 'commits lie'} further down, below other commits, and ${below === 1 ? 'stays' : 'stay'} as ${below === 1 ? 'it is' : 'they are'}.`,
    );
  if (plan.folded.length === 0) return notes;
  if (plan.tipTree === plan.baseTree)
    notes.push('Together they change nothing, so there is nothing to commit.');
  else if (message === undefined)
    notes.push('Their work stays in your working tree, not staged and not committed.');
  else if (
    (await git(['config', '--type=bool', 'commit.gpgSign'], { cwd: repository.root })).stdout.trim() ===
    'true'
  )
    notes.push('The commit is not signed and no hook has seen it: git commit --amend --no-edit does both.');
  return notes;
}

async function carryOut(
  place: MovePlace,
  plan: FullPlan,
  message: string | undefined,
): Promise<{ commit?: string; operation: string }> {
  const { repository } = place;
  const { ref, tip, tipTree, base, baseTree } = plan;
  const prepared = await copyIndex(place);
  try {
    const commits = message !== undefined && tipTree !== baseTree;
    if (!commits && tipTree !== baseTree) {
      if (prepared.stagedTree !== tipTree)
        throw conflict(
          'staged-work',
          'Something is staged, which would be mixed up',
          'Commit or unstage it (git restore --staged .), or give a message (-m).',
        );
      await placeTree(repository, prepared.index, baseTree);
    }
    const commit = commits
      ? await commitTree(repository, {
          tree: tipTree,
          parent: base,
          env: {},
          message: `${message.trimEnd()}\n`,
        })
      : undefined;
    const count = `${plan.folded.length} WIP ${plan.folded.length === 1 ? 'commit' : 'commits'}`;
    const operation = await applyMove(
      place,
      { branch: ref, from: tip, to: commit ?? base, fromTree: tipTree, toTree: commits ? tipTree : baseTree },
      prepared,
      {
        kind: 'squash',
        title:
          commit === undefined
            ? `take ${count} back from ${plan.branch}`
            : `squash ${count} on ${plan.branch} into ${commit.slice(0, 12)}`,
        reflog:
          commit === undefined
            ? `claude-hooks squash: moving to ${base.slice(0, 12)}`
            : `commit (squash): ${firstLine(message)}`,
        about: { folded: plan.folded.map((one) => one.commit) },
      },
    );
    return { operation: operation.id, ...(commit === undefined ? {} : { commit }) };
  } finally {
    discardIndex(prepared);
  }
}

function firstLine(message: string | undefined): string {
  return (message ?? '').trim().split('\n')[0] ?? '';
}

function shown({ branch, folded, base, notes }: FullPlan): SquashPlan {
  return { branch, folded, base, notes };
}

function conflict(code: string, message: string, hint: string): HooksError {
  return new HooksError({ code, kind: 'conflict', message, hint: `${hint} Nothing was changed.` });
}

function emptyMessage(): HooksError {
  return new HooksError({
    code: 'message-empty',
    kind: 'usage',
    message: 'The message is empty',
    hint: 'Give one (-m "..."), or leave -m out to take the commits back without a new one.',
  });
}
