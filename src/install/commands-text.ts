import { HooksError } from '../errors.ts';
import { searchPattern } from './command-rules.ts';
import { type CatalogEntry, HOOK_CATALOG, type Scope } from './hook-catalog.ts';
import type { RuntimeLocation } from './plan.ts';

/** The person's own runtime copy, as a shell finds it without knowing this machine. */
const SHARED_RUNTIME = `"\${XDG_DATA_HOME:-$HOME/.local/share}/claude-hooks/runtime/current"`;

/** One command of a hook entry, as it stands in a settings file. */
export interface HookEntry {
  type: 'command';
  /** A permission rule: the client starts the command only for a tool call that it matches. */
  if?: string;
  command: string;
  /** Seconds. */
  timeout: number;
}

/** What is put into an event's array. Without a matcher its commands run for everything the event tells. */
export interface HookGroup {
  matcher?: string;
  hooks: [HookEntry, ...HookEntry[]];
}

/** What an install writes entries for beside the events themselves. */
export interface WantedCalls {
  /** What is between `Bash(` and `)` of each rule about commands; without any there is no group for them. */
  rules: readonly string[];
  /** Whether edits of files are looked at, because a partition guards its border. */
  edits: boolean;
}

/**
 * The groups for each event of the catalog, those of one event with different matchers.
 * @param platform `process.platform`; without a POSIX shell the doorbell is a Node script. A committed entry
 * (project scope) has one form on every system: the client runs hooks through a POSIX shell where it finds one.
 */
export function hookGroups(
  scope: Scope,
  runtime: RuntimeLocation,
  platform: NodeJS.Platform,
  calls: WantedCalls = { rules: [], edits: false },
): Map<string, HookGroup[]> {
  const groups = new Map<string, HookGroup[]>();
  for (const entry of HOOK_CATALOG) {
    const { event, tool, tools, timeout } = entry;
    if (tools !== undefined && !calls.edits) continue;
    const [first, ...rest] = (tool === undefined ? [undefined] : calls.rules).map((rule): HookEntry => {
      const command = hookCommand(entry, scope, runtime, platform, rule);
      return { type: 'command', ...(rule === undefined ? {} : { if: `${tool}(${rule})` }), command, timeout };
    });
    if (first === undefined) continue;
    const matcher = tool ?? tools;
    const group: HookGroup = { ...(matcher === undefined ? {} : { matcher }), hooks: [first, ...rest] };
    groups.set(event, [...(groups.get(event) ?? []), group]);
  }
  return groups;
}

/**
 * The command line of one hook. It starts with `claude_hooks=<bell>:<scope>;`, by which claude-hooks knows its
 * entries, and ends quietly where its runtime is gone. One with a rule looks for it in the event first, because the
 * client asks every entry about a command it cannot read. @throws HooksError for a path no shell line can hold.
 */
export function hookCommand(
  entry: CatalogEntry,
  scope: Scope,
  runtime: RuntimeLocation,
  platform: NodeJS.Platform,
  rule?: string,
): string {
  const word = `${entry.bell}:${scope}`;
  const pattern = rule === undefined ? undefined : searchPattern(rule);
  if (scope !== 'project' && platform === 'win32') {
    const bell = `${runtime.directory.replaceAll('\\', '/')}/bell.cjs`;
    const look = pattern === undefined ? '' : ` "${pattern}"`;
    return `${doubleQuoted(runtime.node.replaceAll('\\', '/'))} ${doubleQuoted(bell)} ${word}${look}`;
  }
  const ring = scope === 'project' ? ringInProject(runtime) : ringAt(runtime);
  if (pattern === undefined) return `claude_hooks=${word}; ${ring}; exit 0`;
  return `claude_hooks=${word}; IFS= read -r e; case $e in *tool_input*${pattern}*) ${ring};; esac; exit 0`;
}

function ringInProject(runtime: RuntimeLocation): string {
  const own = runtime.inProject === undefined ? [] : [projectPlace(runtime.inProject)];
  // `n` could come in from the environment: emptied, node is taken from PATH.
  return `n=; for h in ${[...own, SHARED_RUNTIME].join(' ')}; do [ -r "$h/bell.sh" ] && . "$h/bell.sh"; done`;
}

function ringAt(runtime: RuntimeLocation): string {
  const h = singleQuoted(runtime.directory);
  return `h=${h}; n=${singleQuoted(runtime.node)}; [ -r "$h/bell.sh" ] && . "$h/bell.sh"`;
}

function projectPlace(relative: string): string {
  // Within double quotes, a backslash before these keeps them from the shell.
  return `"$CLAUDE_PROJECT_DIR/${printable(relative).replace(/[\\"$`]/g, '\\$&')}"`;
}

/** A word of a POSIX shell that means exactly `text`, whatever is in it. */
export function singleQuoted(text: string): string {
  return `'${printable(text).replaceAll("'", `'\\''`)}'`;
}

function doubleQuoted(text: string): string {
  if (/["$`%]/.test(text)) throw unusablePath(text);
  return `"${printable(text)}"`;
}

function printable(text: string): string {
  if (/[\u0000-\u001f\u007f]/.test(text)) throw unusablePath(text);
  return text;
}

function unusablePath(text: string): HooksError {
  return new HooksError({
    code: 'path-unusable',
    kind: 'failed',
    message: `The path ${JSON.stringify(text)} has a character that cannot stand in a hook command.`,
    hint: 'Install claude-hooks, or node, at a path without control characters (on Windows also without " $ ` %).',
  });
}

const POSIX_ENTRY = /^claude_hooks=([a-z-]+):(project|local|user);/;
const WINDOWS_ENTRY = /bell\.cjs" ([a-z-]+):(project|local|user)(?: "[^"]*")?\s*$/;

/** What a command of ours rings and for which scope; undefined for anybody else's command. */
export function ownEntry(command: string): { bell: string; scope: Scope } | undefined {
  const match = POSIX_ENTRY.exec(command) ?? WINDOWS_ENTRY.exec(command);
  return match?.[1] === undefined ? undefined : { bell: match[1], scope: match[2] as Scope };
}

/** Whether a command is ours, also one of an older or newer version: only its beginning (or end) counts. */
export function isOwnCommand(command: string): boolean {
  return command.startsWith('claude_hooks=') || ownEntry(command) !== undefined;
}
