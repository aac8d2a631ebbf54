import type { GitHookName } from '../hook-catalog.ts';

/** The first and last line of what is ours inside a file that others write to as well. */
export const BLOCK_START = '# >>> claude-hooks >>>';
export const BLOCK_END = '# <<< claude-hooks <<<';

/** How the lines in a hook find the runtime. */
export interface BlockPlace {
  /**
   * `machine`: an absolute path, for files that stay on this machine. `shared`: no path of this machine, for
   * files of the working tree: the first of `candidates` (relative to the top of the working tree) that is
   * there, else the person's own runtime copy.
   */
  kind: 'machine' | 'shared';
  /** Absolute runtime directory, for `machine`. */
  directory: string;
  /** Absolute node, for `machine`. */
  node: string;
  /** For `shared`: runtime directories relative to the top of the working tree. */
  candidates: readonly string[];
}

/** A word of a POSIX shell that means exactly `text`. */
export function shellQuote(text: string): string {
  return /^[A-Za-z0-9_./@%+=:,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/**
 * The lines that ring the bell, without their markers. They do nothing and leave the exit status at 0 where the
 * runtime is gone, also under `set -eu`; only a refused pre-push ends the script.
 */
export function bellLines(hook: GitHookName, place: BlockPlace): string[] {
  if (place.kind === 'machine') {
    return [
      `claude_hooks=${hook} claude_hooks_node=${shellQuote(place.node)} claude_hooks_at=${shellQuote(place.directory)}`,
      '[ -r "$claude_hooks_at/git-bell.sh" ] && . "$claude_hooks_at/git-bell.sh" || :',
    ];
  }
  const candidates = place.candidates.map((candidate) => shellQuote(candidate)).join(' ');
  return [
    `claude_hooks=${hook} claude_hooks_node=`,
    `for claude_hooks_at in ${candidates} "\${XDG_DATA_HOME:-\${HOME-}/.local/share}/claude-hooks/runtime/current"; do`,
    '  [ -r "$claude_hooks_at/git-bell.sh" ] && . "$claude_hooks_at/git-bell.sh" && break || :',
    'done',
  ];
}

/** The marked lines for a hook script, ending in a newline. */
export function hookBlock(hook: GitHookName, place: BlockPlace): string {
  return `${[BLOCK_START, ...bellLines(hook, place), BLOCK_END].join('\n')}\n`;
}

/** Where the first marked region lies in `text`: whole lines, from the start marker to the end marker. */
export function findBlock(text: string): { start: number; end: number; indent: string } | undefined {
  const match =
    /^([ \t]*)# >>> claude-hooks >>>[ \t]*\r?\n(?:[^\n]*\n)*?[ \t]*# <<< claude-hooks <<<[ \t]*(?:\r?\n|$)/m.exec(
      text,
    );
  if (match === null) return undefined;
  return { start: match.index, end: match.index + match[0].length, indent: match[1] ?? '' };
}

/** Takes every marked region out; undefined where there is none. */
export function removeBlocks(text: string): string | undefined {
  let rest = text;
  let found = false;
  for (let block = findBlock(rest); block !== undefined; block = findBlock(rest)) {
    found = true;
    rest = rest.slice(0, block.start) + rest.slice(block.end);
  }
  return found ? rest : undefined;
}

/**
 * Puts the block into a shell script: in the place of an older one, else right after the first line (`#!`), so
 * that a later `exec` or `exit` does not skip it. In a hook of husky 4 to 8 it goes behind the line that loads
 * `_/husky.sh`: that one starts the script a second time and ends the first run. Twice gives the same text.
 */
export function insertBlock(script: string, block: string): string {
  const old = findBlock(script);
  if (old !== undefined) return script.slice(0, old.start) + block + script.slice(old.end);
  let at = 0;
  if (script.startsWith('#!')) at = endOfLine(script, 0);
  const husky = /^[ \t]*(?:\.|source)[ \t]+[^\n]*_\/husky\.sh[^\n]*$/m.exec(script);
  if (husky !== null) at = endOfLine(script, husky.index);
  const head = script.slice(0, at);
  return `${head}${head === '' || head.endsWith('\n') ? '' : '\n'}${block}${script.slice(at)}`;
}

function endOfLine(text: string, from: number): number {
  const newline = text.indexOf('\n', from);
  return newline === -1 ? text.length : newline + 1;
}
