import { isDeepStrictEqual } from 'node:util';
import { HooksError } from '../../errors.ts';
import { BLOCK_END, BLOCK_START, removeBlocks } from './block.ts';

/** A command of lefthook: the lines of its `run`, and whether git's input is handed to it. */
export interface LefthookCommand {
  hook: string;
  lines: readonly string[];
  stdin: boolean;
}

/** The name of our command in lefthook's configuration. */
export const COMMAND_NAME = 'claude-hooks';

/** A command as lefthook reads it. */
export function commandValue(command: LefthookCommand): { run: string } | { run: string; use_stdin: true } {
  const run = `${command.lines.join('\n')}\n`;
  return command.stdin ? { run, use_stdin: true } : { run };
}

/**
 * Adds our commands to lefthook's YAML by inserting marked lines; every other byte stays. Older lines of ours
 * are taken out first. The result is parsed and compared, so a file whose style is not understood (a hook in
 * braces, an alias) is refused, not damaged.
 */
export async function addToLefthookYaml(
  text: string,
  commands: readonly LefthookCommand[],
  file: string,
): Promise<string> {
  const { parseDocument, isMap, isScalar } = await import('yaml');
  const base = removeBlocks(text) ?? text;
  const newline = base.includes('\r\n') ? '\r\n' : '\n';
  const document = parseDocument(base);
  const root = document.contents;
  const empty = root === null || (isScalar(root) && root.value === null);
  if (document.errors.length > 0 || !(empty || (isMap(root) && !root.flow)) || /^\.\.\./m.test(base))
    throw notUnderstood(file);
  const insertions: { at: number; lines: string[] }[] = [];
  const appended: string[] = [];
  const rootIndent = isMap(root) && root.range ? columnOf(base, root.range[0]) : 0;
  for (const command of commands) {
    const pair = isMap(root)
      ? root.items.find((item) => isScalar(item.key) && item.key.value === command.hook)
      : undefined;
    if (pair === undefined) {
      appended.push(
        ...indented([`${command.hook}:`, '  commands:', ...commandLines(command, 4)], rootIndent),
      );
      continue;
    }
    const key = pair.key;
    const hook = pair.value;
    if (!isScalar(key) || !key.range) throw notUnderstood(file);
    if (hook === null || (isScalar(hook) && hook.value === null)) {
      const at = endOfLine(base, key.range[1]);
      insertions.push({ at, lines: indented(['commands:', ...commandLines(command, 2)], rootIndent + 2) });
      continue;
    }
    if (!isMap(hook) || hook.flow || !hook.range) throw notUnderstood(file);
    const existing = hook.items.find((item) => isScalar(item.key) && item.key.value === 'commands');
    if (existing === undefined) {
      const column = columnOf(base, hook.range[0]);
      insertions.push({
        at: startOfLine(base, hook.range[0]),
        lines: indented(['commands:', ...commandLines(command, 2)], column),
      });
    } else if (isMap(existing.value) && !existing.value.flow && existing.value.range) {
      const at = existing.value.range[0];
      insertions.push({
        at: startOfLine(base, at),
        lines: indented(commandLines(command, 0), columnOf(base, at)),
      });
    } else throw notUnderstood(file);
  }
  let result = base;
  if (appended.length > 0) {
    const gap = result === '' || result.endsWith('\n') ? '' : newline;
    result += gap + marked(appended, rootIndent, newline);
  }
  for (const { at, lines } of insertions.sort((a, b) => b.at - a.at)) {
    const gap = at === base.length && !base.endsWith('\n') ? newline : '';
    const indent = /^ */.exec(lines[0] ?? '')?.[0].length ?? 0;
    result = result.slice(0, at) + gap + marked(lines, indent, newline) + result.slice(at);
  }
  await verify(base, result, commands, file);
  return result;
}

async function verify(
  base: string,
  result: string,
  commands: readonly LefthookCommand[],
  file: string,
): Promise<void> {
  const { parse } = await import('yaml');
  const expected = asObject(parse(base)) ?? {};
  for (const command of commands) {
    const hook = asObject(expected[command.hook]) ?? {};
    const others = asObject(hook.commands) ?? {};
    expected[command.hook] = { ...hook, commands: { ...others, [COMMAND_NAME]: commandValue(command) } };
  }
  let got: unknown;
  try {
    got = parse(result);
  } catch {
    throw notUnderstood(file);
  }
  if (!isDeepStrictEqual(got, expected)) throw notUnderstood(file);
}

function asObject(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}

function commandLines(command: LefthookCommand, indent: number): string[] {
  return indented(
    [
      `${COMMAND_NAME}:`,
      '  run: |',
      ...command.lines.map((line) => `    ${line}`),
      ...(command.stdin ? ['  use_stdin: true'] : []),
    ],
    indent,
  );
}

function marked(lines: readonly string[], indent: number, newline: string): string {
  const pad = ' '.repeat(indent);
  return [`${pad}${BLOCK_START}`, ...lines, `${pad}${BLOCK_END}`].map((line) => line + newline).join('');
}

function indented(lines: readonly string[], indent: number): string[] {
  return lines.map((line) => ' '.repeat(indent) + line);
}

function startOfLine(text: string, offset: number): number {
  return text.lastIndexOf('\n', offset - 1) + 1;
}

function columnOf(text: string, offset: number): number {
  return offset - startOfLine(text, offset);
}

function endOfLine(text: string, offset: number): number {
  const newline = text.indexOf('\n', offset);
  return newline === -1 ? text.length : newline + 1;
}

function notUnderstood(file: string): HooksError {
  return new HooksError({
    code: 'lefthook-config-style',
    kind: 'conflict',
    message: `${file} is written in a style that cannot be extended without rewriting it (braces, an alias or an error), so nothing was changed.`,
    hint: 'Write the hooks of that file as indented lines and run install again, or leave git hooks out: --git-hooks none.',
    file,
  });
}
