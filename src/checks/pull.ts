import { git } from '../platform/git.ts';
import type { Finding } from './finding.ts';
import { lastWords } from './words.ts';

/** A fetch may start git's upkeep in the background; at a session start that only costs. */
const NO_UPKEEP = ['-c', 'gc.auto=0', '-c', 'maintenance.auto=false'];

/** In which words of git the network, and not the repository, is the reason. */
const REASONS: readonly [RegExp, string][] = [
  [
    /could not resolve host|name or service not known|network is unreachable|failed to connect|could not connect|connection refused|connection timed out|no route to host/i,
    'the remote cannot be reached',
  ],
  [
    /authentication failed|permission denied|could not read (?:username|password)|terminal prompts disabled|host key verification failed|access denied|403|401/i,
    'the remote did not accept the login',
  ],
  [
    /not possible to fast-forward|diverging|diverged/i,
    'your branch and its upstream have both moved on: merge or rebase by hand',
  ],
  [/would be overwritten/i, 'files that are not committed stand in the way'],
  [/index\.lock/i, 'another git command is running'],
];

/**
 * Brings the branch to its upstream's newest commit: `git pull --ff-only`, in its two halves, so that the time
 * limit ends only the network half and never a checkout. Does nothing (a finding of level ok) without an
 * upstream, on a detached HEAD, during an operation, or with uncommitted changes. Runs no hook of the repository.
 */
export async function pullFastForward(input: {
  root: string;
  timeoutMs: number;
  /** A rebase, merge or the like that waits to be finished. */
  operation: string | undefined;
}): Promise<Finding> {
  const unsuited = await whyNot(input.root, input.operation);
  if (unsuited !== undefined) return finding('ok', `not pulled: ${unsuited}`);
  const before = await head(input.root);
  const fetched = await git([...NO_UPKEEP, 'fetch', '--quiet', '--no-recurse-submodules'], {
    cwd: input.root,
    timeoutMs: input.timeoutMs,
    env: {
      GIT_HTTP_LOW_SPEED_LIMIT: '1',
      GIT_HTTP_LOW_SPEED_TIME: String(Math.ceil(input.timeoutMs / 1000)),
    },
  });
  if (fetched.code === -1) {
    return finding('warn', `git pull --ff-only: no answer within ${Math.round(input.timeoutMs / 1000)} s`);
  }
  if (fetched.code !== 0) return finding('warn', `git pull --ff-only: ${reasonOf(fetched)}`);
  const changed = await whyNot(input.root, undefined);
  if (changed !== undefined) return finding('ok', `fetched, but not merged: ${changed}`);
  const merged = await git(['merge', '--ff-only', '--quiet', '--no-edit', '@{upstream}'], {
    cwd: input.root,
    timeoutMs: 120_000,
  });
  if (merged.code !== 0) return finding('warn', `git pull --ff-only: ${reasonOf(merged)}`);
  const after = await head(input.root);
  return finding(
    'ok',
    before === after ? 'already up to date' : `pulled ${before.slice(0, 10)}..${after.slice(0, 10)}`,
  );
}

async function whyNot(root: string, operation: string | undefined): Promise<string | undefined> {
  if (operation !== undefined) return `${operation} in progress`;
  const [upstream, status] = await Promise.all([
    git(['rev-parse', '--abbrev-ref', '--symbolic-full-name', '@{upstream}'], { cwd: root }),
    git(['status', '--porcelain', '-z', '--untracked-files=no'], { cwd: root }),
  ]);
  if (upstream.code !== 0) return 'this branch has no upstream';
  if (status.code !== 0) return 'git status failed';
  return status.stdout === '' ? undefined : 'there are uncommitted changes';
}

async function head(root: string): Promise<string> {
  return (await git(['rev-parse', '--verify', '--quiet', 'HEAD'], { cwd: root })).stdout.trim();
}

function reasonOf(result: { stdout: string; stderr: string }): string {
  const known = REASONS.find(([pattern]) => pattern.test(result.stderr));
  return known === undefined ? lastWords(result) : known[1];
}

function finding(level: Finding['level'], text: string): Finding {
  return { check: 'pull', level, text };
}
