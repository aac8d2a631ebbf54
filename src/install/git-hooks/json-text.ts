import { findNodeAtLocation, getNodeValue, type Node, type ParseError, parseTree } from 'jsonc-parser';
import { appendMember, removeMember, replaceNode } from '../json-edit.ts';
import { lineIndent, member, render, styleOf } from '../json-style.ts';

/** A JSON value as it is written into a file. */
export type JsonValue = string | boolean | { [key: string]: JsonValue };

/** The syntax tree of strict JSON (or JSON with comments); undefined where the text is not that. */
export function jsonTree(text: string, comments = false): Node | undefined {
  const errors: ParseError[] = [];
  const tree = parseTree(text, errors, { disallowComments: !comments, allowTrailingComma: comments });
  return errors.length === 0 ? tree : undefined;
}

/** The string at `keys`, or undefined. */
export function stringAt(tree: Node | undefined, keys: readonly string[]): string | undefined {
  const node = tree === undefined ? undefined : findNodeAtLocation(tree, [...keys]);
  return node?.type === 'string' ? (node.value as string) : undefined;
}

export function isObjectAt(tree: Node | undefined, keys: readonly string[]): boolean {
  return tree !== undefined && findNodeAtLocation(tree, [...keys])?.type === 'object';
}

/**
 * Sets one value in JSON text and leaves every other byte as it is: an existing value is replaced where it
 * stands, a new key goes behind the last one of its object with the spacing the keys there have.
 * @returns undefined where the text is not JSON or something on the way to the key is not an object.
 */
export function setInJson(
  text: string,
  keys: readonly string[],
  value: JsonValue,
  comments = false,
): string | undefined {
  const tree = jsonTree(text, comments);
  if (tree?.type !== 'object') return undefined;
  const old = findNodeAtLocation(tree, [...keys]);
  const style = styleOf(text, tree);
  if (old !== undefined) {
    if (JSON.stringify(getNodeValue(old)) === JSON.stringify(value)) return text;
    const isSpread = text.slice(old.offset, old.offset + old.length).includes('\n');
    return replaceNode(text, old, render(value, style, isSpread ? lineIndent(text, old.offset) : undefined));
  }
  let depth = keys.length - 1;
  while (depth > 0 && findNodeAtLocation(tree, keys.slice(0, depth)) === undefined) depth -= 1;
  const holder = findNodeAtLocation(tree, keys.slice(0, depth));
  const key = keys[depth];
  if (holder?.type !== 'object' || key === undefined) return undefined;
  let added = value;
  for (const name of keys.slice(depth + 1).reverse()) added = { [name]: added };
  return appendMember(text, holder, style, (indent) => member(key, added, style, indent));
}

/** Takes one key out, with its comma, and the objects around it that are left empty. */
export function removeFromJson(text: string, keys: readonly string[], comments = false): string {
  const tree = jsonTree(text, comments);
  const property = tree === undefined ? undefined : findNodeAtLocation(tree, [...keys])?.parent;
  const holder = property?.parent;
  if (property?.type !== 'property' || holder === undefined) return text;
  const parents = keys.slice(0, -1);
  if (holder.children?.length === 1 && parents.length > 0) return removeFromJson(text, parents, comments);
  return removeMember(text, holder, holder.children?.indexOf(property) ?? -1);
}
