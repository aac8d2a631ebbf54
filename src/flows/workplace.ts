import * as path from 'node:path';
import { resolveConfig } from '../config/resolve.ts';
import type { ResolvedConfig } from '../config/types.ts';
import type { Clock } from '../platform/clock.ts';
import { addRedactionPatterns, registerSecrets } from '../redact/redact.ts';
import { logLine } from '../store/log.ts';
import {
  locateRepository,
  type Repository,
  type StatePaths,
  statePaths,
  stateRoot,
  type UserPaths,
  userPaths,
} from '../store/paths.ts';
import { recoverInterrupted } from './recover.ts';

/** Everything a flow needs to know about where and for whom it runs. */
export interface Workplace {
  repository: Repository;
  /** The folder the client was started in. */
  cwd: string;
  state: StatePaths;
  user: UserPaths;
  env: NodeJS.ProcessEnv;
  /** The runtime directory: `dist/`. */
  runtime: string;
  now: Clock;
  resolved: ResolvedConfig;
  /** What an earlier process was killed in and was mended just now, in sentences for a person. */
  recovered: string[];
  log(level: 'info' | 'warn' | 'error', message: string): void;
}

/**
 * Finds the repository of a folder, mends what an earlier process was killed in, reads the configuration and teaches the
 * redactor this machine's secrets.
 */
export async function openWorkplace(input: {
  cwd: string;
  env: NodeJS.ProcessEnv;
  runtime: string;
  now: Clock;
}): Promise<Workplace> {
  const user = userPaths(input.env);
  const repository = locateRepository(input.cwd);
  const state = statePaths(stateRoot(repository, user));
  registerSecrets(input.env);
  const recovered = await recoverInterrupted({ repository, state, user, now: input.now });
  for (const sentence of recovered) logLine(state, 'warn', sentence, input.now());
  const resolved = await resolveConfig({
    repository,
    cwd: input.cwd,
    state,
    user,
    env: input.env,
    presetsDirectory: path.join(input.runtime, 'presets'),
  });
  for (const { pattern, reason } of addRedactionPatterns(resolved.config.redact.patterns)) {
    resolved.problems.push({
      level: 'error',
      code: 'redaction-pattern',
      key: 'redact.patterns',
      message: `${pattern} is not used: ${reason}; what it should hide is not hidden`,
    });
  }
  return {
    repository,
    cwd: input.cwd,
    state,
    user,
    env: input.env,
    runtime: input.runtime,
    now: input.now,
    resolved,
    recovered,
    log: (level, message) => logLine(state, level, message, input.now()),
  };
}
