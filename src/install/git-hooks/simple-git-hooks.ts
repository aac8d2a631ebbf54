import * as path from 'node:path';
import { exists, readBytesIfExists, readTextIfExists } from '../../platform/fs.ts';
import { GIT_HOOK_CATALOG, type GitHookName } from '../hook-catalog.ts';
import type { PlannedAction } from '../plan.ts';
import { hookBlock, insertBlock } from './block.ts';
import { displayPath, type HooksContext, type HooksPlan, placeFor } from './context.ts';
import { planDirectory } from './directory.ts';
import { planHookFile } from './hook-file.ts';
import { isObjectAt, jsonTree, setInJson, stringAt } from './json-text.ts';

/** What simple-git-hooks 2 puts in front of each command. */
const PREPEND = `#!/bin/sh
if [ "$SKIP_SIMPLE_GIT_HOOKS" = "1" ]; then
    echo "[INFO] SKIP_SIMPLE_GIT_HOOKS is set to 1, skipping hook."
    exit 0
fi
if [ -f "$SIMPLE_GIT_HOOKS_RC" ]; then
    . "$SIMPLE_GIT_HOOKS_RC"
fi
`;

/** Where simple-git-hooks reads its commands from. */
export interface SimpleGitHooksConfig {
  file: string;
  /** Keys in front of the hook names: `simple-git-hooks` in package.json, none in a file of its own. */
  keys: readonly string[];
  /** False for a JavaScript file, which nobody but its author should edit. */
  editable: boolean;
}

const OWN_FILES = ['.simple-git-hooks', 'simple-git-hooks'].flatMap((name) => [
  `${name}.cjs`,
  `${name}.js`,
  `${name}.mjs`,
]);

/** The configuration simple-git-hooks would use, in its own order; undefined where it is not in use. */
export function findSimpleGitHooks(root: string): SimpleGitHooksConfig | undefined {
  for (const name of [...OWN_FILES, '.simple-git-hooks.json', 'simple-git-hooks.json']) {
    const file = path.join(root, name);
    if (exists(file)) return { file, keys: [], editable: name.endsWith('.json') };
  }
  const manifest = path.join(root, 'package.json');
  const tree = jsonTree(readTextIfExists(manifest) ?? '');
  if (isObjectAt(tree, ['simple-git-hooks']))
    return { file: manifest, keys: ['simple-git-hooks'], editable: true };
  const other = stringAt(tree, ['simple-git-hooks']);
  if (other === undefined) return undefined;
  const file = path.resolve(root, other);
  return { file, keys: [], editable: file.endsWith('.json') };
}

/**
 * Project scope: our lines go in front of each command in its configuration and the hook files are written as
 * it writes them, so that its next run changes nothing. Else, and where the configuration is a program: only
 * into the hook files, which its next run writes anew.
 */
export function planSimpleGitHooks(context: HooksContext, config: SimpleGitHooksConfig): HooksPlan {
  const directory = context.hooksPath.directory;
  const text = readTextIfExists(config.file)?.replace(/^\uFEFF/, '');
  if (context.scope !== 'project' || !config.editable || text === undefined || jsonTree(text) === undefined) {
    const reason = config.editable
      ? 'its configuration is shared with the team'
      : `${displayPath(context, config.file)} is a program`;
    return {
      actions: planDirectory(context, directory),
      manager: 'simple-git-hooks',
      notes: [
        `simple-git-hooks writes .git/hooks anew whenever it runs, and ${reason}, so it was left alone: run install again after simple-git-hooks${config.editable ? ', or install with --scope project' : ''}.`,
      ],
      personalFiles: [],
    };
  }
  return planInConfig(context, config, directory, text);
}

function planInConfig(
  context: HooksContext,
  config: SimpleGitHooksConfig,
  directory: string,
  text: string,
): HooksPlan {
  const before = readBytesIfExists(config.file);
  const tree = jsonTree(text);
  const notes: string[] = [];
  const files: PlannedAction[] = [];
  let edited = text;
  for (const hook of GIT_HOOK_CATALOG) {
    const old = stringAt(tree, [...config.keys, hook]);
    const command = insertBlock(old ?? '', hookBlock(hook, placeFor(context, config.file)));
    edited = setInJson(edited, [...config.keys, hook], command) ?? edited;
    files.push(...planFile(context, path.join(directory, hook), hook, old, command, notes));
  }
  const mark = before?.subarray(0, 3).equals(Buffer.from('\uFEFF')) === true ? '\uFEFF' : '';
  const action: PlannedAction = {
    id: 'git-hook:simple-git-hooks-config',
    kind: 'write',
    file: config.file,
    summary: `add the claude-hooks lines to the commands in ${displayPath(context, config.file)}`,
    before,
    after: Buffer.from(mark + edited),
    surgical: `git-hooks:commands=${config.keys.join('/')}`,
  };
  return { actions: [action, ...files], manager: 'simple-git-hooks', notes, personalFiles: [] };
}

function planFile(
  context: HooksContext,
  file: string,
  hook: GitHookName,
  old: string | undefined,
  command: string,
  notes: string[],
): PlannedAction[] {
  const before = readBytesIfExists(file);
  const generated = [old, command].some(
    (text) => text !== undefined && before?.equals(Buffer.from(PREPEND + text)) === true,
  );
  if (before === undefined && old !== undefined && old !== command) {
    // Its command has not run here so far: writing the file would start it.
    notes.push(
      `simple-git-hooks has a ${hook} that is not installed in this clone: run "npx simple-git-hooks".`,
    );
    return [];
  }
  if (before !== undefined && !generated) return planHookFile(context, hook, file);
  return [
    {
      id: `git-hook:${hook}`,
      kind: 'write',
      file,
      summary: `write ${displayPath(context, file)} as simple-git-hooks does`,
      before,
      after: Buffer.from(PREPEND + command),
      mode: 0o755,
      surgical: 'git-hooks:simple-git-hooks',
    },
  ];
}
