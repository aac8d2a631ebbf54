import type { Config } from '../config/config.ts';
import { isSavedBeforeCommands } from '../config/flags.ts';
import { wantedRules } from '../install/command-rules.ts';
import type { Scope } from '../install/hook-catalog.ts';

/**
 * Whether an install writes an entry for edits: some partition wants to know of those outside it. Where hooks are off
 * by configuration there is none.
 */
export function guardsEdits({ enabled, partitions }: Config): boolean {
  return enabled && partitions.some(({ outside }) => outside !== 'allow');
}

/**
 * The rules an install in a scope writes entries for; none where the configuration wants no checkpoints before
 * commands. @param config what counts for the scope (`forScope`).
 */
export function commandRules(config: Config, scope: Scope, platform: NodeJS.Platform): string[] {
  return isSavedBeforeCommands(config) ? wantedRules(config.checkpoints.commands, scope, platform) : [];
}
