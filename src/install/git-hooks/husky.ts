import * as path from 'node:path';
import { exists, listDirectory, readBytesIfExists, readTextIfExists } from '../../platform/fs.ts';
import { GIT_HOOK_CATALOG, type GitHookName } from '../hook-catalog.ts';
import type { PlannedAction } from '../plan.ts';
import { hookBlock, insertBlock, removeBlocks } from './block.ts';
import { displayPath, type HooksContext, type HooksPlan, placeFor } from './context.ts';
import { planHooksPath } from './git-config.ts';
import { huskyInternalFiles } from './husky-files.ts';
import { jsonTree, setInJson, stringAt } from './json-text.ts';

/** `core.hooksPath` values that are husky's: `.husky/_` (9), `.husky` (5 to 8), also below a folder. */
export function isHuskyPath(value: string): boolean {
  return /(^|\/)\.husky(\/_)?\/?$/.test(value.replaceAll('\\', '/'));
}

/** The folder with the project's hook scripts, where core.hooksPath is husky's. */
export function huskyFolder(hooksDirectory: string): string {
  return path.basename(hooksDirectory) === '_' ? path.dirname(hooksDirectory) : hooksDirectory;
}

/** Adds our lines to the project's own hook scripts in `.husky/`, which husky's runner calls. */
export function planHuskyHooks(context: HooksContext, folder: string): PlannedAction[] {
  return GIT_HOOK_CATALOG.map((hook) => planHuskyHook(context, folder, hook));
}

function planHuskyHook(context: HooksContext, folder: string, hook: GitHookName): PlannedAction {
  const file = path.join(folder, hook);
  const before = readBytesIfExists(file);
  // Up to husky 8 git runs the script itself, so it has to be executable and to load husky's runner.
  const direct = context.hooksPath.scope !== 'none' && context.hooksPath.directory === folder;
  const head = direct
    ? exists(path.join(folder, '_', 'husky.sh'))
      ? '#!/usr/bin/env sh\n. "$(dirname -- "$0")/_/husky.sh"\n'
      : '#!/usr/bin/env sh\n'
    : '';
  const block = Buffer.from(hookBlock(hook, placeFor(context, file))).toString('latin1');
  return {
    id: `git-hook:${hook}`,
    kind: 'write',
    file,
    summary:
      before === undefined
        ? `create ${displayPath(context, file)}`
        : `add the claude-hooks lines to ${displayPath(context, file)}`,
    before,
    after: Buffer.from(insertBlock(before?.toString('latin1') ?? head, block), 'latin1'),
    ...(before === undefined ? { mode: direct ? 0o755 : 0o644 } : {}),
    surgical: 'marked-block',
  };
}

/** Whether a project can be given husky: it has a package.json, in the folder of install or at the top. */
export function huskyHome(context: HooksContext): string | undefined {
  const home = [context.root, context.dir].find((directory) => exists(path.join(directory, 'package.json')));
  if (home === undefined) return undefined;
  // The path goes into a script of package.json that two shells read; odd characters are not worth the risk.
  const relative = path.relative(context.root, home);
  return /^[A-Za-z0-9_./-]*$/.test(relative) && !relative.startsWith('..') ? home : undefined;
}

/** A file in `.husky/_` (which git ignores) that says who set husky up here. */
const MARKER = 'claude-hooks';
const MARKER_TEXT =
  'husky was set up here by claude-hooks install; claude-hooks uninstall removes it again\n';

/** Whether claude-hooks set husky up in this working tree. */
export function isHuskyOurs(internal: string): boolean {
  return exists(path.join(internal, MARKER));
}

/** Sets husky up as `npx husky` would, and gives `npm install` of a teammate the same. */
export function planNewHusky(context: HooksContext, home: string): HooksPlan {
  const folder = path.join(home, '.husky');
  const internal = path.join(folder, '_');
  const toFolder = path.relative(context.root, folder).split(path.sep).join('/');
  const notes: string[] = [];
  const isOurs = isHuskyOurs(internal);
  const files = [...huskyInternalFiles(), { name: MARKER, text: MARKER_TEXT, executable: false }];
  const actions: PlannedAction[] = files.map(({ name, text, executable }) => {
    const file = path.join(internal, name);
    const before = readBytesIfExists(file);
    return {
      id: `husky:${name}`,
      kind: 'write',
      file,
      summary: `create ${displayPath(context, file)} as husky does`,
      before,
      // What a newer husky has written since stays.
      after: isOurs ? (before ?? Buffer.from(text)) : Buffer.from(text),
      mode: executable ? 0o755 : 0o644,
      surgical: 'own-file',
    };
  });
  actions.push(...planHuskyHooks(context, folder));
  const prepare = planPrepare(context, home);
  if (prepare === undefined) {
    notes.push(
      `${path.join(home, 'package.json')} is not plain JSON, so it was left alone: teammates run "npx husky" themselves.`,
    );
  } else actions.push(prepare);
  actions.push(planHooksPath(context.commonDir, `${toFolder}/_`));
  if (!isHuskyInstalled(home, context.root)) {
    notes.push(
      'husky is not among the dependencies of this project: run "npm install --save-dev husky", so that the git hooks also work for teammates after their npm install.',
    );
  }
  if (context.gitDir !== context.commonDir || exists(path.join(context.commonDir, 'worktrees'))) {
    notes.push(
      'husky works in one working tree at a time: in each other linked working tree run "npx husky" once.',
    );
  }
  return { actions, manager: 'husky (new)', notes, personalFiles: [] };
}

/** Whether the project uses husky although git does not know of it here: it declares it, or has hooks for it. */
export function declaresHusky(directory: string): boolean {
  const tree = jsonTree(readTextIfExists(path.join(directory, 'package.json')) ?? '');
  const declared =
    stringAt(tree, ['devDependencies', 'husky']) !== undefined ||
    stringAt(tree, ['dependencies', 'husky']) !== undefined;
  const folder = path.join(directory, '.husky');
  return exists(folder) && (declared || huskyHooksOfOthers(folder).length > 0);
}

/** Names of the hook scripts in `.husky/` that hold more than our lines. */
export function huskyHooksOfOthers(folder: string): string[] {
  return listDirectory(folder).filter((name) => {
    if (name === '_' || name.includes('.')) return false;
    const text = readTextIfExists(path.join(folder, name)) ?? '';
    return (removeBlocks(text) ?? text).trim() !== '';
  });
}

function isHuskyInstalled(home: string, root: string): boolean {
  const tree = jsonTree(readTextIfExists(path.join(home, 'package.json')) ?? '');
  return (
    stringAt(tree, ['devDependencies', 'husky']) !== undefined ||
    stringAt(tree, ['dependencies', 'husky']) !== undefined ||
    [home, root].some((directory) => exists(path.join(directory, 'node_modules', 'husky', 'package.json')))
  );
}

/** The `prepare` script npm runs after an install: it must not fail where husky is not installed. */
function planPrepare(context: HooksContext, home: string): PlannedAction | undefined {
  const file = path.join(home, 'package.json');
  const before = readBytesIfExists(file);
  const text = before?.toString('utf8');
  if (before === undefined || text === undefined || !Buffer.from(text).equals(before)) return undefined;
  const body = text.replace(/^\uFEFF/, '');
  const back = path.relative(home, context.root).split(path.sep).join('/');
  const command =
    back === ''
      ? 'husky || true'
      : `cd ${back} && (husky ${path.relative(context.root, home).split(path.sep).join('/')}/.husky || true)`;
  const old = stringAt(jsonTree(body), ['scripts', 'prepare']);
  const script = composePrepare(old, command);
  const edited = setInJson(body, ['scripts', 'prepare'], script);
  if (edited === undefined) return undefined;
  return {
    id: 'husky:package.json',
    kind: 'write',
    file,
    summary: `let the prepare script of ${displayPath(context, file)} start husky`,
    before,
    after:
      old !== undefined && script === old
        ? before
        : Buffer.from(text.slice(0, text.length - body.length) + edited),
    surgical: `git-hooks:prepare=${command}`,
  };
}

/** A prepare script that already starts husky stays as it is; another one runs first, as before. */
export function composePrepare(old: string | undefined, command: string): string {
  if (old === undefined || old.trim() === '') return command;
  if (/(^|[\s;&|(])husky(\s|$|\))/.test(old)) return old;
  return `${old} && (${command})`;
}

/** Takes `command` out of a composed script again; undefined where nothing is left. */
export function removeFromPrepare(script: string, command: string): string | undefined {
  if (script === command) return undefined;
  const tail = ` && (${command})`;
  return script.endsWith(tail) ? script.slice(0, -tail.length) : script;
}
