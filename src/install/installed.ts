import * as path from 'node:path';
import { readTextIfExists } from '../platform/fs.ts';
import type { UserPaths } from '../store/paths.ts';

/** Whether a scope's settings file holds entries of claude-hooks. A cheap look, for hooks: the text is searched, not parsed. */
export function isInstalledIn(scope: string, dir: string, user: UserPaths): boolean {
  const files: Record<string, string> = {
    project: path.join(dir, '.claude', 'settings.json'),
    local: path.join(dir, '.claude', 'settings.local.json'),
    user: path.join(user.home, '.claude', 'settings.json'),
  };
  const file = files[scope];
  return file !== undefined && (readTextIfExists(file) ?? '').includes(`claude_hooks=start:${scope}`);
}
