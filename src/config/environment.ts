import { sha256 } from '../platform/digest.ts';
import { CONFIG_NAME } from './places.ts';

/** `CLAUDE_SESSION_`: `CLAUDE_SESSION_CHECKPOINTS__EVERY=5m` sets `checkpoints.every`. */
export const ENVIRONMENT_PREFIX = `${CONFIG_NAME.toUpperCase().replace('-', '_')}_`;

/** Consent for this process only, by the hash that `claude-hooks trust --status` shows. */
export const TRUST_VARIABLE = 'CLAUDE_HOOKS_TRUST';

/** The variables that can be configuration, sorted by name. */
export function configVariables(env: NodeJS.ProcessEnv): [string, string][] {
  return Object.entries(env)
    .filter(
      (entry): entry is [string, string] => entry[0].startsWith(ENVIRONMENT_PREFIX) && entry[1] !== undefined,
    )
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

/** A key of the environment's part in the configuration, empty where it has none; holds no value in the clear. */
export function environmentKey(env: NodeJS.ProcessEnv): string {
  const variables = configVariables(env);
  if (variables.length === 0 && env[TRUST_VARIABLE] === undefined) return '';
  const parts = JSON.stringify([variables, env[TRUST_VARIABLE] ?? '']);
  return sha256(parts);
}
