import * as path from 'node:path';
import { lstatIfExists, readTextIfExists } from '../platform/fs.ts';
import type { Scope } from './hook-catalog.ts';
import type { PlannedAction, RuntimeLocation } from './plan.ts';

const ENDINGS = ['', '.json', '.yaml', '.yml'];

/**
 * Plans the configuration file that starts from a preset, at the top of the working tree: the shared one in
 * project scope, else the personal one. A configuration that is there is never changed.
 */
export function planPreset(input: {
  preset: string;
  scope: Scope;
  root: string;
  dir: string;
  runtime: RuntimeLocation;
}): { action?: PlannedAction; note?: string } {
  const { preset, scope, root, dir, runtime } = input;
  const base = scope === 'project' ? '.claude-sessionrc' : '.claude-sessionrc.local';
  const existing = ENDINGS.flatMap((ending) => [
    base + ending,
    path.join('.config', base.slice(1) + ending),
  ]).find((name) => lstatIfExists(path.join(root, name)) !== undefined);
  const file = path.join(root, `${base}.json`);
  const content = { ...schemaLine(scope, root, dir, runtime), extends: [preset] };
  const after = Buffer.from(`${JSON.stringify(content, null, 2)}\n`, 'utf8');
  // The very file of an earlier run: the manifest knows it, and without one it counts as the person's.
  if (existing === `${base}.json` && readTextIfExists(file) === after.toString('utf8')) return {};
  const place = existing ?? (scope === 'project' && hasPackageKey(root) ? 'package.json' : undefined);
  if (place !== undefined)
    return {
      note: `${place} is there already and was left as it is; to use the preset, add "extends": ["${preset}"] to it.`,
    };
  return {
    action: {
      id: 'preset',
      kind: 'write',
      file,
      summary: `start the configuration from the preset ${preset}`,
      before: undefined,
      after,
      surgical: 'own-file',
    },
  };
}

/** Where an editor finds the schema: in the project's copy of the package, or on this machine. */
function schemaLine(scope: Scope, root: string, dir: string, runtime: RuntimeLocation): { $schema?: string } {
  if (runtime.inProject !== undefined) {
    const schema = path.join(path.relative(root, path.join(dir, runtime.inProject)), 'schema.json');
    return { $schema: `./${schema.split(path.sep).join('/')}` };
  }
  // A file that is committed names no path of this machine.
  return scope === 'project' ? {} : { $schema: path.join(runtime.directory, 'schema.json') };
}

function hasPackageKey(root: string): boolean {
  try {
    const value: unknown = JSON.parse(readTextIfExists(path.join(root, 'package.json')) ?? '');
    return typeof value === 'object' && value !== null && 'claude-session' in value;
  } catch {
    return false;
  }
}
