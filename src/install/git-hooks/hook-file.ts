import * as path from 'node:path';
import { HooksError } from '../../errors.ts';
import { lstatIfExists, readBytesIfExists, realPath, statIfExists } from '../../platform/fs.ts';
import type { GitHookName } from '../hook-catalog.ts';
import type { PlannedAction } from '../plan.ts';
import { findBlock, hookBlock, insertBlock, shellQuote } from './block.ts';
import { displayPath, type HooksContext, placeFor } from './context.ts';

/** What git would run under a hook's name. */
export type HookFileKind = 'absent' | 'link' | 'shell' | 'inactive' | 'other' | 'wrapper';

/** The name under which a hook that is no shell script goes on. */
export const ORIGINAL_SUFFIX = '.claude-hooks-original';

const SHELLS = new Set(['sh', 'bash', 'dash', 'ash', 'zsh', 'ksh', 'mksh']);

/** The program a script's first line names; `sh` without one (git falls back to it); undefined: not text. */
function interpreterOf(bytes: Buffer): string | undefined {
  if (bytes.subarray(0, 8_000).includes(0)) return undefined;
  const text = bytes.toString('latin1');
  if (!text.startsWith('#!')) return 'sh';
  const words = (text.split(/\r?\n/, 1)[0] ?? '').slice(2).trim().split(/\s+/);
  let program = path.posix.basename(words[0] ?? '');
  if (program === 'env')
    program = path.posix.basename(
      words.slice(1).find((word) => !word.startsWith('-') && !word.includes('=')) ?? '',
    );
  if (program === 'busybox') program = words[1] ?? '';
  return program.replace(/\.exe$/, '');
}

export function classifyHookFile(file: string): HookFileKind {
  const link = lstatIfExists(file);
  if (link === undefined) return 'absent';
  if (link.isSymbolicLink()) return 'link';
  const bytes = readBytesIfExists(file) ?? Buffer.alloc(0);
  if (isWrapperText(bytes)) return 'wrapper';
  // git passes over a hook that is not executable; it must not start to run because of us.
  if (process.platform !== 'win32' && ((statIfExists(file)?.mode ?? 0) & 0o111) === 0) return 'inactive';
  return SHELLS.has(interpreterOf(bytes) ?? '') ? 'shell' : 'other';
}

/** Whether a hook is our script in front of one that was moved aside. */
export function isWrapperText(bytes: Buffer): boolean {
  const text = bytes.toString('utf8');
  return findBlock(text) !== undefined && text.includes(ORIGINAL_SUFFIX);
}

/**
 * Plans the lines of one hook in one directory, whatever stands there: nothing, a shell script, a hook that is
 * switched off, another program. A symbolic link is not for this planner.
 * @param label names the file in the plan's ids.
 */
export function planHookFile(
  context: HooksContext,
  hook: GitHookName,
  given: string,
  label: string = hook,
): PlannedAction[] {
  const file = lstatIfExists(given) === undefined ? given : realPath(given);
  const kind = classifyHookFile(file);
  const block = hookBlock(hook, placeFor(context, file));
  const before = readBytesIfExists(file);
  const shown = displayPath(context, file);
  if (kind === 'absent' || kind === 'shell' || before === undefined) {
    const text = before?.toString('latin1') ?? '#!/bin/sh\n';
    return [
      {
        id: `git-hook:${label}`,
        kind: 'write',
        file,
        summary: before === undefined ? `create ${shown}` : `add the claude-hooks lines to ${shown}`,
        before,
        after: Buffer.from(insertBlock(text, Buffer.from(block).toString('latin1')), 'latin1'),
        ...(before === undefined ? { mode: 0o755 } : {}),
        surgical: 'marked-block',
      },
    ];
  }
  return wrap(context, hook, file, label, kind, before);
}

/** Moves a hook aside and puts a shell script in its place that rings the bell and then becomes that hook. */
function wrap(
  context: HooksContext,
  hook: GitHookName,
  file: string,
  label: string,
  kind: HookFileKind,
  before: Buffer,
): PlannedAction[] {
  const aside = `${file}${ORIGINAL_SUFFIX}`;
  const name = `${path.basename(file)}${ORIGINAL_SUFFIX}`;
  const place = placeFor(context, file);
  const there = readBytesIfExists(aside);
  const original = kind === 'wrapper' ? there : before;
  if (there !== undefined && original !== undefined && !there.equals(original)) {
    throw new HooksError({
      code: 'git-hook-original-exists',
      kind: 'conflict',
      message: `${aside} is in the way: the hook ${file} would have to be moved there.`,
      hint: 'Remove or rename that file if it is not needed, then run install again.',
      file: aside,
    });
  }
  const mode = statIfExists(kind === 'wrapper' ? aside : file)?.mode;
  const target = `"\${0%/*}"/${shellQuote(name)}`;
  const wrapper = `#!/bin/sh\n${hookBlock(hook, place)}# The hook that was here before, with the same arguments and input.\nif [ -x ${target} ]; then exec ${target} "$@"; fi\n`;
  const moved: PlannedAction[] =
    original === undefined
      ? []
      : [
          {
            id: `git-hook:${label}:original`,
            kind: 'write',
            file: aside,
            summary: `keep the hook that was there as ${displayPath(context, aside)}`,
            before: there,
            after: original,
            ...(mode === undefined ? {} : { mode: mode & 0o777 }),
            surgical: 'git-hooks:original',
          },
        ];
  return [
    ...moved,
    {
      id: `git-hook:${label}`,
      kind: 'write',
      file,
      summary: `put a script in front of the hook ${displayPath(context, file)}`,
      before,
      after: Buffer.from(wrapper),
      mode: 0o755,
      surgical: 'git-hooks:wrapper',
    },
  ];
}
