import * as path from 'node:path';

/** The name under which cosmiconfig, and so everyone, knows the configuration. */
export const CONFIG_NAME = 'claude-session';

const DATA_ENDINGS = ['', '.json', '.yaml', '.yml'] as const;
const CODE_ENDINGS = ['.js', '.ts', '.cjs', '.mjs'] as const;

/**
 * Data files of the project layer in one folder, in the order in which the first that exists wins: the order
 * of cosmiconfig 9. `package.json` counts only where it has the key `claude-session`.
 */
export const PROJECT_FILES: readonly string[] = [
  'package.json',
  ...DATA_ENDINGS.map((ending) => `.${CONFIG_NAME}rc${ending}`),
  ...DATA_ENDINGS.map((ending) => path.join('.config', `${CONFIG_NAME}rc${ending}`)),
];

/** Personal files beside them, not meant to be committed. */
export const LOCAL_FILES: readonly string[] = [
  ...DATA_ENDINGS.map((ending) => `.${CONFIG_NAME}rc.local${ending}`),
  ...DATA_ENDINGS.map((ending) => path.join('.config', `${CONFIG_NAME}rc.local${ending}`)),
];

/** Files in which cosmiconfig 9 would run code. Never read by hooks; `claude-hooks trust` may evaluate one. */
export const EXECUTABLE_FILES: readonly string[] = [
  ...CODE_ENDINGS.map((ending) => `.${CONFIG_NAME}rc${ending}`),
  ...CODE_ENDINGS.map((ending) => path.join('.config', `${CONFIG_NAME}rc${ending}`)),
  ...CODE_ENDINGS.map((ending) => `${CONFIG_NAME}.config${ending}`),
];

/** Settings of cosmiconfig itself that it would run as code. Never read and never trusted. */
export const META_FILES: readonly string[] = CODE_ENDINGS.map((ending) =>
  path.join('.config', `config${ending}`),
);

/** Files of the user layer, below `$XDG_CONFIG_HOME/claude-session`; the first that exists wins. */
export const USER_FILES: readonly string[] = ['config.json', 'config.yaml', 'config.yml'];

/**
 * The folders searched for project and local files: `cwd` first, then its parents up to `root`; only `root`
 * where `cwd` does not lie below it.
 */
export function searchFolders(root: string, cwd: string): string[] {
  const relative = path.relative(root, cwd);
  if (relative === '..' || relative.startsWith(`..${path.sep}`) || path.isAbsolute(relative)) return [root];
  const folders = [root];
  for (const part of relative.split(path.sep).filter((name) => name !== '')) {
    folders.unshift(path.join(folders[0] ?? root, part));
  }
  return folders;
}

/** Whether `file` is `folder` or lies below it, by name only. */
export function isInside(folder: string, file: string): boolean {
  const relative = path.relative(folder, file);
  return relative === '' || (!path.isAbsolute(relative) && relative.split(path.sep)[0] !== '..');
}
