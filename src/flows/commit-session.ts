import * as path from 'node:path';
import { exists, removeFile } from '../platform/fs.ts';
import { git, gitOrThrow } from '../platform/git.ts';
import { finishSwap, swapIndex } from '../store/index-swap.ts';
import type { Job } from '../store/jobs.ts';
import { type PrivateIndex, seedMark, seedPrivateIndex } from '../store/private-index.ts';
import type { Workplace } from './workplace.ts';

const IN_PROGRESS = [
  'MERGE_HEAD',
  'CHERRY_PICK_HEAD',
  'REVERT_HEAD',
  'BISECT_LOG',
  'rebase-merge',
  'rebase-apply',
];
const TIME_LIMIT_MS = 60_000;

/**
 * Commits what the session left, on the current branch, marked WIP so that it is not pushed by accident. Does
 * nothing, with the reason in the log, during a rebase, merge, cherry-pick, revert or bisect, on a detached HEAD,
 * where something is staged by hand, or without an identity. Files that look like secrets are never committed.
 *
 * Killed at any point and called again for the same job, it makes one commit: the tree is put together in an index of
 * the job's own, the branch moves in one step and only from where it was, and only then the person's index follows.
 */
export async function commitSession(place: Workplace, job: Job): Promise<void> {
  const { gitDir } = place.repository;
  if (!place.resolved.config.postSession.commit.enabled) return;
  if (gitDir === undefined) return refuse(place, 'not a git repository');
  if (await isCommitted(place, job)) await settleIndex(place, job);
  else {
    const refusal = await whyNotCommit(place, gitDir);
    if (refusal !== undefined) return refuse(place, refusal);
    await commitThroughIndex(place, job);
  }
  for (const index of indexesOf(place, job)) removeFile(index.file);
}

function refuse(place: Workplace, reason: string): void {
  place.log('info', `no commit at the end of the session: ${reason}`);
}

/** One index an attempt: a git that outlived a killed worker may still write to the one before. Newest first. */
function indexesOf(place: Workplace, job: Job): PrivateIndex[] {
  return Array.from({ length: job.attempts }, (_, number) => ({
    file: path.join(place.state.indexes, `commit-${job.id}-${job.attempts - number}`),
    userIndex: path.join(place.repository.gitDir ?? '', 'index'),
    recordFile: '',
  }));
}

async function isCommitted(place: Workplace, job: Job): Promise<boolean> {
  const last = await git(['log', '-1', '--format=%B'], { cwd: place.repository.root });
  return last.stdout.includes(`Claude-Hooks-Job: ${job.id}\n`);
}

async function commitThroughIndex(place: Workplace, job: Job): Promise<void> {
  const { commit } = place.resolved.config.postSession;
  const [index] = indexesOf(place, job);
  if (index === undefined) throw new Error(`job ${job.id} was not begun`);
  const cwd = place.repository.root;
  const own = { cwd, env: { GIT_INDEX_FILE: index.file }, timeoutMs: TIME_LIMIT_MS };
  const seed = seedPrivateIndex(place.repository, index);
  const [branch, head] = await Promise.all([
    gitOrThrow(['symbolic-ref', 'HEAD'], { cwd }),
    git(['rev-parse', '--verify', '--quiet', 'HEAD'], { cwd }),
  ]);
  const excluded = commit.exclude.map((pattern) => `:(exclude,glob)**/${pattern}`);
  await gitOrThrow(['add', '-A', '--', '.', ...excluded], own);
  const tree = (await gitOrThrow(['write-tree'], own)).trim();
  const parent = head.stdout.trim();
  if (parent === '') {
    if ((await gitOrThrow(['ls-files', '--cached'], own)) === '') return;
  } else if ((await gitOrThrow(['rev-parse', `${parent}^{tree}`], { cwd })).trim() === tree) return;
  const made = await gitOrThrow(['commit-tree', tree, ...(parent === '' ? [] : ['-p', parent]), '-F', '-'], {
    cwd,
    input: `${commit.message}\n\nClaude-Session: ${job.session}\nClaude-Hooks-Job: ${job.id}\nClaude-WIP: true\n`,
  });
  if (seedMark(place.repository, index) !== seed) throw new Error('the index changed during the commit');
  const subject = commit.message.split('\n')[0] ?? '';
  await gitOrThrow(['update-ref', '-m', `commit: ${subject}`, branch.trim(), made.trim(), parent], { cwd });
  if (!swapIndex(place.repository, index, seed)) await settleIndex(place, job);
}

/** Brings the person's index up to the commit where it still holds the tree before it; else it is theirs. */
async function settleIndex(place: Workplace, job: Job): Promise<void> {
  const cwd = place.repository.root;
  if (indexesOf(place, job).some(finishSwap)) return;
  if ((await git(['diff', '--cached', '--quiet', 'HEAD'], { cwd })).code === 0) return;
  const before = await git(['rev-parse', '--verify', '--quiet', 'HEAD^'], { cwd });
  const base =
    before.code === 0
      ? before.stdout.trim()
      : (await gitOrThrow(['hash-object', '-t', 'tree', '--stdin'], { cwd, input: '' })).trim();
  if ((await git(['diff', '--cached', '--quiet', base], { cwd })).code === 0) {
    await gitOrThrow(['reset', '--quiet'], { cwd, timeoutMs: TIME_LIMIT_MS });
  } else {
    place.log('warn', 'the session was committed, but something was staged meanwhile: look at git status');
  }
}

async function whyNotCommit(place: Workplace, gitDir: string): Promise<string | undefined> {
  const { root } = place.repository;
  if (!place.resolved.commandsTrusted)
    return "this repository's commands are not allowed on this machine (claude-hooks trust)";
  const busy = IN_PROGRESS.find((name) => exists(path.join(gitDir, name)));
  if (busy !== undefined) return `an operation is in progress (${busy})`;
  const [branch, staged, name, email] = await Promise.all([
    git(['symbolic-ref', '--quiet', 'HEAD'], { cwd: root }),
    git(['diff', '--cached', '--quiet'], { cwd: root }),
    git(['config', 'user.name'], { cwd: root }),
    git(['config', 'user.email'], { cwd: root }),
  ]);
  if (branch.code !== 0) return 'HEAD is detached';
  if (staged.code !== 0) return 'something is staged by hand';
  if (name.code !== 0 || email.code !== 0) return 'git has no user.name and user.email';
  return undefined;
}
