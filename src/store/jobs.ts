import * as path from 'node:path';
import {
  createFileExclusive,
  ensureDirectory,
  listDirectory,
  readTextIfExists,
  removeFile,
  renameFile,
  writeFileAtomic,
} from '../platform/fs.ts';
import { acquireLock, discardLock } from './lock.ts';
import type { StatePaths } from './paths.ts';

/** Work that outlives the process that asked for it. */
export interface Job {
  id: string;
  kind: 'end-session';
  session: string;
  createdAt: number;
  /** How often someone has begun it. */
  attempts: number;
  /** Names of the steps that are done; a later attempt goes on behind them. */
  done: string[];
  data: Record<string, string>;
}

const MAX_ATTEMPTS = 3;

/** Queues a job once: a second call with the same id changes nothing. */
export function addJob(state: StatePaths, job: Job): void {
  ensureDirectory(state.jobs);
  createFileExclusive(path.join(state.jobs, `${job.id}.json`), JSON.stringify(job));
}

export function listJobs(state: StatePaths): Job[] {
  return listDirectory(state.jobs)
    .filter((name) => name.endsWith('.json'))
    .flatMap((name) => readJob(path.join(state.jobs, name)) ?? []);
}

/** Jobs given up after three attempts; kept for `claude-hooks doctor`. */
export function listDeadJobs(state: StatePaths): Job[] {
  const directory = path.join(state.jobs, 'dead');
  return listDirectory(directory).flatMap((name) => readJob(path.join(directory, name)) ?? []);
}

/**
 * Runs every job nobody else is running. A job that was cut off goes on behind its last finished step; one
 * that was begun three times without success is set aside and handed to `giveUp`.
 * @param run is given the job and `finish`, to be called after each step; a step may be repeated only where
 *   the process died between the step and that call, so steps are written to be repeatable.
 */
export async function runJobs(
  state: StatePaths,
  run: (job: Job, finish: (step: string) => void) => Promise<void>,
  giveUp: (job: Job, error: unknown) => Promise<void>,
): Promise<void> {
  for (const { id } of listJobs(state)) {
    const lock = acquireLock(state.locks, `job-${id}`);
    if (lock === undefined) continue;
    let gone = true;
    try {
      const file = path.join(state.jobs, `${id}.json`);
      const job = readJob(file);
      if (job !== undefined) gone = await attempt(state, file, job, run, giveUp);
    } finally {
      lock.release();
      if (gone) discardLock(state.locks, `job-${id}`);
    }
  }
}

async function attempt(
  state: StatePaths,
  file: string,
  job: Job,
  run: (job: Job, finish: (step: string) => void) => Promise<void>,
  giveUp: (job: Job, error: unknown) => Promise<void>,
): Promise<boolean> {
  job.attempts += 1;
  writeFileAtomic(file, JSON.stringify(job));
  try {
    await run(job, (step) => {
      job.done.push(step);
      writeFileAtomic(file, JSON.stringify(job));
    });
  } catch (error) {
    if (job.attempts < MAX_ATTEMPTS) return false;
    ensureDirectory(path.join(state.jobs, 'dead'));
    renameFile(file, path.join(state.jobs, 'dead', `${job.id}.json`));
    await giveUp(job, error);
    return true;
  }
  removeFile(file);
  return true;
}

function readJob(file: string): Job | undefined {
  try {
    const job = JSON.parse(readTextIfExists(file) ?? '') as Job;
    return typeof job.id === 'string' && Array.isArray(job.done) && typeof job.attempts === 'number'
      ? job
      : undefined;
  } catch {
    return undefined;
  }
}
