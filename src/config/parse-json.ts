import { findNodeAtLocation, type Node, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser';
import { lineAndColumn } from '../platform/text-position.ts';
import { isObject, type Json } from './merge.ts';
import { type Locate, notAnObject, type Parsed } from './parsed.ts';
import type { ConfigProblem } from './types.ts';

/** JSON with comments and trailing commas. A key that stands twice is an error where `duplicates` is true. */
export function parseJsonc(text: string, file: string, options = { duplicates: true }): Parsed {
  const errors: ParseError[] = [];
  const tree = parseTree(text, errors, { allowTrailingComma: true, disallowComments: false });
  const locate: Locate = (path, what) => {
    const node = tree === undefined ? undefined : findNodeAtLocation(tree, [...path]);
    if (node === undefined) return undefined;
    const target = what === 'key' && node.parent?.type === 'property' ? node.parent : node;
    return lineAndColumn(text, target.offset);
  };
  const problem = (code: string, message: string, offset: number, key?: string): ConfigProblem => ({
    level: 'error',
    code,
    message,
    file,
    key,
    ...lineAndColumn(text, offset),
  });
  const first = errors[0];
  if (first !== undefined || tree === undefined) {
    const words = first === undefined ? 'no value' : printParseErrorCode(first.error);
    const message = `this is not valid JSON: ${words.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase()}`;
    return { value: undefined, locate, problems: [problem('syntax', message, first?.offset ?? 0)] };
  }
  const problems: ConfigProblem[] = [];
  const value = treeValue(tree, [], (node, key, twice) => {
    if (twice && !options.duplicates) return;
    problems.push(
      problem(
        twice ? 'duplicate-key' : 'unknown-key',
        twice ? 'this key stands here twice' : 'this key is not allowed',
        node.offset,
        key,
      ),
    );
  });
  if (!isObject(value)) {
    return { value: undefined, locate, problems: [notAnObject(file, lineAndColumn(text, tree.offset))] };
  }
  return { value: problems.length > 0 && options.duplicates ? undefined : value, locate, problems };
}

function treeValue(node: Node, at: string[], bad: (node: Node, key: string, twice: boolean) => void): Json {
  if (node.type === 'array') return (node.children ?? []).map((child) => treeValue(child, at, bad));
  if (node.type !== 'object') return node.value as Json;
  const entries = new Map<string, Json>();
  for (const property of node.children ?? []) {
    const [name, value] = property.children ?? [];
    if (name === undefined || value === undefined) continue;
    const key = String(name.value);
    const path = [...at, key];
    if (key === '__proto__' || entries.has(key)) bad(property, path.join('.'), key !== '__proto__');
    else entries.set(key, treeValue(value, path, bad));
  }
  return Object.fromEntries(entries);
}
