import * as path from 'node:path';
import { messageOf } from '../errors.ts';
import { lstatIfExists, realPath, removeTree } from '../platform/fs.ts';
import { git } from '../platform/git.ts';
import type { Workplace } from './workplace.ts';

/**
 * Removes the configured temporary files and folders: only inside the working tree, never below `.git` or
 * `.claude`, never what git tracks, links themselves and not what they point to. Needs this machine's consent.
 */
export async function cleanPaths(place: Workplace): Promise<void> {
  const paths = place.resolved.config.postSession.clean;
  if (paths.length === 0) return;
  if (!place.resolved.commandsTrusted) {
    place.log(
      'warn',
      "nothing was cleaned: this repository's commands are not allowed on this machine (claude-hooks trust)",
    );
    return;
  }
  for (const entry of paths) {
    const refusal = await whyNotClean(place.repository.root, entry);
    if (refusal !== undefined) {
      place.log('warn', `postSession.clean: ${entry} was left alone: ${refusal}`);
      continue;
    }
    try {
      removeTree(path.resolve(place.repository.root, entry));
    } catch (error) {
      place.log('error', `postSession.clean: ${entry} could not be removed: ${messageOf(error)}`);
    }
  }
}

async function whyNotClean(root: string, entry: string): Promise<string | undefined> {
  const target = path.resolve(root, entry);
  const relative = path.relative(root, target);
  if (relative === '' || relative.startsWith('..') || path.isAbsolute(relative))
    return 'it is not inside the repository';
  const top = relative.split(path.sep)[0];
  if (top === '.git' || top === '.claude') return `it lies in ${top}`;
  if (lstatIfExists(target) === undefined) return 'there is no such file';
  const parent = realPath(path.dirname(target));
  const realRoot = realPath(root);
  if (parent !== realRoot && !parent.startsWith(`${realRoot}${path.sep}`))
    return 'a link leads out of the repository';
  const tracked = await git(['ls-files', '-z', '--', `:(top,literal)${relative.split(path.sep).join('/')}`], {
    cwd: root,
  });
  if (tracked.code !== 0) return 'git could not say whether it is tracked';
  return tracked.stdout === '' ? undefined : 'git tracks it';
}
