import * as path from 'node:path';
import { readTextIfExists } from '../platform/fs.ts';
import type { Workplace } from './workplace.ts';

/** What the client does where no settings say otherwise. */
export const DEFAULT_RETENTION_DAYS = 30;

/**
 * After how many days the client deletes transcripts (`cleanupPeriodDays`): the smallest number any of its settings files
 * for this place names, so that nobody is surprised; 30 where none does. Managed settings are not looked at.
 */
export function retentionDays({ user, env, repository, cwd }: Workplace): number {
  const folders = [
    env.CLAUDE_CONFIG_DIR || path.join(user.home, '.claude'),
    path.join(repository.root, '.claude'),
    path.join(cwd, '.claude'),
  ];
  const days = folders.flatMap((folder) =>
    ['settings.json', 'settings.local.json'].flatMap((name) => {
      const text = readTextIfExists(path.join(folder, name)) ?? '';
      return /"cleanupPeriodDays"\s*:\s*(\d+)/.exec(text)?.[1] ?? [];
    }),
  );
  return days.length === 0 ? DEFAULT_RETENTION_DAYS : Math.min(...days.map(Number));
}
