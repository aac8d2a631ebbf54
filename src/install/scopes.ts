import * as path from 'node:path';
import { HooksError, systemCode } from '../errors.ts';
import { isWritable, lstatIfExists, realPath, statIfExists } from '../platform/fs.ts';
import type { Repository, UserPaths } from '../store/paths.ts';
import type { Scope } from './hook-catalog.ts';

export const SCOPES: readonly Scope[] = ['project', 'local', 'user'];

/** The settings file of a scope. The client honours CLAUDE_CONFIG_DIR for the person's own. */
export function settingsFile(scope: Scope, dir: string, user: UserPaths, env: NodeJS.ProcessEnv): string {
  if (scope === 'project') return path.join(dir, '.claude', 'settings.json');
  if (scope === 'local') return path.join(dir, '.claude', 'settings.local.json');
  const configured = env.CLAUDE_CONFIG_DIR;
  const home = configured ? path.resolve(configured) : path.join(user.home, '.claude');
  return path.join(home, 'settings.json');
}

/**
 * The file to edit: of a symbolic link, what it leads to, so that the link stays.
 * @throws HooksError (conflict) where that cannot be written.
 */
export function editableTarget(file: string): string {
  const folder = nearestExisting(path.dirname(file));
  if (statIfExists(folder)?.isDirectory() !== true)
    throw unwritable(
      file,
      `cannot be created: ${folder} is not a directory`,
      'Move that file out of the way',
    );
  if (lstatIfExists(file)?.isSymbolicLink() === true && statIfExists(file) === undefined)
    throw unwritable(file, 'is a symbolic link that leads nowhere', 'Restore its target or remove the link');
  const stat = statIfExists(file);
  const target =
    stat === undefined
      ? path.join(realPathOfExisting(path.dirname(file)), path.basename(file))
      : realPath(file);
  if (stat !== undefined && !stat.isFile()) throw unwritable(file, 'is not a file', 'Move it out of the way');
  // Root may write everything: a file without any write permission was still made read-only on purpose.
  if (stat !== undefined && ((stat.mode & 0o222) === 0 || !isWritable(target)))
    throw unwritable(file, 'is read-only', `Make it writable (chmod u+w) if it should be changed`);
  const holder = nearestExisting(path.dirname(target));
  if (!isWritable(holder))
    throw unwritable(file, `cannot be written: ${holder} is read-only`, 'Make that directory writable');
  return target;
}

function unwritable(file: string, what: string, cure: string): HooksError {
  return new HooksError({
    code: 'file-unwritable',
    kind: 'conflict',
    message: `${file} ${what}. It was left as it is.`,
    hint: `${cure}, then run the same command again; --scope chooses another settings file.`,
    file,
  });
}

function nearestExisting(folder: string): string {
  let at = folder;
  while (!isThere(at) && path.dirname(at) !== at) at = path.dirname(at);
  return at;
}

function isThere(file: string): boolean {
  try {
    return lstatIfExists(file) !== undefined;
  } catch (error) {
    // Something above it is a file.
    if (systemCode(error) === 'ENOTDIR') return false;
    throw error;
  }
}

/** As realPath, also where the last parts do not exist yet. */
function realPathOfExisting(folder: string): string {
  const base = nearestExisting(folder);
  return path.join(realPath(base), path.relative(base, folder));
}

/** The directories above `file` that do not exist yet, outermost first. */
export function missingDirectories(file: string): string[] {
  const missing: string[] = [];
  for (let at = path.dirname(file); statIfExists(at) === undefined; at = path.dirname(at)) {
    missing.unshift(at);
    if (path.dirname(at) === at) break;
  }
  return missing;
}

/** The path by which an install of this scope is known: a directory, for user scope the whole repository. */
export function installIdentity(scope: Scope, dir: string, repository: Repository): string {
  return realPath(scope === 'user' ? (repository.commonDir ?? repository.root) : dir);
}

/** What a person should know about where this scope counts. */
export function scopeWarnings(input: {
  scope: Scope;
  dir: string;
  cwd: string;
  repository: Repository;
  user: UserPaths;
}): string[] {
  const { scope, dir, cwd, repository } = input;
  if (scope === 'user') return [];
  const warnings: string[] = [];
  const file = scope === 'project' ? 'settings.json' : 'settings.local.json';
  const below = path.relative(realPath(dir), realPath(cwd));
  if (below !== '' && !below.startsWith('..')) {
    warnings.push(
      `Claude Code reads .claude/${file} only from the folder it is started in. Installed for sessions started in ${dir}; for sessions started in ${cwd}, run install with --dir . as well, or use --scope user.`,
    );
  } else if (realPath(dir) !== realPath(repository.root)) {
    warnings.push(
      `Installed for sessions started in ${dir}; sessions started in ${repository.root} or another folder do not see it (Claude Code reads only the settings of the folder it is started in).`,
    );
  }
  if (repository.gitDir !== repository.commonDir) {
    warnings.push(
      scope === 'local'
        ? `This is a linked worktree: it has its own .claude/${file}, the other worktrees are not affected. --scope user works in all of them.`
        : `This is a linked worktree: its own copy of .claude/${file} is changed; other worktrees get it when the commit reaches them.`,
    );
  }
  if (repository.gitDir === undefined)
    warnings.push(`${dir} is in no git repository: there are no checkpoints and no git hooks here.`);
  if (scope === 'project')
    warnings.push(
      `.claude/settings.json is committed: its hooks run for everyone who clones the repository and has claude-hooks; for the others they do nothing. --scope local keeps them to yourself.`,
    );
  return warnings;
}
