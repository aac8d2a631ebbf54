import {
  adoptInstalled,
  type DependencyInput,
  dueInstalls,
  installDependencies,
} from '../checks/dependencies.ts';
import { checkEnvFile, readEnvFile } from '../checks/env-file.ts';
import type { Finding } from '../checks/finding.ts';
import { pullFastForward } from '../checks/pull.ts';
import { checkService } from '../checks/services.ts';
import type { Config } from '../config/config.ts';
import { parseDuration } from '../config/duration.ts';
import { operationInProgress } from '../context/git-source.ts';
import { messageOf } from '../errors.ts';
import { type Repository, type StatePaths, worktreeName } from '../store/paths.ts';
import { runStep } from './run-step.ts';

/** The part of the configuration the checks look at; plain data, so that it can be handed to another process. */
export interface CheckConfig {
  preSession: Config['preSession'];
  steps: Config['hooks']['pre-session']['steps'];
}

export interface CheckPlace {
  repository: Repository;
  state: StatePaths;
  runtime: string;
  env: Readonly<Record<string, string | undefined>>;
}

/** One check that would run now. */
export interface PlannedCheck {
  name: string;
  /** What it runs or connects to, for people; undefined where it only reads files of the repository. */
  acts: string | undefined;
  /** True where it may take longer than a session start can wait. */
  detached: boolean;
  /** Name of a check that has to be over before this one starts. */
  after?: string;
  run(): Promise<Finding>;
}

/**
 * The checks the configuration asks for and that have something to do now, without running any.
 * @param budgetMs what a session start waits; a probe with a longer time limit is done by the detached process.
 */
export function planChecks(config: CheckConfig, place: CheckPlace, budgetMs: number): PlannedCheck[] {
  const { preSession, steps } = config;
  const { root } = place.repository;
  const planned: PlannedCheck[] = [];
  if (preSession.env.enabled) {
    const { file, example } = preSession.env;
    planned.push({
      name: 'env',
      acts: undefined,
      detached: false,
      run: async () => checkEnvFile(root, file, example),
    });
  }
  planned.push(...planPull(config, place), ...planDependencies(config, place));
  if (preSession.services.length > 0) planned.push(...planServices(config, place, budgetMs));
  for (const step of steps.filter(({ enabled }) => enabled)) {
    const run = async (): Promise<Finding> => {
      const { ok, text } = await runStep(step, { root, runtime: place.runtime });
      return { check: `step ${step.name}`, level: ok ? 'ok' : 'error', text: text === '' ? 'ok' : text };
    };
    planned.push({
      name: `step ${step.name}`,
      acts: step.run ?? step.script ?? step.name,
      detached: true,
      run,
    });
  }
  return withUniqueNames(planned);
}

/** Two services or steps may carry the same name; results are told apart by it. */
function withUniqueNames(checks: PlannedCheck[]): PlannedCheck[] {
  const seen = new Map<string, number>();
  return checks.map((check) => {
    const count = (seen.get(check.name) ?? 0) + 1;
    seen.set(check.name, count);
    return count === 1 ? check : { ...check, name: `${check.name} #${count}` };
  });
}

function planPull({ preSession }: CheckConfig, { repository }: CheckPlace): PlannedCheck[] {
  const { gitDir, root } = repository;
  if (!preSession.pull.enabled || gitDir === undefined) return [];
  const timeoutMs = parseDuration(preSession.pull.timeout) ?? 30_000;
  const run = (): Promise<Finding> =>
    pullFastForward({ root, timeoutMs, operation: operationInProgress(gitDir) });
  return [{ name: 'pull', acts: 'git pull --ff-only', detached: true, run }];
}

/** Where dependencies are looked after: takes what is installed already as the state to compare with. */
export function prepareDependencies({ preSession }: CheckConfig, place: CheckPlace): void {
  if (preSession.dependencies.enabled) adoptInstalled(dependencyInput(preSession, place));
}

function dependencyInput(
  preSession: CheckConfig['preSession'],
  { repository, state }: Pick<CheckPlace, 'repository' | 'state'>,
): DependencyInput {
  const { command } = preSession.dependencies;
  return { root: repository.root, worktree: worktreeName(repository), state, command };
}

/** Planned where a lock file changed, and always behind a pull, which may change one. */
function planDependencies({ preSession }: CheckConfig, { repository, state }: CheckPlace): PlannedCheck[] {
  if (!preSession.dependencies.enabled) return [];
  const { command, timeout } = preSession.dependencies;
  const input = dependencyInput(preSession, { repository, state });
  const due = dueInstalls(input);
  const pulls = preSession.pull.enabled && repository.gitDir !== undefined;
  if (due.length === 0 && !pulls) return [];
  const acts =
    due.length === 0
      ? (command ?? 'the install of changed dependencies')
      : due.map((one) => one.command).join(', ');
  const run = (): Promise<Finding> => installDependencies(input, parseDuration(timeout) ?? 600_000);
  return [{ name: 'dependencies', acts, detached: true, run, ...(pulls ? { after: 'pull' } : {}) }];
}

function planServices({ preSession }: CheckConfig, place: CheckPlace, budgetMs: number): PlannedCheck[] {
  const envFile = readEnvFile(place.repository.root, preSession.env.file) ?? new Map<string, string>();
  return preSession.services.map((service) => {
    const timeoutMs = parseDuration(service.timeout) ?? 1_000;
    const run = (): Promise<Finding> =>
      checkService({ name: service.name, url: service.url, timeoutMs, environment: place.env, envFile });
    return {
      name: `service ${service.name}`,
      acts: `the probe of ${service.name}`,
      detached: timeoutMs > budgetMs,
      run,
    };
  });
}

/**
 * Runs checks side by side, those with an `after` behind it. Each result is handed over when it is there; a
 * check that throws gives an error finding.
 */
export async function runChecks(
  checks: readonly PlannedCheck[],
  done: (check: PlannedCheck, finding: Finding) => Promise<void> | void,
): Promise<void> {
  const running = new Map<string, Promise<void>>();
  for (const check of checks) {
    const before = check.after === undefined ? undefined : running.get(check.after);
    const run = Promise.resolve(before)
      .then(() => safely(check))
      .then((finding) => done(check, finding));
    running.set(check.name, run);
  }
  await Promise.all(running.values());
}

async function safely(check: PlannedCheck): Promise<Finding> {
  try {
    return await check.run();
  } catch (error) {
    return { check: check.name, level: 'error', text: `the check itself failed: ${messageOf(error)}` };
  }
}
