import { readBytesIfExists } from '../platform/fs.ts';
import type { UserPaths } from '../store/paths.ts';
import { hookGroups, type WantedCalls } from './commands-text.ts';
import type { Scope } from './hook-catalog.ts';
import type { PlannedAction, RuntimeLocation } from './plan.ts';
import { editableTarget, settingsFile } from './scopes.ts';
import { checkSettings } from './settings-check.ts';
import { countOwnEntries, putEntries, removeEntries } from './settings-entries.ts';
import { parseSettings } from './settings-text.ts';

/**
 * Plans our entries in one settings file. Throws HooksError (conflict, with line and column) for a file that
 * the client drops or that cannot be edited safely.
 */
export function planSettings(input: {
  scope: Scope;
  dir: string;
  runtime: RuntimeLocation;
  calls: WantedCalls;
  user: UserPaths;
  env: NodeJS.ProcessEnv;
  platform: NodeJS.Platform;
}): { action: PlannedAction; warnings: string[] } {
  const { scope, dir, runtime, calls, user, env, platform } = input;
  const named = settingsFile(scope, dir, user, env);
  const file = editableTarget(named);
  const before = readBytesIfExists(file);
  const wanted = hookGroups(scope, runtime, platform, calls);
  const settings = parseSettings(named, before ?? Buffer.alloc(0));
  const warnings = checkSettings(settings, [...wanted.keys()]);
  const { bytes, containers } = putEntries(named, before, wanted);
  const had = countOwnEntries(settings);
  const verb = had === 0 ? 'add' : 'bring up to date';
  return {
    action: {
      id: `settings:${scope}`,
      kind: 'write',
      file,
      summary: `${verb} the hooks for ${wanted.size} events in Claude Code's ${scope} settings`,
      before,
      after: before?.equals(bytes) ? before : bytes,
      mode: before === undefined && scope === 'user' ? 0o600 : undefined,
      surgical: 'settings',
      containers,
    },
    warnings,
  };
}

/** Whether a settings file holds an entry of ours. A file that cannot be read as JSON holds none. */
export function hasOwnEntries(file: string): boolean {
  const bytes = readBytesIfExists(file);
  if (bytes === undefined || (!bytes.includes('claude_hooks=') && !bytes.includes('bell.cjs'))) return false;
  return !removeEntries(file, bytes, undefined).equals(bytes);
}
