import * as path from 'node:path';
import { loadConfig } from '../../config/load.ts';
import type { Scope } from '../../install/hook-catalog.ts';
import { commandRules } from '../command-rules.ts';
import type { Hook } from './settings.ts';
import type { Diagnosis, DoctorPlace } from './types.ts';

/** The rules about commands that an install in this scope would write now. */
export function rulesOf(place: DoctorPlace, scope: Scope, own: readonly Hook[]): string[] {
  const { repository, dir, state, user, env, runtime } = place;
  const presetsDirectory = path.join(runtime, 'presets');
  const loaded = loadConfig({ repository, cwd: dir, state, user, env, presetsDirectory });
  const isShell = own.every(({ command }) => command.startsWith('claude_hooks='));
  return commandRules(loaded.forScope(scope), scope, isShell ? 'linux' : 'win32').map(
    (rule) => `Bash(${rule})`,
  );
}

/** Whether the entries before commands are those that an install would write now. */
export function examineRules(
  file: string,
  own: readonly Hook[],
  rules: readonly string[],
  cure: string,
): Diagnosis[] {
  const there = own.flatMap(({ event, rule }) => (event === 'PreToolUse' ? [rule ?? 'all commands'] : []));
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

function some(rules: readonly string[]): string {
  return rules.length <= 3
    ? rules.join(', ')
    : `${rules.slice(0, 2).join(', ')} and ${rules.length - 2} more`;
}
