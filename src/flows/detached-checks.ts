import * as path from 'node:path';
import type { Finding } from '../checks/finding.ts';
import type { Config } from '../config/config.ts';
import { messageOf } from '../errors.ts';
import { monotonicMs, sleep } from '../platform/clock.ts';
import { spawnDetached } from '../platform/process.ts';
import { addRedactionPatterns, registerSecrets } from '../redact/redact.ts';
import {
  createRun,
  hasResults,
  isLeft,
  isWorkerAlive,
  leaveRun,
  noteProcess,
  openRun,
  putResult,
  removeRun,
  takeResults,
} from '../store/check-run.ts';
import { deliverLate } from '../store/late.ts';
import { type Repository, type StatePaths, statePaths } from '../store/paths.ts';
import { type CheckConfig, type PlannedCheck, planChecks, runChecks } from './check-plan.ts';
import { toLine } from './finding-line.ts';

const POLL_MS = 10;
const LAST_RESULTS_MS = 30_000;

/** What the detached process is told. Plain data. */
interface CheckJob {
  session: string;
  stateRoot: string;
  repository: Repository;
  config: CheckConfig;
  /** The checks that were allowed, by name, in order. */
  names: string[];
  patterns: string[];
  runtime: string;
}

/** The names of the checks of a job; empty where it is none. */
export function namesOfJob(job: unknown): string[] {
  const names = (job as Partial<CheckJob> | undefined)?.names;
  return Array.isArray(names) ? names.filter((name) => typeof name === 'string') : [];
}

/**
 * Starts one detached process for these checks and waits for their results until the deadline.
 * @param deadline by `monotonicMs()`.
 */
export async function startDetachedChecks(
  input: {
    repository: Repository;
    state: StatePaths;
    runtime: string;
    config: Config;
    env: Readonly<Record<string, string | undefined>>;
  },
  session: string,
  config: CheckConfig,
  checks: readonly PlannedCheck[],
  deadline: number,
): Promise<{ findings: Finding[]; pending: string[] }> {
  if (checks.length === 0) return { findings: [], pending: [] };
  const { repository, state, runtime } = input;
  const names = checks.map((check) => check.name);
  const job: CheckJob = {
    session,
    stateRoot: state.root,
    repository,
    config,
    names,
    patterns: input.config.redact.patterns,
    runtime,
  };
  try {
    const { directory, hash } = createRun(state, job);
    const script = path.join(runtime, 'hooks', 'pre-session.cjs');
    const env = Object.fromEntries(
      Object.entries(input.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
    );
    const pid = await spawnDetached(script, ['--run', directory, hash], { cwd: repository.root, env });
    if (pid !== undefined) noteProcess(directory, 'worker', pid);
    return await waitForResults(directory, names, deadline);
  } catch (error) {
    const text = `${names.join(', ')} could not be started: ${messageOf(error)}`;
    return { findings: [{ check: 'pre-session', level: 'error', text }], pending: [] };
  }
}

async function waitForResults(
  directory: string,
  names: readonly string[],
  deadline: number,
): Promise<{ findings: Finding[]; pending: string[] }> {
  const found = new Map<number, Finding>();
  const collect = (): void => {
    for (const { number, result } of takeResults(directory)) found.set(number, result);
  };
  const missing = (): string[] => names.filter((_, number) => !found.has(number));
  const inOrder = (): Finding[] => [...found].sort(([a], [b]) => a - b).map(([, finding]) => finding);
  for (;;) {
    const alive = isWorkerAlive(directory);
    collect();
    if (missing().length === 0) return { findings: inOrder(), pending: [] };
    if (!alive) {
      removeRun(directory);
      const text = `the process that runs them was ended: ${missing().join(', ')}`;
      return { findings: [...inOrder(), { check: 'pre-session', level: 'error', text }], pending: [] };
    }
    if (monotonicMs() >= deadline) {
      leaveRun(directory);
      collect();
      return { findings: inOrder(), pending: missing() };
    }
    await sleep(POLL_MS);
  }
}

/**
 * The detached process: runs the checks of a job, leaves each result for the session start, and delivers those
 * nobody waited for to the session's next prompt.
 * @param hash names the job that was asked for; see `openRun`.
 */
export async function runDetachedChecks(
  directory: string,
  hash: string,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const job = openRun(directory, hash) as CheckJob;
  registerSecrets(env);
  addRedactionPatterns(job.patterns);
  const state = statePaths(job.stateRoot);
  const deliver = (): void => deliverLate(state, job.session, directory, toLine);
  const place = { repository: job.repository, state, runtime: job.runtime, env };
  const planned = new Map(planChecks(job.config, place, 0).map((check) => [check.name, check]));
  const checks = job.names.map((name) => planned.get(name) ?? nothingLeft(name));
  await runChecks(checks, (check, finding) => {
    putResult(directory, job.names.indexOf(check.name), finding);
    if (isLeft(directory)) deliver();
  });
  await handOver(directory, deliver);
}

/** A check that another session has done in the meantime. */
function nothingLeft(name: string): PlannedCheck {
  const run = async (): Promise<Finding> => ({ check: name, level: 'ok', text: 'nothing to do any more' });
  return { name, acts: undefined, detached: true, run };
}

/** Stays until every result is taken, by the session start or by itself. */
async function handOver(directory: string, deliver: () => void): Promise<void> {
  const end = Date.now() + LAST_RESULTS_MS;
  while (hasResults(directory)) {
    if (isLeft(directory)) deliver();
    if (Date.now() > end) return;
    await sleep(POLL_MS);
  }
  removeRun(directory);
}
