import * as path from 'node:path';
import { realPath } from '../../platform/fs.ts';
import { git } from '../../platform/git.ts';
import { changesSomething, type PlannedAction } from '../plan.ts';
import type { HooksContext } from './context.ts';
import { isInWorkingTree } from './hooks-path.ts';

/**
 * What a person should know who installs for themselves alone: which files that git tracks the plan changes. Asks
 * git only where a file of the working tree changes; empty in project scope, where sharing is what was asked for.
 */
export async function sharedFileNotes(
  context: HooksContext,
  actions: readonly PlannedAction[],
): Promise<string[]> {
  if (context.scope === 'project') return [];
  const changed = actions
    .filter(changesSomething)
    .filter(({ file }) => isInWorkingTree(file, context.root, [context.gitDir, context.commonDir]))
    .map(({ file }) => fromTop(context.root, file));
  if (changed.length === 0) return [];
  const listed = await git(['ls-files', '-z', '--', ...changed.map((name) => `:(top,literal)${name}`)], {
    cwd: context.root,
  });
  const tracked = new Set(listed.stdout.split('\0'));
  // Where git cannot tell, a file is named rather than passed over.
  const shared = [...new Set(changed)].filter((name) => listed.code !== 0 || tracked.has(name));
  if (shared.length === 0) return [];
  const which = shared.length === 1 ? 'This file is' : 'These files are';
  const them = shared.length === 1 ? 'it' : 'them';
  return [
    `${which} shared with your team by git and will change: ${shared.join(', ')}; use --git-hooks none to leave ${them} alone.`,
  ];
}

/** As git names the file; a link may lead to its folder. */
function fromTop(root: string, file: string): string {
  const real = path.join(realPath(path.dirname(file)), path.basename(file));
  return path.relative(realPath(root), real).split(path.sep).join('/');
}
