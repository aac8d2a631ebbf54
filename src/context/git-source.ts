import * as path from 'node:path';
import { exists, readHead } from '../platform/fs.ts';
import { git } from '../platform/git.ts';
import { cleanLine } from './clean.ts';
import { type GitStatus, parseStatus } from './git-status.ts';

/** Git may take this long for one answer; then the session starts without it. */
export const GIT_LIMIT_MS = 3_000;
const MOST_NAMES = 30;

/** Lines on branch, upstream, operation in progress and changed files; undefined where git gave no answer. */
export async function describeGit(root: string, gitDir: string): Promise<string[] | undefined> {
  const result = await git(['status', '--porcelain=v2', '--branch', '-z', '--untracked-files=normal'], {
    cwd: root,
    timeoutMs: GIT_LIMIT_MS,
  });
  return result.code === 0
    ? describeStatus(parseStatus(result.stdout), operationInProgress(gitDir))
    : undefined;
}

export function describeStatus(status: GitStatus, operation: string | undefined): string[] {
  const lines = [branchLine(status)];
  if (operation !== undefined) lines.push(`In progress: ${operation}`);
  if (status.files.length === 0) return [...lines, 'Working tree clean'];
  lines.push(`Changed files: ${countLine(status)}`);
  for (const file of status.files.slice(0, MOST_NAMES)) {
    lines.push(`  ${file.code.replaceAll('.', ' ')} ${cleanLine(file.path, 200)}`);
  }
  const more = status.files.length - MOST_NAMES;
  return more > 0 ? [...lines, `  and ${more} more`] : lines;
}

function branchLine(status: GitStatus): string {
  const short = status.commit?.slice(0, 10);
  if (status.branch === undefined) return `Detached HEAD at ${short ?? 'nothing'}`;
  const at = short === undefined ? 'no commit yet' : `at ${short}`;
  return `Branch: ${cleanLine(status.branch, 200)} (${at}${upstreamWords(status)})`;
}

function upstreamWords(status: GitStatus): string {
  if (status.upstream === undefined) return ', no upstream';
  const upstream = cleanLine(status.upstream, 200);
  if (status.ahead === undefined) return `, upstream ${upstream} is gone`;
  return `, ${status.ahead} ahead and ${status.behind ?? 0} behind ${upstream}`;
}

function countLine(status: GitStatus): string {
  const conflicts = status.files.filter(({ code }) => /U|AA|DD/.test(code)).length;
  const untracked = status.files.filter(({ code }) => code === '??').length;
  const staged = status.files.filter(({ code }) => /^[^.?U]/.test(code)).length;
  const parts = [
    [conflicts, 'in conflict'],
    [staged, 'staged'],
    [status.files.filter(({ code }) => /^.[^.?U]/.test(code)).length, 'changed in the working tree'],
    [untracked, 'untracked'],
  ] as const;
  const words = parts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
  return `${status.files.length} (${words.join(', ')})`;
}

/** A rebase, merge, cherry-pick, revert, bisect or `git am` that waits to be finished. */
export function operationInProgress(gitDir: string): string | undefined {
  const has = (name: string): boolean => exists(path.join(gitDir, name));
  if (has('rebase-merge')) return `rebase${stepOf(gitDir, 'rebase-merge/msgnum', 'rebase-merge/end')}`;
  if (has('rebase-apply/applying'))
    return `git am${stepOf(gitDir, 'rebase-apply/next', 'rebase-apply/last')}`;
  if (has('rebase-apply')) return `rebase${stepOf(gitDir, 'rebase-apply/next', 'rebase-apply/last')}`;
  if (has('MERGE_HEAD')) return 'merge';
  if (has('CHERRY_PICK_HEAD')) return 'cherry-pick';
  if (has('REVERT_HEAD')) return 'revert';
  return has('BISECT_LOG') ? 'bisect' : undefined;
}

function stepOf(gitDir: string, now: string, end: string): string {
  const [at, of] = [now, end].map((name) => /^\d+/.exec(readHead(path.join(gitDir, name), 16) ?? '')?.[0]);
  return at === undefined || of === undefined ? '' : ` (step ${at} of ${of})`;
}
