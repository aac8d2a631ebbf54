import * as path from 'node:path';
import { loadConfig } from '../../config/load.ts';
import { ownEntry } from '../../install/commands-text.ts';
import type { Scope } from '../../install/hook-catalog.ts';
import { commandRules, guardsEdits } from '../command-rules.ts';
import type { Hook } from './settings.ts';
import type { Diagnosis, DoctorPlace } from './types.ts';

/** What an install in this scope would write entries for now. */
export function wantedCalls(
  place: DoctorPlace,
  scope: Scope,
  own: readonly Hook[],
): { rules: string[]; edits: boolean } {
  const { repository, dir, state, user, env, runtime } = place;
  const presetsDirectory = path.join(runtime, 'presets');
  const loaded = loadConfig({ repository, cwd: dir, state, user, env, presetsDirectory });
  const isShell = own.every(({ command }) => command.startsWith('claude_hooks='));
  const config = loaded.forScope(scope);
  const rules = commandRules(config, scope, isShell ? 'linux' : 'win32').map((rule) => `Bash(${rule})`);
  return { rules, edits: guardsEdits(config) };
}

/** Whether the entries before commands are those that an install would write now. */
export function examineRules(
  file: string,
  own: readonly Hook[],
  rules: readonly string[],
  cure: string,
): Diagnosis[] {
  const there = own.flatMap((hook) =>
    hook.event === 'PreToolUse' && !isForEdits(hook) ? [hook.rule ?? 'all commands'] : [],
  );
  const lacking = rules.filter((rule) => !there.includes(rule));
  const extra = there.filter((rule) => !rules.includes(rule));
  if (lacking.length + extra.length === 0) return [];
  const words = [
    ...(lacking.length > 0 ? [`has no entry for ${some(lacking)}`] : []),
    ...(extra.length > 0 ? [`has one for ${some(extra)}`] : []),
  ];
  return [
    {
      id: 'command-rules-changed',
      level: 'warn',
      text: `${file} does not fit checkpoints.beforeCommands and checkpoints.commands any more: it ${words.join(' and ')}.`,
      cure,
    },
  ];
}

/** Whether edits of files are looked at exactly where a partition of the configuration guards its border. */
export function examineEdits(file: string, own: readonly Hook[], wanted: boolean, cure: string): Diagnosis[] {
  if (own.some(isForEdits) === wanted) return [];
  return [
    {
      id: 'edit-entry-changed',
      level: 'warn',
      text: wanted
        ? `${file} has no entry for edits: what is edited outside the partition in work is neither pointed out nor refused.`
        : `${file} has an entry for edits, and no partition guards its border any more.`,
      cure,
    },
  ];
}

export function isForEdits({ command }: Pick<Hook, 'command'>): boolean {
  return ownEntry(command)?.bell === 'edit';
}

function some(rules: readonly string[]): string {
  return rules.length <= 3
    ? rules.join(', ')
    : `${rules.slice(0, 2).join(', ')} and ${rules.length - 2} more`;
}
