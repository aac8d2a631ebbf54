import type { Config } from '../config/config.ts';
import { isSavedBeforeCommands } from '../config/flags.ts';
import { wantedRules } from '../install/command-rules.ts';
import type { Scope } from '../install/hook-catalog.ts';

/**
 * The rules an install in a scope writes entries for; none where the configuration wants no checkpoints before
 * commands. @param config what counts for the scope (`forScope`).
 */
export function commandRules(config: Config, scope: Scope, platform: NodeJS.Platform): string[] {
  return isSavedBeforeCommands(config) ? wantedRules(config.checkpoints.commands, scope, platform) : [];
}
