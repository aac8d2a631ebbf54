import * as path from 'node:path';
import { HooksError } from '../../errors.ts';
import {
  exists,
  listDirectory,
  readBytesIfExists,
  readTextIfExists,
  statIfExists,
} from '../../platform/fs.ts';
import { GIT_HOOK_CATALOG, type GitHookName } from '../hook-catalog.ts';
import type { PlannedAction } from '../plan.ts';
import { BLOCK_END, BLOCK_START, bellLines, removeBlocks } from './block.ts';
import { displayPath, type HooksContext, type HooksPlan, placeFor } from './context.ts';
import { classifyHookFile, planHookFile } from './hook-file.ts';
import { setInJson } from './json-text.ts';
import { addToLefthookYaml, COMMAND_NAME, commandValue, type LefthookCommand } from './lefthook-yaml.ts';

const EXTENSIONS = ['yml', 'yaml', 'json', 'jsonc', 'toml'];

/** lefthook's configuration file at the top of the working tree; undefined where lefthook is not in use. */
export function findLefthookConfig(root: string): string | undefined {
  return findConfig(root, 'lefthook');
}

function findConfig(root: string, name: string): string | undefined {
  for (const extension of EXTENSIONS) {
    for (const candidate of [
      `${name}.${extension}`,
      `.${name}.${extension}`,
      `.config/${name}.${extension}`,
    ]) {
      const file = path.join(root, candidate);
      if (exists(file)) return file;
    }
  }
  return undefined;
}

export function isLefthookScript(file: string): boolean {
  return (readTextIfExists(file) ?? '').includes('call_lefthook');
}

/**
 * Adds a command for each hook to lefthook's configuration (the personal one in local and user scope), and
 * writes the script lefthook would write for hooks it did not have. A hook that is someone else's script is
 * joined in place: lefthook would move it away.
 */
export async function planLefthook(context: HooksContext, config: string): Promise<HooksPlan> {
  const directory = context.hooksPath.directory;
  const foreign = new Set(GIT_HOOK_CATALOG.filter((hook) => isForeign(path.join(directory, hook))));
  const target = context.scope === 'project' ? config : personalConfig(context.root, config);
  const before = readBytesIfExists(target);
  const shared = readTextIfExists(config) ?? '';
  // A team that has our commands in its shared file needs no second copy in the personal one.
  const isShared = target !== config && shared.includes(`${COMMAND_NAME}:`) && shared.includes(BLOCK_START);
  const commands = GIT_HOOK_CATALOG.filter((hook) => !foreign.has(hook)).map((hook) =>
    commandFor(context, hook, target),
  );
  const actions: PlannedAction[] = [];
  if (!isShared && commands.length > 0) {
    const text = before?.toString('utf8') ?? '';
    actions.push({
      id: 'git-hook:lefthook-config',
      kind: 'write',
      file: target,
      summary: `add the claude-hooks commands to ${displayPath(context, target)}`,
      before,
      after: Buffer.from(await extend(text, commands, target)),
      surgical:
        target.endsWith('json') || target.endsWith('jsonc')
          ? 'git-hooks:lefthook-json'
          : 'git-hooks:lefthook-lines',
    });
  }
  for (const hook of foreign) actions.push(...planHookFile(context, hook, path.join(directory, hook), hook));
  const notes = planScripts(directory, commands, actions);
  return {
    actions,
    manager: 'lefthook',
    notes,
    personalFiles:
      target !== config && before === undefined && !isShared ? [path.relative(context.root, target)] : [],
  };
}

function isForeign(file: string): boolean {
  const kind = classifyHookFile(file);
  return kind !== 'absent' && !isLefthookScript(file);
}

function personalConfig(root: string, config: string): string {
  const found = findConfig(root, 'lefthook-local');
  if (found !== undefined) return found;
  const dot = path.basename(config).startsWith('.') ? '.' : '';
  return path.join(path.dirname(config), `${dot}lefthook-local.yml`);
}

/** lefthook puts the arguments into the text unquoted; in a here-document every character of a path is safe. */
function commandFor(context: HooksContext, hook: GitHookName, target: string): LefthookCommand {
  const lines = bellLines(hook, placeFor(context, target));
  const count = {
    'prepare-commit-msg': 2,
    'post-checkout': 3,
    'pre-push': 2,
    'post-merge': 1,
    'post-rewrite': 1,
    'post-commit': 0,
  }[hook];
  const names = Array.from({ length: count }, (_, index) => `claude_hooks_${index + 1}`);
  const read = names.flatMap((name, index) => [
    `IFS= read -r ${name} <<'CLAUDE_HOOKS'`,
    `{${index + 1}}`,
    'CLAUDE_HOOKS',
  ]);
  const set = names.length === 0 ? [] : [`set -- ${names.map((name) => `"$${name}"`).join(' ')}`];
  return { hook, lines: [...read, ...set, ...lines], stdin: hook === 'pre-push' };
}

async function extend(text: string, commands: readonly LefthookCommand[], file: string): Promise<string> {
  if (/\.ya?ml$/.test(file)) return addToLefthookYaml(text, commands, file);
  if (/\.jsonc?$/.test(file)) return addToJson(text, commands, file);
  return addToToml(text, commands, file);
}

function addToJson(text: string, commands: readonly LefthookCommand[], file: string): string {
  let result = text === '' ? '{}\n' : text;
  for (const command of commands) {
    const next = setInJson(result, [command.hook, 'commands', COMMAND_NAME], commandValue(command), true);
    if (next === undefined) throw cannotExtend(file);
    result = next;
  }
  return result;
}

function addToToml(text: string, commands: readonly LefthookCommand[], file: string): string {
  const base = removeBlocks(text) ?? text;
  const lines = [BLOCK_START];
  for (const command of commands) {
    // A hook or its commands written as `key = {...}` cannot be added to with a table of its own.
    const inline = new RegExp(`^\\s*["']?${command.hook}["']?\\s*(=|\\.)`, 'm');
    const section =
      new RegExp(`^\\s*\\[\\s*["']?${command.hook}["']?\\s*\\]([^[]*)`, 'm').exec(base)?.[1] ?? '';
    if (inline.test(base) || /^\s*commands\s*(=|\.)/m.test(section)) throw cannotExtend(file);
    lines.push(
      `[${command.hook}.commands.${COMMAND_NAME}]`,
      `run = ${JSON.stringify(commandValue(command).run)}`,
    );
    if (command.stdin) lines.push('use_stdin = true');
  }
  const gap = base === '' || base.endsWith('\n') ? '' : '\n';
  return `${base}${gap}${lines.join('\n')}\n${BLOCK_END}\n`;
}

/** Makes new hook types effective: a script of lefthook differs from the next one only in the hook's name. */
function planScripts(
  directory: string,
  commands: readonly LefthookCommand[],
  actions: PlannedAction[],
): string[] {
  const model = listDirectory(directory)
    .map((name) => ({ name, text: readTextIfExists(path.join(directory, name)) ?? '' }))
    .find(({ name, text }) => text.includes(`call_lefthook run "${name}"`));
  if (model === undefined) {
    return [
      'lefthook has not been installed in this clone, so none of its hooks run: run "lefthook install".',
    ];
  }
  const mode = statIfExists(path.join(directory, model.name))?.mode ?? 0o755;
  for (const { hook } of commands) {
    const file = path.join(directory, hook);
    const before = readBytesIfExists(file);
    actions.push({
      id: `git-hook:${hook}`,
      kind: 'write',
      file,
      summary:
        before === undefined
          ? `create lefthook's own script for ${hook}`
          : `${hook} already goes to lefthook`,
      before,
      after:
        before ??
        Buffer.from(model.text.replace(`call_lefthook run "${model.name}"`, `call_lefthook run "${hook}"`)),
      mode: mode & 0o777,
      surgical: 'git-hooks:lefthook-script',
    });
  }
  return [];
}

function cannotExtend(file: string): HooksError {
  return new HooksError({
    code: 'lefthook-config-style',
    kind: 'conflict',
    message: `${file} cannot be extended without rewriting it, so nothing was changed.`,
    hint: 'Give each hook a table (TOML) or object (JSON) of its own and run install again, or leave git hooks out: --git-hooks none.',
    file,
  });
}
