import * as path from 'node:path';
import { OPERATION_REFS, operationOf } from '../../checkpoints/operation.ts';
import type { ContextFacts, SessionPart, WorkFile } from '../../context/facts.ts';
import { dependencyLines } from '../../context/manifests/dependencies.ts';
import { type Clock, minuteStamp } from '../../platform/clock.ts';
import { exists } from '../../platform/fs.ts';
import { git } from '../../platform/git.ts';
import { documentPaths, type Repository } from '../../store/paths.ts';

const COMMITS = 5;
const STATUS_MS = 10_000;

/** Asks git and the manifests what the context file is to say now. Runs nothing of the repository's. */
export async function gatherFacts(
  { repository, now }: { repository: Repository; now: Clock },
  session: SessionPart | undefined,
): Promise<ContextFacts> {
  const { root, gitDir } = repository;
  const common = { dependencies: dependencyLines(root), date: minuteStamp(now()).slice(0, 10), session };
  if (gitDir === undefined) return { ...common, branch: null, commits: [], files: [] };
  const [branch, log, status] = await Promise.all([
    git(['branch', '--show-current'], { cwd: root }),
    git(['log', `-${COMMITS}`, '--no-show-signature', '--format=%h %s'], { cwd: root }),
    git(
      [
        'status',
        '--porcelain=v1',
        '-z',
        '--untracked-files=normal',
        '--no-renames',
        '--ignore-submodules=all',
      ],
      { cwd: root, timeoutMs: STATUS_MS },
    ),
  ]);
  return {
    ...common,
    branch: branch.stdout.trim() || undefined,
    commits: log.code === 0 ? log.stdout.split('\n').filter((line) => line !== '') : [],
    files: status.code === 0 ? workFiles(status.stdout) : undefined,
  };
}

function workFiles(status: string): WorkFile[] {
  return status
    .split('\0')
    .filter((entry) => entry.length > 3 && !entry.slice(3).startsWith('.claude/'))
    .map((entry) => ({ path: entry.slice(3), status: statusOf(entry.slice(0, 2)) }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

function statusOf(letters: string): WorkFile['status'] {
  if (letters.includes('U') || letters === 'AA' || letters === 'DD') return 'in conflict';
  if (letters === '??' || letters.startsWith('A')) return 'new';
  return letters.includes('D') ? 'deleted' : 'modified';
}

/** Which of the two context files git tracks. */
export async function trackedContext({
  root,
  gitDir,
}: Repository): Promise<{ context: boolean; contextLocal: boolean }> {
  if (gitDir === undefined) return { context: false, contextLocal: false };
  const { context, contextLocal } = documentPaths(root);
  const names = [context, contextLocal].map((file) => path.relative(root, file).split(path.sep).join('/'));
  const { stdout } = await git(['ls-files', '-z', '--', ...names], { cwd: root });
  const tracked = new Set(stdout.split('\0'));
  return { context: tracked.has(names[0] ?? ''), contextLocal: tracked.has(names[1] ?? '') };
}

/** Whether git is in the middle of a merge, a rebase and the like: then no tracked file is to change under it. */
export function isInOperation({ gitDir }: Repository): boolean {
  if (gitDir === undefined) return false;
  const present = new Set<string>(OPERATION_REFS.filter((name) => exists(path.join(gitDir, name))));
  const operation = operationOf(gitDir, present);
  return operation !== undefined && operation !== 'bisect';
}
