import { readTextIfExists } from '../platform/fs.ts';
import type { UserPaths } from '../store/paths.ts';
import { SCOPES, settingsFile } from './scopes.ts';

/**
 * Whether a scope's settings file holds entries of claude-hooks. A cheap look, for hooks: the text is searched, not
 * parsed.
 */
export function isInstalledIn(scope: string, dir: string, user: UserPaths, env: NodeJS.ProcessEnv): boolean {
  const known = SCOPES.find((one) => one === scope);
  if (known === undefined) return false;
  return (readTextIfExists(settingsFile(known, dir, user, env)) ?? '').includes(
    `claude_hooks=start:${known}`,
  );
}
