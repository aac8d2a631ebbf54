import * as path from 'node:path';
import type { Scope } from '../hook-catalog.ts';
import type { PlannedAction, RuntimeLocation } from '../plan.ts';
import type { BlockPlace } from './block.ts';
import { type HooksPath, isInWorkingTree } from './hooks-path.ts';

/** What every planner of git hooks is given. */
export interface HooksContext {
  /** Top of the working tree. */
  root: string;
  gitDir: string;
  commonDir: string;
  /** The directory install was run for: the top of the working tree, or a folder of a monorepo. */
  dir: string;
  scope: Scope;
  runtime: RuntimeLocation;
  hooksPath: HooksPath;
}

/** What a planner answers. */
export interface HooksPlan {
  actions: PlannedAction[];
  /** The manager that was joined, in one or two words. */
  manager: string;
  /** Sentences for the person. */
  notes: string[];
  /** Files this plan creates that only concern this person; relative to the top of the working tree. */
  personalFiles: string[];
}

/** How the lines in `file` may name the runtime: without a path of this machine where the file can be committed. */
export function placeFor(context: HooksContext, file: string): BlockPlace {
  const shared = isInWorkingTree(file, context.root, [context.gitDir, context.commonDir]);
  return {
    kind: shared ? 'shared' : 'machine',
    directory: context.runtime.directory,
    node: context.runtime.node,
    candidates: candidates(context),
  };
}

/** Where a project keeps the package, seen from the top of the working tree: git starts hooks there. */
function candidates(context: HooksContext): string[] {
  const found = [
    path.join(context.dir, context.runtime.inProject ?? 'node_modules/claude-hooks/dist'),
    path.join(context.dir, 'node_modules/claude-hooks/dist'),
    path.join(context.root, 'node_modules/claude-hooks/dist'),
  ]
    .map((directory) => path.relative(context.root, directory).split(path.sep).join('/'))
    .filter(
      (relative) =>
        relative !== '' && relative !== '..' && !relative.startsWith('../') && !path.isAbsolute(relative),
    );
  // A path without a slash would be looked up on PATH by `.`; all of these hold one.
  return [...new Set(found)];
}

export function displayPath(context: HooksContext, file: string): string {
  const relative = path.relative(context.root, file);
  return relative !== '' && !relative.startsWith('..') && !path.isAbsolute(relative) ? relative : file;
}
