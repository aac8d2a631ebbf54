import * as path from 'node:path';
import { fileIdentity, readHead } from '../platform/fs.ts';
import type { Workplace } from './workplace.ts';

/** What the client does where no settings say otherwise. */
export const DEFAULT_RETENTION_DAYS = 30;

const LARGEST_SETTINGS = 1024 * 1024;

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
      const file = path.join(folder, name);
      // A repository can bring a link that leads to itself, or to what never ends.
      const text = fileIdentity(file)?.regular === true ? readHead(file, LARGEST_SETTINGS) : '';
      return /"cleanupPeriodDays"\s*:\s*(\d{1,6})/.exec(text ?? '')?.[1] ?? [];
    }),
  );
  return days.length === 0 ? DEFAULT_RETENTION_DAYS : Math.min(...days.map(Number));
}
