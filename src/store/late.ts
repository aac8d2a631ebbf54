import * as path from 'node:path';
import {
  appendLine,
  claimByRename,
  createFileExclusive,
  ensureDirectory,
  exists,
  listDirectory,
  readTextIfExists,
  removeFile,
  removeTree,
  renameFile,
  statIfExists,
} from '../platform/fs.ts';
import { isProcessAlive } from '../platform/process.ts';
import {
  isLeft,
  isWorkerAlive,
  numbersOf,
  type RunResult,
  readJson,
  readResult,
  runsDirectory,
} from './check-run.ts';
import { acquireLock } from './lock.ts';
import type { StatePaths } from './paths.ts';

/** Stands among the lines where there is news of another kind, so that the doorbell finds something; never given out. */
const NEWS_LINE = 'news';
const LOCK_WAIT_MS = 5_000;
const STALE_MS = 60 * 60_000;
const FORGOTTEN_MS = 30 * 24 * 60 * 60_000;

/**
 * Moves the results of a run that nobody has taken to `late/<session>`, where the next prompt finds them.
 * Readers take that file by renaming it away. May be killed anywhere: what was not delivered by then is found
 * by `recoverRuns`, and nothing is delivered twice.
 * @param line how a result reads; the same for the same result.
 */
export function deliverLate(
  state: StatePaths,
  session: string,
  directory: string,
  line: (result: RunResult) => string,
): void {
  const lock = acquireLock(state.locks, 'late', LOCK_WAIT_MS);
  if (lock === undefined) return;
  try {
    for (const number of numbersOf(directory, 'json')) {
      claimByRename(path.join(directory, `${number}.json`), path.join(directory, `${number}.late`));
    }
    const waiting = numbersOf(directory, 'late');
    if (waiting.length === 0) return;
    ensureDirectory(state.late);
    const out = path.join(directory, 'out');
    const published = path.join(state.late, session);
    if (!exists(out)) claimByRename(published, out);
    for (const number of waiting) {
      const file = path.join(directory, `${number}.late`);
      const result = readResult(file);
      if (result !== undefined) appendLine(out, line(result));
      renameFile(file, path.join(directory, `${number}.done`));
    }
    if (exists(out)) renameFile(out, published);
  } finally {
    lock.release();
  }
}

/** Takes the lines that wait for a session's next prompt; empty where there are none. Each is given out once. */
export function takeLateLines(state: StatePaths, session: string): string[] {
  const taken = path.join(state.root, `late-${session}-${process.pid}`);
  if (!claimByRename(path.join(state.late, session), taken)) return [];
  const lines = linesOf(taken);
  removeFile(taken);
  return lines.filter((line) => line !== NEWS_LINE);
}

/** Lets the doorbell start the prompt hook at the next prompt, although there may be no findings. */
export function markNews(state: StatePaths, session: string): void {
  ensureDirectory(state.late);
  createFileExclusive(path.join(state.late, session), `${NEWS_LINE}\n`);
}

/** An empty file that says: this session was told what does not run here. */
export function toldMark(state: StatePaths, session: string): string {
  return path.join(state.late, `${session}.told`);
}

/** Removes what is kept for sessions nobody has come back to for a month. */
export function sweepLate(state: StatePaths, now: number): void {
  for (const name of listDirectory(state.late)) {
    const file = path.join(state.late, name);
    if (now - (statIfExists(file)?.mtimeMs ?? now) > FORGOTTEN_MS) removeFile(file);
  }
}

/** What a run that was cut off leaves. */
export interface RecoveredRun {
  job: unknown;
  /** Results nobody was given, and lines on their way; one of the results may be among the lines already. */
  results: RunResult[];
  lines: string[];
  /** Numbers of the checks that ended; the others of the job were cut off. */
  ended: number[];
}

/** Takes the runs whose worker is dead and for which nobody waits. Each is returned to one caller only. */
export function recoverRuns(state: StatePaths, now: number): RecoveredRun[] {
  const all = runsDirectory(state);
  return listDirectory(all).flatMap((name) => {
    const directory = path.join(all, name);
    if (name.startsWith('.')) {
      if (now - (statIfExists(directory)?.mtimeMs ?? now) > STALE_MS) removeTree(directory);
      return [];
    }
    const sweeper = /\.swept-(\d+)$/.exec(name)?.[1];
    const busy =
      sweeper === undefined
        ? !isLeft(directory) || isWorkerAlive(directory)
        : isProcessAlive(Number(sweeper));
    const mine = path.join(all, `${name.replace(/\.swept-\d+$/, '')}.swept-${process.pid}`);
    if (busy || !claimByRename(directory, mine)) return [];
    const run = readRun(mine);
    removeTree(mine);
    return [run];
  });
}

function readRun(directory: string): RecoveredRun {
  const open = (['json', 'late'] as const).flatMap((ending) =>
    numbersOf(directory, ending).map((number) => ({
      number,
      file: path.join(directory, `${number}.${ending}`),
    })),
  );
  return {
    job: readJson(path.join(directory, 'job.json')),
    results: open.flatMap(({ file }) => readResult(file) ?? []),
    lines: linesOf(path.join(directory, 'out')),
    ended: [
      ...open.map(({ number }) => number),
      ...numbersOf(directory, 'taken'),
      ...numbersOf(directory, 'done'),
    ],
  };
}

function linesOf(file: string): string[] {
  return (readTextIfExists(file) ?? '').split('\n').filter((line) => line !== '');
}
