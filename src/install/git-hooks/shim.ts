import * as path from 'node:path';
import { listDirectory, readBytesIfExists } from '../../platform/fs.ts';
import { GIT_HOOK_CATALOG, type GitHookName } from '../hook-catalog.ts';
import type { PlannedAction } from '../plan.ts';
import { hookBlock, shellQuote } from './block.ts';
import { type HooksContext, type HooksPlan, placeFor } from './context.ts';
import { planHooksPath } from './git-config.ts';
import { shimDirectory } from './hooks-path.ts';

/** Every hook git takes from a hooks directory whose mere presence changes nothing and costs little. */
const PASSED_ON = [
  'applypatch-msg',
  'commit-msg',
  'post-applypatch',
  'post-checkout',
  'post-commit',
  'post-merge',
  'post-receive',
  'post-rewrite',
  'post-update',
  'pre-applypatch',
  'pre-auto-gc',
  'pre-commit',
  'pre-merge-commit',
  'pre-push',
  'pre-rebase',
  'pre-receive',
  'prepare-commit-msg',
  'sendemail-validate',
  'update',
];

/** Called for every ref or index write, or changing what git does by being there: only where there is one now. */
const ONLY_WHERE_PRESENT = [
  'p4-changelist',
  'p4-post-changelist',
  'p4-pre-submit',
  'p4-prepare-changelist',
  'post-index-change',
  'proc-receive',
  'push-to-checkout',
  'reference-transaction',
];

const SIGN = '# core.hooksPath leads here; the hooks that were there before claude-hooks go on from here.';

/**
 * Plans a directory of our own in front of one that is not ours to write to: a script for each hook name, which
 * rings the bell where the hook is one of ours and then becomes the hook of that directory.
 * @param previous as configured; a relative one stays relative to where git starts the hook.
 */
export function planShims(
  context: HooksContext,
  previous: string,
  manager: string,
  notes: string[],
): HooksPlan {
  const directory = shimDirectory(context.commonDir);
  const present = new Set(listDirectory(path.resolve(context.root, previous)));
  const names = [...PASSED_ON, ...ONLY_WHERE_PRESENT.filter((name) => present.has(name))];
  const actions: PlannedAction[] = names.map((name) => {
    const file = path.join(directory, name);
    const ours = isOurs(name) ? hookBlock(name, placeFor(context, file)) : '';
    return {
      id: `git-hook:${name}`,
      kind: 'write',
      file,
      summary: isOurs(name) ? `run ${name}, then the one in ${previous}` : `pass ${name} on to ${previous}`,
      before: readBytesIfExists(file),
      after: Buffer.from(shimText(name, previous, ours, context.hooksPath.scope)),
      mode: 0o755,
      surgical: 'git-hooks:shim',
    };
  });
  actions.push(planHooksPath(context.commonDir, directory));
  return { actions, manager, notes, personalFiles: [] };
}

/** Whether a file is one of these scripts. */
export function isShim(bytes: Buffer): boolean {
  return bytes.includes(SIGN);
}

function shimText(name: string, previous: string, block: string, scope: string): string {
  // The path is written down, because asking git costs a process at every hook; it is asked where that is gone.
  const again =
    scope === 'global' || scope === 'system'
      ? `[ -d "$claude_hooks_dir" ] || claude_hooks_dir=$(git config --${scope} --type=path core.hooksPath) || :\n`
      : '';
  return `#!/bin/sh
${block}${SIGN}
claude_hooks_dir=${shellQuote(previous)}
${again}if [ -x "$claude_hooks_dir"/${name} ]; then exec "$claude_hooks_dir"/${name} "$@"; fi
`;
}

function isOurs(name: string): name is GitHookName {
  return (GIT_HOOK_CATALOG as readonly string[]).includes(name);
}
