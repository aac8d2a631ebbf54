import * as path from 'node:path';
import { exists } from '../platform/fs.ts';
import { git, gitOrThrow } from '../platform/git.ts';
import type { Job } from '../store/jobs.ts';
import type { Workplace } from './workplace.ts';

const IN_PROGRESS = [
  'MERGE_HEAD',
  'CHERRY_PICK_HEAD',
  'REVERT_HEAD',
  'BISECT_LOG',
  'rebase-merge',
  'rebase-apply',
];

/**
 * Commits what the session left, on the current branch, marked WIP so that it is not pushed by accident. Does
 * nothing, with the reason in the log, during a rebase, merge, cherry-pick, revert or bisect, on a detached HEAD,
 * where something is staged by hand, or without an identity. Files that look like secrets are never committed.
 */
export async function commitSession(place: Workplace, job: Job): Promise<void> {
  const { commit } = place.resolved.config.postSession;
  if (!commit.enabled) return;
  const refusal = await whyNotCommit(place, job);
  if (refusal !== undefined) {
    place.log('info', `no commit at the end of the session: ${refusal}`);
    return;
  }
  const { root } = place.repository;
  const excluded = commit.exclude.map((pattern) => `:(exclude,glob)**/${pattern}`);
  await gitOrThrow(['add', '-A', '--', '.', ...excluded], { cwd: root, timeoutMs: 60_000 });
  try {
    if ((await git(['diff', '--cached', '--quiet'], { cwd: root })).code === 0) return;
    await gitOrThrow(
      ['-c', 'commit.gpgSign=false', 'commit', '--quiet', '--no-verify', '--cleanup=verbatim', '-F', '-'],
      {
        cwd: root,
        timeoutMs: 60_000,
        input: `${commit.message}\n\nClaude-Session: ${job.session}\nClaude-Hooks-Job: ${job.id}\nClaude-WIP: true\n`,
      },
    );
  } catch (error) {
    // Nothing was staged before, so an empty stage is exactly what the person had.
    await git(['reset', '--quiet'], { cwd: root });
    throw error;
  }
}

async function whyNotCommit(place: Workplace, job: Job): Promise<string | undefined> {
  const { root, gitDir } = place.repository;
  if (gitDir === undefined) return 'not a git repository';
  if (!place.resolved.commandsTrusted)
    return "this repository's commands are not allowed on this machine (claude-hooks trust)";
  const busy = IN_PROGRESS.find((name) => exists(path.join(gitDir, name)));
  if (busy !== undefined) return `an operation is in progress (${busy})`;
  const [branch, staged, name, email, last] = await Promise.all([
    git(['symbolic-ref', '--quiet', 'HEAD'], { cwd: root }),
    git(['diff', '--cached', '--quiet'], { cwd: root }),
    git(['config', 'user.name'], { cwd: root }),
    git(['config', 'user.email'], { cwd: root }),
    git(['log', '-1', '--format=%B'], { cwd: root }),
  ]);
  if (branch.code !== 0) return 'HEAD is detached';
  if (staged.code !== 0) return 'something is staged by hand';
  if (name.code !== 0 || email.code !== 0) return 'git has no user.name and user.email';
  if (last.stdout.includes(`Claude-Hooks-Job: ${job.id}`)) return 'it is already there';
  return undefined;
}
