import * as path from 'node:path';
import { exists, readHead } from '../platform/fs.ts';
import { git } from '../platform/git.ts';
import { cleanLine } from './clean.ts';
import { type ChangedFile, type GitStatus, parseStatus } from './git-status.ts';

/** Git may take this long for one answer; then the session starts without it. */
export const GIT_LIMIT_MS = 3_000;
const MOST_NAMES = 30;

/** A part of the project whose files are named; all others are only counted. */
interface Part {
  name: string;
  holds(file: string): boolean;
}

/** Lines on branch, upstream, operation in progress and changed files; undefined where git gave no answer. */
export async function describeGit(root: string, gitDir: string, part?: Part): Promise<string[] | undefined> {
  // Of a folder that is untracked as a whole nobody can say which of its files are in the part.
  const untracked = `--untracked-files=${part === undefined ? 'normal' : 'all'}`;
  const result = await git(['status', '--porcelain=v2', '--branch', '-z', untracked], {
    cwd: root,
    timeoutMs: GIT_LIMIT_MS,
  });
  return result.code === 0
    ? describeStatus(parseStatus(result.stdout), operationInProgress(gitDir), part)
    : undefined;
}

export function describeStatus(status: GitStatus, operation: string | undefined, part?: Part): string[] {
  const lines = [branchLine(status)];
  if (operation !== undefined) lines.push(`In progress: ${operation}`);
  if (status.files.length === 0) return [...lines, 'Working tree clean'];
  const isNamed = ({ path: file }: ChangedFile): boolean => part === undefined || part.holds(file);
  const named = status.files.filter(isNamed);
  const others = status.files.filter((file) => !isNamed(file));
  const where = part === undefined ? '' : ` in ${cleanLine(part.name, 80)}`;
  lines.push(`Changed files${where}: ${named.length === 0 ? 'none' : countLine(named)}`);
  for (const file of named.slice(0, MOST_NAMES)) {
    lines.push(`  ${file.code.replaceAll('.', ' ')} ${cleanLine(file.path, 200)}`);
  }
  const more = named.length - MOST_NAMES;
  if (more > 0) lines.push(`  and ${more} more`);
  return others.length === 0 ? lines : [...lines, `Changed files outside it: ${countLine(others)}`];
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

function countLine(files: readonly ChangedFile[]): string {
  const conflicts = files.filter(({ code }) => /U|AA|DD/.test(code)).length;
  const untracked = files.filter(({ code }) => code === '??').length;
  const staged = files.filter(({ code }) => /^[^.?U]/.test(code)).length;
  const parts = [
    [conflicts, 'in conflict'],
    [staged, 'staged'],
    [files.filter(({ code }) => /^.[^.?U]/.test(code)).length, 'changed in the working tree'],
    [untracked, 'untracked'],
  ] as const;
  const words = parts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
  return `${files.length} (${words.join(', ')})`;
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
