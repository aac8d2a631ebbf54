import { isMarker, marker } from './marker.ts';
import { isSecretVariable } from './names.ts';
import { redactText } from './text.ts';

/** Variables that help to understand an error and hold no secret by their nature. */
const ALLOWED = new Set([
  'AI_AGENT',
  'CI',
  'CLAUDECODE',
  'CLAUDE_CODE_ENTRYPOINT',
  'CLAUDE_CODE_SESSION_ID',
  'CLAUDE_EFFORT',
  'CLAUDE_HOOKS',
  'CLAUDE_PROJECT_DIR',
  'COLORTERM',
  'EDITOR',
  'GITHUB_ACTIONS',
  'GITLAB_CI',
  'LANG',
  'LANGUAGE',
  'LC_ALL',
  'LC_CTYPE',
  'NODE_ENV',
  'NODE_VERSION',
  'OS',
  'OSTYPE',
  'PROCESSOR_ARCHITECTURE',
  'SHELL',
  'SHLVL',
  'TERM',
  'TERM_PROGRAM',
  'TERM_PROGRAM_VERSION',
  'TZ',
  'VISUAL',
  'VIRTUAL_ENV',
  'WSL_DISTRO_NAME',
  'XDG_SESSION_TYPE',
  'npm_config_user_agent',
]);
const LONGEST_VALUE = 500;

/**
 * The part of an environment that may be stored or sent: an allow-list, each value redacted and cut to 500
 * characters, in the order of the names.
 * @param allowedExtra more names; one that itself looks like a secret keeps its name but never its value.
 */
export function redactEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  allowedExtra: readonly string[] = [],
): Record<string, string> {
  const names = [...new Set([...ALLOWED, ...allowedExtra])].sort();
  const result: [string, string][] = [];
  for (const name of names) {
    const value = env[name];
    if (value === undefined) continue;
    const safe = isSecretVariable(name) && value !== '' ? marker('environment') : redactText(value);
    result.push([name, isMarker(safe) ? safe : safe.slice(0, LONGEST_VALUE)]);
  }
  return Object.fromEntries(result);
}
