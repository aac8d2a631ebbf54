import * as path from 'node:path';
import { HooksError } from '../errors.ts';
import { createFileExclusive, readTextIfExists } from '../platform/fs.ts';
import { parsePackageKey } from './parse.ts';
import { CONFIG_NAME, PROJECT_FILES } from './places.ts';
import { isPresetName, PRESET_NAMES } from './preset-catalog.ts';
import { closest } from './suggest.ts';

/** Where an installed package has the JSON Schema, seen from the top of the working tree. */
export const SCHEMA_LOCATION = './node_modules/claude-hooks/dist/schema.json';

/**
 * Writes a first configuration for a working tree: `.claude-sessionrc.json` or `.yaml`.
 * @returns the file's path.
 * @throws HooksError where a project file is there already (it is left as it is) or the preset is unknown.
 */
export function initConfig(root: string, options: { preset?: string; format: 'json' | 'yaml' }): string {
  const { preset, format } = options;
  if (preset !== undefined && !isPresetName(preset)) {
    const guess = closest(preset, PRESET_NAMES);
    throw new HooksError({
      code: 'unknown-preset',
      kind: 'usage',
      message: `There is no preset "${preset}".`,
      hint: guess === undefined ? `Presets: ${PRESET_NAMES.join(', ')}.` : `Did you mean "${guess}"?`,
    });
  }
  const existing = PROJECT_FILES.map((name) => path.join(root, name)).find(isConfiguration);
  const file = path.join(root, `.${CONFIG_NAME}rc.${format}`);
  const text = format === 'json' ? jsonText(preset) : yamlText(preset);
  if (existing !== undefined || !createFileExclusive(file, text, 0o644)) {
    throw new HooksError({
      code: 'config-exists',
      kind: 'conflict',
      message: 'There is a configuration already; nothing was changed.',
      hint: preset === undefined ? 'Edit that file.' : `Add "extends": "${preset}" to that file.`,
      file: existing ?? file,
    });
  }
  return file;
}

function isConfiguration(file: string): boolean {
  const text = readTextIfExists(file);
  if (text === undefined) return false;
  return path.basename(file) !== 'package.json' || parsePackageKey(text, file) !== 'absent';
}

function jsonText(preset: string | undefined): string {
  const content = { $schema: SCHEMA_LOCATION, ...(preset === undefined ? {} : { extends: preset }) };
  return `${JSON.stringify(content, null, 2)}\n`;
}

function yamlText(preset: string | undefined): string {
  const first = `# yaml-language-server: $schema=${SCHEMA_LOCATION}\n`;
  return preset === undefined ? `${first}enabled: true\n` : `${first}extends: ${preset}\n`;
}
