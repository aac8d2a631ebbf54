import * as path from 'node:path';
import { exists, readTextIfExists, realPath } from '../platform/fs.ts';
import type { UserPaths } from '../store/paths.ts';
import type { Scope } from './hook-catalog.ts';
import type { RuntimeLocation } from './plan.ts';
import { currentRuntime } from './runtime-copy.ts';

const NAME = 'claude-hooks';

/**
 * Where the project itself has the package: a dependency in a `package.json` between `dir` and `root`, and
 * installed. @returns the path from `dir` to its `dist`, with slashes, kept through node_modules (not the real
 * path), so that it stays right through updates.
 */
export function packageInProject(dir: string, root: string): string | undefined {
  const folders = foldersUp(dir, root);
  if (!folders.some(dependsOnUs)) return undefined;
  const home = folders.find((folder) => exists(path.join(folder, 'node_modules', NAME, 'dist', 'bell.sh')));
  if (home === undefined) return undefined;
  return path
    .relative(dir, path.join(home, 'node_modules', NAME, 'dist'))
    .split(path.sep)
    .join('/');
}

/** Whether a `package.json` between `dir` and `root` names the package: its people share it. */
export function isDeclaredInProject(dir: string, root: string): boolean {
  return foldersUp(dir, root).some(dependsOnUs);
}

function foldersUp(dir: string, root: string): string[] {
  const folders = [dir];
  for (let at = dir; at !== root && path.dirname(at) !== at; at = path.dirname(at))
    folders.push(path.dirname(at));
  return folders.includes(root) ? folders : [dir];
}

function dependsOnUs(folder: string): boolean {
  try {
    const value = JSON.parse(readTextIfExists(path.join(folder, 'package.json')) ?? '') as Record<
      string,
      unknown
    >;
    return ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'].some((field) => {
      const list = value[field];
      return typeof list === 'object' && list !== null && Object.hasOwn(list, NAME);
    });
  } catch {
    return false;
  }
}

/**
 * Where the entries find their code, and whether it has to be copied: unless the running package is the one
 * the project depends on, it lies in a cache or a global folder that may go or change at any time.
 * @param source the running package's `dist`.
 */
export function locateRuntime(input: {
  scope: Scope;
  dir: string;
  root: string;
  source: string;
  node: string;
  user: UserPaths;
}): { runtime: RuntimeLocation; copy: boolean } {
  const { scope, dir, root, source, node, user } = input;
  const inProject = scope === 'user' ? undefined : packageInProject(dir, root);
  const own = inProject === undefined ? undefined : path.join(dir, inProject);
  const copy = own === undefined || realPath(own) !== realPath(source);
  return { runtime: { directory: copy ? currentRuntime(user) : (own ?? source), inProject, node }, copy };
}
