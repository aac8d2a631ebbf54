import { withWorktreeLock } from '../checkpoints/save.ts';
import { type BranchFacts, readBranchFacts, readIdentity, shortBranch } from '../checkpoints/wip-branch.ts';
import { copyIndex, discardIndex, type MovePlace, onIndex } from '../checkpoints/wip-index.ts';
import { applyMove } from '../checkpoints/wip-move.ts';
import { recoverMoves } from '../checkpoints/wip-recover.ts';
import { commitTree } from '../checkpoints/wip-tree.ts';
import { git } from '../platform/git.ts';
import type { Job } from '../store/jobs.ts';
import type { Workplace } from './workplace.ts';

/**
 * Commits what the session left, on the current branch, marked WIP so that it is not pushed by accident. Does
 * nothing, with the reason in the log, during a rebase, merge, cherry-pick, revert or bisect, on a detached HEAD,
 * where something is staged by hand, or without an identity. Files that look like secrets are never committed.
 *
 * Killed at any point and called again for the same job, it makes one commit: what was cut off is completed or
 * reverted first, and the commit names its job.
 */
export async function commitSession(place: Workplace, job: Job): Promise<void> {
  if (!place.resolved.config.postSession.commit.enabled) return;
  const refusal =
    place.repository.gitDir === undefined
      ? 'not a git repository'
      : !place.resolved.commandsTrusted
        ? "this repository's commands are not allowed on this machine (claude-hooks trust)"
        : await commitLocked(place, job);
  if (refusal !== undefined) place.log('info', `no commit at the end of the session: ${refusal}`);
}

function commitLocked(place: Workplace, job: Job): Promise<string | undefined> {
  const { repository, state } = place;
  const at: MovePlace = { repository, state, now: place.now() };
  return withWorktreeLock(at, async () => {
    for (const sentence of await recoverMoves(at)) place.log('info', sentence);
    if (await isCommitted(place, job)) return undefined;
    const facts = await readBranchFacts(repository);
    if (facts.busy !== undefined) return `an operation is in progress (${facts.busy})`;
    if (facts.branch === undefined) return 'HEAD is detached';
    if (!(await readIdentity(repository)).theirs) return 'git has no user.name and user.email';
    return commitThroughIndex(at, place, job, { ...facts, branch: facts.branch });
  });
}

async function isCommitted(place: Workplace, job: Job): Promise<boolean> {
  const last = await git(['log', '-1', '--format=%B'], { cwd: place.repository.root });
  return last.stdout.includes(`Claude-Hooks-Job: ${job.id}\n`);
}

async function commitThroughIndex(
  at: MovePlace,
  place: Workplace,
  job: Job,
  { branch, head, headTree }: BranchFacts & { branch: string },
): Promise<string | undefined> {
  const { repository } = at;
  const { commit } = place.resolved.config.postSession;
  const prepared = await copyIndex(at);
  try {
    if (prepared.stagedTree !== headTree) return 'something is staged by hand';
    const excluded = commit.exclude.map((pattern) => `:(exclude,glob)**/${pattern}`);
    await onIndex(repository, prepared.index, ['add', '-A', '--', '.', ...excluded]);
    const tree = (await onIndex(repository, prepared.index, ['write-tree'])).trim();
    if (tree === headTree) return undefined;
    const subject = commit.message.split('\n')[0] ?? '';
    const made = await commitTree(repository, {
      tree,
      ...(head === undefined ? {} : { parent: head }),
      env: {},
      message: `${commit.message}\n\nClaude-Session: ${job.session}\nClaude-Hooks-Job: ${job.id}\nClaude-WIP: true\n`,
    });
    await applyMove(
      at,
      {
        branch,
        ...(head === undefined ? {} : { from: head }),
        to: made,
        fromTree: headTree,
        toTree: tree,
      },
      prepared,
      {
        kind: 'commit',
        title: `commit ${made.slice(0, 12)} on ${shortBranch(branch)}: ${subject}`,
        reflog: `commit: ${subject}`,
        session: job.session,
      },
    );
    return undefined;
  } finally {
    discardIndex(prepared);
  }
}
