/** The built-in presets and what each is for; what each sets stands in `presets/<name>.json`. */
export const PRESETS = {
  minimal: 'Context and checkpoints with the least noise: no background loop, no desktop, short context.',
  solo: 'One person: frequent checkpoints, dependencies kept current, notifications on the desktop.',
  team: 'Several people: branch brought up to date and dependencies installed at the start, errors to Slack.',
  node: 'Node projects: dependencies from the lock file, `npm test` as the test command.',
  python: 'Python projects: dependencies from the lock file, pytest as the test command.',
  strict:
    'Nothing slips through: every failing tool is reported, tests after each session, more is redacted.',
} as const;

export type PresetName = keyof typeof PRESETS;

export const PRESET_NAMES = Object.keys(PRESETS) as PresetName[];

export function isPresetName(name: string): name is PresetName {
  return Object.hasOwn(PRESETS, name);
}
