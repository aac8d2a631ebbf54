import * as path from 'node:path';
import { realPath } from '../../platform/fs.ts';
import { git } from '../../platform/git.ts';

/** Where git looks for hooks, and who says so. */
export interface HooksPath {
  /** The configuration that decides; `none`: git's own `hooks` directory. */
  scope: 'none' | 'local' | 'worktree' | 'global' | 'system';
  /** As configured, with a leading `~` resolved; relative to the top of the working tree. */
  value: string;
  /** Absolute, for the working tree that was asked about. */
  directory: string;
}

/** The directory of our own hooks that stand in front of a directory nobody here may write to. */
export function shimDirectory(commonDir: string): string {
  return path.join(commonDir, 'claude-hooks', 'git-hooks');
}

/**
 * Which directory git takes hooks from, the last of system, global, local and worktree configuration as git
 * itself reads them (includes too); what a single command line sets does not count.
 * @param except a value that does not count, to see what stood there before it.
 */
export async function readHooksPath(
  root: string,
  commonDir: string,
  env: NodeJS.ProcessEnv,
  except?: string,
): Promise<HooksPath> {
  const ownHooks: HooksPath = { scope: 'none', value: '', directory: path.join(commonDir, 'hooks') };
  const result = await git(
    ['config', '--includes', '--show-scope', '-z', '--type=path', '--get-all', 'core.hooksPath'],
    { cwd: root, env: configEnvironment(env) },
  );
  if (result.code !== 0) return ownHooks;
  const words = result.stdout.split('\0');
  let found = ownHooks;
  for (let index = 0; index + 1 < words.length; index += 2) {
    const [scope, value] = [words[index], words[index + 1]];
    if (value === undefined || value === '' || !isFileScope(scope)) continue;
    if (except !== undefined && path.resolve(root, value) === except) continue;
    found = { scope, value, directory: path.resolve(root, value) };
  }
  return found;
}

function isFileScope(scope: string | undefined): scope is 'local' | 'worktree' | 'global' | 'system' {
  return scope === 'local' || scope === 'worktree' || scope === 'global' || scope === 'system';
}

/** What decides which configuration files git reads, taken from the given environment. */
function configEnvironment(env: NodeJS.ProcessEnv): Record<string, string> {
  const chosen: Record<string, string> = {};
  for (const name of [
    'HOME',
    'XDG_CONFIG_HOME',
    'GIT_CONFIG_GLOBAL',
    'GIT_CONFIG_SYSTEM',
    'GIT_CONFIG_NOSYSTEM',
  ]) {
    const value = env[name];
    if (value !== undefined) chosen[name] = value;
  }
  return chosen;
}

/** Whether `file` lies in the working tree, where it may be committed, and not in a git directory. */
export function isInWorkingTree(file: string, root: string, gitDirs: readonly string[]): boolean {
  const inside = (directory: string): boolean => {
    const relative = path.relative(realPath(directory), realPathOfNearest(file));
    return (
      relative === '' ||
      (relative !== '..' && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative))
    );
  };
  return inside(root) && !gitDirs.some(inside);
}

/** The real path of a file that need not be there yet. */
function realPathOfNearest(file: string): string {
  const parent = path.dirname(file);
  const real = realPath(file);
  if (real !== path.resolve(file) || parent === file) return real;
  return path.join(realPathOfNearest(parent), path.basename(file));
}
