import type * as z from 'zod';
import { appended, isObject, type Json, type JsonObject } from './merge.ts';
import type { Parsed } from './parsed.ts';
import { configSchema } from './schema.ts';
import { childKeys, leaves, schemaAt } from './shape.ts';
import { closest } from './suggest.ts';
import type { ConfigProblem, Position } from './types.ts';

type Path = (string | number)[];

/** What is wrong with one layer as it was written, each with its place and, where there is one, a guess. */
export function validateLayer(parsed: Parsed, file: string): ConfigProblem[] {
  const value = parsed.value;
  if (value === undefined) return [];
  const problem = (
    code: string,
    path: Path,
    what: 'key' | 'value',
    message: string,
    hint?: string,
  ): ConfigProblem => ({
    level: 'error',
    code,
    message,
    hint,
    file,
    key: path.join('.'),
    ...locateNearest(parsed, path, what),
  });
  const problems: ConfigProblem[] = [];
  if (Object.hasOwn(value, '$import')) {
    const hint = 'use "extends" with a preset, a data file or a package';
    problems.push(problem('import-refused', ['$import'], 'key', '$import is not supported', hint));
  }
  const plain = withoutOperators(value, [], (path) => {
    problems.push(problem('unknown-key', path, 'key', unknownKey(path), suggestKey(path)));
  });
  delete plain.$import;
  const result = configSchema.safeParse(plain);
  for (const issue of result.error?.issues ?? []) {
    const path = issue.path.map((part) => (typeof part === 'number' ? part : String(part)));
    if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys) {
        const at = [...path, key];
        problems.push(problem('unknown-key', at, 'key', unknownKey(at), suggestKey(at)));
      }
    } else {
      problems.push(
        problem('invalid-value', path, 'value', describe(issue, path), suggestValue(issue, value, path)),
      );
    }
  }
  return problems.sort((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0));
}

/** The place of `path`, or of what encloses it where the file does not spell it out. */
export function locateNearest(
  parsed: Parsed,
  path: readonly (string | number)[],
  what: 'key' | 'value',
): Position | undefined {
  for (let length = path.length; length >= 0; length -= 1) {
    const position = parsed.locate(path.slice(0, length), what);
    if (position !== undefined) return position;
  }
  return undefined;
}

/** A copy for the schema: `$append` as the array it appends, without nulls. Null at an unknown key is told. */
function withoutOperators(value: JsonObject, at: Path, unknown: (path: Path) => void): JsonObject {
  const entries: [string, Json][] = [];
  for (const [key, item] of Object.entries(value)) {
    const path = [...at, key];
    const list = appended(item);
    if (item === null) {
      if (schemaAt(path) === undefined) unknown(path);
    } else if (list !== undefined) entries.push([key, list]);
    else entries.push([key, isObject(item) ? withoutOperators(item, path, unknown) : item]);
  }
  return Object.fromEntries(entries);
}

function unknownKey(path: Path): string {
  return `there is no key "${path.at(-1)}"${path.length > 1 ? ` in "${path.slice(0, -1).join('.')}"` : ''}`;
}

/** A sibling with a similar name, else a key of the same name elsewhere. */
function suggestKey(path: Path): string | undefined {
  const word = String(path.at(-1));
  const parent = path.slice(0, -1);
  const near = closest(word, childKeys(parent));
  const sameName = leaves()
    .find((leaf) => leaf.path.at(-1) === word)
    ?.path.join('.');
  const guess = near === undefined ? sameName : [...parent, near].join('.');
  return guess === undefined ? undefined : `did you mean "${guess}"?`;
}

function suggestValue(issue: z.core.$ZodIssue, value: JsonObject, path: Path): string | undefined {
  if (issue.code !== 'invalid_value') return undefined;
  const given = valueAt(value, path);
  const guess = typeof given === 'string' ? closest(given, issue.values.map(String)) : undefined;
  return guess === undefined ? undefined : `did you mean "${guess}"?`;
}

function valueAt(value: Json | undefined, path: Path): Json | undefined {
  let node: Json | undefined = value;
  for (const part of path) {
    const list: Json | undefined = node === undefined || node === null ? node : (appended(node) ?? node);
    node =
      typeof part === 'number' && Array.isArray(list)
        ? list[part]
        : isObject(list)
          ? list[String(part)]
          : undefined;
  }
  return node;
}

function describe(issue: z.core.$ZodIssue, path: Path): string {
  switch (issue.code) {
    case 'invalid_type': {
      const got = issue.message.split('received ')[1];
      if (got === 'undefined') return `"${path.at(-1)}" is missing here`;
      return `this has to be ${article(issue.expected)}${got === undefined ? '' : `, not ${article(got)}`}`;
    }
    case 'invalid_value':
      return `this has to be one of ${issue.values.map((item) => `"${String(item)}"`).join(', ')}`;
    case 'too_small':
      return issue.origin === 'string' ? 'this may not be empty' : `this has to be at least ${issue.minimum}`;
    case 'too_big':
      return `this may be at most ${issue.maximum}`;
    case 'invalid_union':
      return 'this has to be a text or a list of texts';
    default:
      return issue.message;
  }
}

const NAMES: Record<string, string> = { string: 'text', array: 'list', int: 'whole number' };

function article(type: string): string {
  const name = NAMES[type] ?? type;
  return name === 'text' ? name : `${/^[aeiou]/.test(name) ? 'an' : 'a'} ${name}`;
}
