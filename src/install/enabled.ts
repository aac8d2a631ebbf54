import * as path from 'node:path';
import { sha256 } from '../platform/digest.ts';
import { exists, readBytesIfExists, realPath } from '../platform/fs.ts';
import type { Repository, UserPaths } from '../store/paths.ts';
import type { PlannedAction } from './plan.ts';

/** The file whose presence lets the person's own (user scope) hooks act in a repository. */
export function enabledFile(repository: Repository, user: UserPaths): string {
  const place = realPath(repository.commonDir ?? repository.root);
  return path.join(user.data, 'enabled', sha256(place));
}

/**
 * Whether hooks of the user scope may act here. They are called in every folder; a repository where nobody ran
 * `install --scope user` is none of their business. All worktrees of a repository count as one.
 */
export function isEnabledForUser(repository: Repository, user: UserPaths): boolean {
  return exists(enabledFile(repository, user));
}

export function planEnable(repository: Repository, user: UserPaths): PlannedAction {
  const file = enabledFile(repository, user);
  const place = realPath(repository.commonDir ?? repository.root);
  const before = readBytesIfExists(file);
  const after = Buffer.from(`${place}\n`, 'utf8');
  return {
    id: 'enable',
    kind: 'write',
    file,
    summary: `let the hooks of your user settings act in ${repository.root}`,
    before,
    after: before?.equals(after) === true ? before : after,
    mode: 0o600,
    surgical: 'own-file',
  };
}
