import * as path from 'node:path';
import { huskyHooksOfOthers } from './husky.ts';

/**
 * Which of the files an install made must stay at an uninstall, because hooks of others have come to depend on
 * them: husky was set up by claude-hooks, and the project has since added hooks of its own.
 * @param claims what the install made: the ids of its actions and their files.
 * @returns the ids that stay, and a sentence that says so.
 */
export function gitHookFilesInUse(claims: readonly { id: string; file: string }[]): {
  ids: string[];
  note?: string;
} {
  const runner = claims.find(({ id }) => id === 'husky:h');
  if (runner === undefined) return { ids: [] };
  const folder = path.dirname(path.dirname(runner.file));
  const others = huskyHooksOfOthers(folder);
  if (others.length === 0) return { ids: [] };
  return {
    ids: claims
      .map(({ id }) => id)
      .filter(
        (id) => (id.startsWith('husky:') && id !== 'husky:claude-hooks') || id === 'git-config:hooksPath',
      ),
    note: `husky stays set up, because ${others.map((name) => path.join(path.basename(folder), name)).join(', ')} ${others.length === 1 ? 'is a hook' : 'are hooks'} of this project.`,
  };
}
