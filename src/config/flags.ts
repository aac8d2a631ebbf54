import type { Config } from './config.ts';

const MOMENTS: readonly (keyof Config['hooks'])[] = [
  'session-start',
  'pre-session',
  'prompt',
  'checkpoint',
  'on-error',
  'post-session',
  'git',
];

/** All names this file decides about. */
export const MANAGED_FLAGS: readonly string[] = [
  'off',
  'no-trailer',
  'no-wip-guard',
  'no-terminal',
  'no-before-command',
  'no-prompt-forms',
  ...MOMENTS.map((moment) => `no-${moment}`),
];

/** The switches the shell doorbell looks at instead of the configuration. */
export function flagsOf(config: Config): string[] {
  const off: [string, boolean][] = [
    ['off', !config.enabled],
    ['no-trailer', !config.git.trailer],
    ['no-wip-guard', !config.git.blockWip],
    ['no-terminal', !config.notify.terminal],
    ['no-before-command', !isSavedBeforeCommands(config)],
    ['no-prompt-forms', !config.prompts.enabled || !config.hooks.prompt.enabled],
    ...MOMENTS.map((moment): [string, boolean] => [`no-${moment}`, !config.hooks[moment].enabled]),
  ];
  return off.filter(([, on]) => on).map(([name]) => name);
}

/** Whether commands of the agent that may destroy work are preceded by a checkpoint. */
export function isSavedBeforeCommands(config: Config): boolean {
  const { checkpoints, hooks } = config;
  return checkpoints.enabled && checkpoints.beforeCommands && hooks.checkpoint.enabled;
}
