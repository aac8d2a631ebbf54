import type { Finding } from '../checks/finding.ts';
import type { Config } from '../config/config.ts';
import { parseDuration } from '../config/duration.ts';
import { monotonicMs } from '../platform/clock.ts';
import { createFileExclusive, ensureDirectory } from '../platform/fs.ts';
import { recoverRuns, sweepLate, takeLateLines, toldMark } from '../store/late.ts';
import type { Repository, StatePaths, UserPaths } from '../store/paths.ts';
import {
  type CheckConfig,
  type CheckPlace,
  type PlannedCheck,
  planChecks,
  prepareDependencies,
  runChecks,
} from './check-plan.ts';
import { namesOfJob, startDetachedChecks } from './detached-checks.ts';
import { toLine } from './finding-line.ts';

export interface PreSessionInput {
  repository: Repository;
  cwd: string;
  config: Config;
  /** Whether the person at this machine allowed the commands and connections of this configuration. */
  commandsTrusted: boolean;
  state: StatePaths;
  user: UserPaths;
  env: Readonly<Record<string, string | undefined>>;
  now: number;
  /** The session that starts. Without one nothing is left to a later prompt: every check is waited for. */
  session?: string;
  /** The runtime directory (`dist/`). */
  runtime: string;
  /** Why the session starts. After a compaction, in the middle of the work, nothing is checked anew. */
  source?: string;
}

export interface PreSessionResult {
  /** `text` is the whole line, check and level included. */
  findings: Finding[];
  /** Names of the checks that go on; their results come at a prompt. */
  pending: string[];
}

/**
 * Runs the configured checks side by side and waits for them at most `config.preSession.budget`. What takes
 * longer goes on in a detached process and is delivered at a later prompt; each result is given out once, here
 * or there, also when either process is killed. The default configuration reads two files and starts nothing.
 * Nothing is run or connected to unless `commandsTrusted`; that something was not run is said once a session.
 * Never rejects because of what a check meets.
 */
export async function runPreSession(input: PreSessionInput): Promise<PreSessionResult> {
  const deadline = monotonicMs() + (parseDuration(input.config.preSession.budget) ?? 2_000);
  const findings = input.session === undefined ? [] : leftovers(input, input.session);
  const moment = input.config.hooks['pre-session'];
  if (!moment.enabled || input.source === 'compact') return { findings, pending: [] };
  const config: CheckConfig = { preSession: input.config.preSession, steps: moment.steps };
  const place: CheckPlace = {
    repository: input.repository,
    state: input.state,
    runtime: input.runtime,
    env: input.env,
  };
  if (input.commandsTrusted) tryPrepare(config, place);
  const planned = planChecks(config, place, deadline - monotonicMs());
  const allowed = planned.filter((check) => check.acts === undefined || input.commandsTrusted);
  findings.push(
    ...notRun(
      input,
      planned.filter((check) => !allowed.includes(check)),
    ),
  );
  if (input.session === undefined) {
    await runChecks(allowed, (_, finding) => void findings.push(asLine(finding)));
    return { findings, pending: [] };
  }
  const detached = allowed.filter((check) => check.detached);
  const local = runLocally(
    allowed.filter((check) => !check.detached),
    deadline,
  );
  const rest = await startDetachedChecks(input, input.session, config, detached, deadline);
  findings.push(...(await local).map(asLine), ...rest.findings.map(asLine));
  if (rest.pending.length > 0) {
    const text = `still running: ${rest.pending.join(', ')}. The result comes with one of the next prompts.`;
    findings.push({ check: 'pre-session', level: 'warn', text });
  }
  return { findings, pending: rest.pending };
}

function tryPrepare(config: CheckConfig, place: CheckPlace): void {
  try {
    prepareDependencies(config, place);
  } catch {
    // A state directory that cannot be written is reported by the session start itself.
  }
}

/**
 * What `runPreSession` would do, without running a command, connecting anywhere or writing anything.
 * @returns the findings of checks that only read files, and what the others would run or connect to.
 */
export async function previewChecks(
  input: PreSessionInput,
): Promise<{ findings: Finding[]; wouldRun: string[] }> {
  const moment = input.config.hooks['pre-session'];
  if (!moment.enabled) return { findings: [], wouldRun: [] };
  const config: CheckConfig = { preSession: input.config.preSession, steps: moment.steps };
  const planned = planChecks(config, { ...input }, 0);
  const findings: Finding[] = [];
  await runChecks(
    planned.filter((check) => check.acts === undefined),
    (_, finding) => void findings.push(asLine(finding)),
  );
  return { findings, wouldRun: planned.flatMap((check) => check.acts ?? []) };
}

function asLine(finding: Finding): Finding {
  return { ...finding, text: toLine(finding) };
}

/** Checks that answer within the budget by their own time limits; one that does not is reported as such. */
async function runLocally(checks: readonly PlannedCheck[], deadline: number): Promise<Finding[]> {
  const findings = new Map<PlannedCheck, Finding>();
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, Math.max(0, deadline - monotonicMs()));
  });
  await Promise.race([runChecks(checks, (check, finding) => void findings.set(check, finding)), limit]);
  clearTimeout(timer);
  return checks.map(
    (check) =>
      findings.get(check) ?? {
        check: check.name,
        level: 'warn',
        text: 'no answer within the budget of the session start',
      },
  );
}

/** What earlier runs have found and nobody was told: results too late for a prompt, and runs that were cut off. */
function leftovers(input: PreSessionInput, session: string): Finding[] {
  try {
    const lines = takeLateLines(input.state, session);
    sweepLate(input.state, input.now);
    for (const run of recoverRuns(input.state, input.now)) {
      const own = run.results.map(toLine).filter((line) => !run.lines.includes(line));
      lines.push(...run.lines, ...own);
      const missing = namesOfJob(run.job).filter((_, number) => !run.ended.includes(number));
      if (missing.length > 0) lines.push(`checks of an earlier session were cut off: ${missing.join(', ')}`);
    }
    return lines.map((text) => ({ check: 'late', level: 'warn', text }));
  } catch {
    // A state directory that cannot be read or written is reported by the session start itself.
    return [];
  }
}

function notRun(input: PreSessionInput, checks: readonly PlannedCheck[]): Finding[] {
  if (checks.length === 0 || (input.session !== undefined && !isFirstTime(input.state, input.session)))
    return [];
  const acts = checks.map((check) => check.acts).join(', ');
  const finding: Finding = {
    check: 'pre-session',
    level: 'warn',
    text: `not run, because this repository is not trusted on this machine: ${acts}. Run claude-hooks trust to see and allow it`,
  };
  return [asLine(finding)];
}

function isFirstTime(state: StatePaths, session: string): boolean {
  try {
    ensureDirectory(state.late);
    return createFileExclusive(toldMark(state, session), '');
  } catch {
    return true;
  }
}
