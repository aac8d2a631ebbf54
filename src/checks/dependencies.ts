import { runCommand } from '../platform/process.ts';
import { acquireLock } from '../store/lock.ts';
import { readLockHashes, recordLockHashes } from '../store/lock-hashes.ts';
import type { StatePaths } from '../store/paths.ts';
import type { Finding } from './finding.ts';
import { findLockFiles, type LockFile, planInstall } from './lock-files.ts';
import { lastWords } from './words.ts';

export interface DependencyInput {
  root: string;
  /** Name of the working tree among the repository's worktrees: each has its own installed packages. */
  worktree: string;
  state: StatePaths;
  /** Takes the place of the commands found from the lock files. */
  command?: string;
}

/** The commands that would run now, without running anything; empty where nothing changed. */
export function dueInstalls(input: DependencyInput): { command: string; files: LockFile[] }[] {
  const { changed } = planInstall(findLockFiles(input.root), recordOf(input));
  const commands = new Map<string, LockFile[]>();
  for (const file of changed) {
    const command = input.command ?? file.command;
    commands.set(command, [...(commands.get(command) ?? []), file]);
  }
  return [...commands].map(([command, files]) => ({ command, files }));
}

/** Notes what is seen for the first time and already installed: only a later change of it is installed. */
export function adoptInstalled(input: DependencyInput): void {
  record(input, planInstall(findLockFiles(input.root), recordOf(input)).adopt);
}

/**
 * Installs the dependencies whose lock file changed since they were last installed. One install at a time in a
 * working tree, also with many sessions. Content counts as installed only after the command succeeded, so a
 * failed or killed one is tried again by the next session.
 */
export async function installDependencies(input: DependencyInput, timeoutMs: number): Promise<Finding> {
  const lock = acquireLock(input.state.locks, `dependencies-${input.worktree}`);
  if (lock === undefined) {
    return { check: 'dependencies', level: 'ok', text: 'another session is installing them' };
  }
  try {
    const due = dueInstalls(input);
    if (due.length === 0) return { check: 'dependencies', level: 'ok', text: 'up to date' };
    const done: string[] = [];
    for (const { command, files } of due) {
      const names = files.map(({ file }) => file).join(', ');
      const result = await runCommand(command, { cwd: input.root, timeoutMs });
      if (!result.ok) return failed(command, names, timeoutMs, result);
      record(input, files);
      done.push(`${command} (${names} had changed, ${Math.round(result.durationMs / 1000)} s)`);
    }
    return { check: 'dependencies', level: 'ok', text: `installed: ${done.join('; ')}` };
  } finally {
    lock.release();
  }
}

function failed(
  command: string,
  names: string,
  timeoutMs: number,
  result: Awaited<ReturnType<typeof runCommand>>,
): Finding {
  const why = result.timedOut
    ? `was stopped after ${Math.round(timeoutMs / 1000)} s`
    : `failed with ${result.code ?? 'a signal'}: ${lastWords(result)}`;
  const text = `${names} changed, but ${command} ${why}. The installed packages may not match; the next session tries again`;
  return { check: 'dependencies', level: 'error', text };
}

function recordOf(input: DependencyInput): (file: string) => string | undefined {
  const hashes = readLockHashes(input.state);
  return (file) => hashes[`${input.worktree}/${file}`];
}

function record(input: DependencyInput, files: readonly LockFile[]): void {
  if (files.length === 0) return;
  recordLockHashes(
    input.state,
    Object.fromEntries(files.map((file) => [`${input.worktree}/${file.file}`, file.hash])),
  );
}
