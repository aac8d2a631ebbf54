import * as path from 'node:path';
import { HooksError } from '../errors.ts';
import { randomHex, sha256 } from '../platform/digest.ts';
import {
  claimByRename,
  createFileExclusive,
  ensureDirectory,
  exists,
  listDirectory,
  readTextIfExists,
  removeTree,
  renameFile,
  writeFileAtomic,
} from '../platform/fs.ts';
import { isSameProcessAlive, processStartTime } from '../platform/process.ts';
import { redactValue } from '../redact/redact.ts';
import type { StatePaths } from './paths.ts';

/**
 * A run of checks shared by two processes: the session start, which waits for a while, and the detached one
 * that does the work. Each result is a file that exactly one of them takes, by a rename: only one rename of a
 * file succeeds. In the directory of a run:
 *
 *   job.json   what is to be done          <n>.json    result of check n, not taken yet
 *   starter    who waits                   <n>.taken   ... taken by who waits
 *   worker     who works                   <n>.late    ... on its way to `late/<session>`
 *   left       nobody waits any more       <n>.done    ... is in `out` or behind it
 *                                          out         the next `late/<session>`
 */
export interface RunResult {
  check: string;
  level: 'ok' | 'warn' | 'error';
  text: string;
}

export function runsDirectory(state: StatePaths): string {
  return path.join(state.root, 'checks');
}

/** @returns the run's directory, and the hash without which `openRun` does not accept its job. */
export function createRun(state: StatePaths, job: unknown): { directory: string; hash: string } {
  const name = `${Date.now().toString(36)}-${randomHex(6)}`;
  const directory = path.join(runsDirectory(state), name);
  const unfinished = path.join(runsDirectory(state), `.${name}`);
  const text = JSON.stringify(job);
  ensureDirectory(unfinished);
  noteProcess(unfinished, 'starter', process.pid);
  writeFileAtomic(path.join(unfinished, 'job.json'), text, { mode: 0o600, sync: false });
  renameFile(unfinished, directory);
  return { directory, hash: hashOf(text) };
}

/**
 * The job of a run, for the process that does it.
 * @throws HooksError where the job is not the one that was created: a file planted beforehand starts nothing.
 */
export function openRun(directory: string, hash: string): unknown {
  const text = readTextIfExists(path.join(directory, 'job.json')) ?? '';
  if (hashOf(text) === hash) {
    noteProcess(directory, 'worker', process.pid);
    return JSON.parse(text);
  }
  throw new HooksError({
    code: 'check-run-unknown',
    kind: 'failed',
    message: `The checks in ${directory} are not the ones a session start has asked for; nothing was run.`,
    hint: 'Start a new session: it runs the checks again.',
  });
}

/** Notes a process of a run by its id and start time, so that it can be seen whether it still lives. */
export function noteProcess(directory: string, role: 'starter' | 'worker', pid: number): void {
  const identity = JSON.stringify({ pid, start: processStartTime(pid) });
  writeFileAtomic(path.join(directory, role), identity, { mode: 0o600, sync: false });
}

/** Leaves a result where it can be taken. */
export function putResult(directory: string, number: number, result: RunResult): void {
  const text = `${JSON.stringify(redactValue(result))}\n`;
  writeFileAtomic(path.join(directory, `${number}.json`), text, { mode: 0o600, sync: false });
}

/** Takes every result that is there. Each is returned to one caller only, in all processes together. */
export function takeResults(directory: string): { number: number; result: RunResult }[] {
  return numbersOf(directory, 'json').flatMap((number) => {
    const file = path.join(directory, `${number}.json`);
    const result = readResult(file);
    const taken = claimByRename(file, path.join(directory, `${number}.taken`));
    return taken && result !== undefined ? [{ number, result }] : [];
  });
}

/** From now on the worker delivers what is not taken. Call `takeResults` once more after this. */
export function leaveRun(directory: string): void {
  createFileExclusive(path.join(directory, 'left'), '');
}

/** Whether nobody waits any more: the starter has left, or its process is gone. */
export function isLeft(directory: string): boolean {
  return exists(path.join(directory, 'left')) || !isAlive(directory, 'starter');
}

export function isWorkerAlive(directory: string): boolean {
  return isAlive(directory, 'worker');
}

export function hasResults(directory: string): boolean {
  return numbersOf(directory, 'json').length > 0;
}

export function removeRun(directory: string): void {
  removeTree(directory);
}

/** Numbers of the checks whose result is in this state, ascending. */
export function numbersOf(directory: string, ending: 'json' | 'taken' | 'late' | 'done'): number[] {
  return listDirectory(directory)
    .flatMap((name) =>
      /^\d+\.[a-z]+$/.test(name) && name.endsWith(`.${ending}`) ? [Number.parseInt(name, 10)] : [],
    )
    .sort((a, b) => a - b);
}

/** Undefined where the file is gone or no result. */
export function readResult(file: string): RunResult | undefined {
  const value = readJson(file);
  if (typeof value !== 'object' || value === null) return undefined;
  const { check, level, text } = value as Record<string, unknown>;
  if (typeof check !== 'string' || typeof text !== 'string') return undefined;
  return { check, level: level === 'ok' || level === 'warn' ? level : 'error', text };
}

export function readJson(file: string): unknown {
  try {
    return JSON.parse(readTextIfExists(file) ?? '');
  } catch {
    return undefined;
  }
}

function isAlive(directory: string, role: string): boolean {
  const owner = readJson(path.join(directory, role)) as { pid?: unknown; start?: string } | undefined;
  return typeof owner?.pid === 'number' && isSameProcessAlive(owner.pid, owner.start);
}

function hashOf(text: string): string {
  return sha256(text);
}
