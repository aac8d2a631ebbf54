import type { Node } from 'jsonc-parser';
import { indentAt, type JsonStyle, lineIndent } from './json-style.ts';

/**
 * Adds `item` behind the last member of an object or array and touches nothing else: no sibling is moved or
 * reformatted. @param write gives the item's text; its argument is the indentation, undefined on one line.
 */
export function appendMember(
  text: string,
  container: Node,
  style: JsonStyle,
  write: (indent: string | undefined) => string,
): string {
  const last = container.children?.at(-1);
  if (last === undefined) return fillEmpty(text, container, style, write);
  const end = last.offset + last.length;
  const gap = whitespaceBefore(text, last.offset);
  const newline = Math.max(gap.lastIndexOf('\n'), gap.lastIndexOf('\r'));
  if (newline >= 0) {
    const indent = gap.slice(newline + 1);
    return splice(text, end, end, `,${style.eol}${indent}${write(indent)}`);
  }
  const indent = indentAt(text, container.children?.[0]?.offset ?? 0);
  // Several members share a line, but the container stands on several: ours get lines of their own.
  if (indent !== undefined && !style.compact)
    return splice(text, end, end, `,${style.eol}${indent}${write(indent)}`);
  const several = (container.children?.length ?? 0) > 1;
  const space = several ? gap : style.comma.slice(1);
  return splice(text, end, end, `,${space}${write(undefined)}`);
}

function fillEmpty(
  text: string,
  container: Node,
  style: JsonStyle,
  write: (indent: string | undefined) => string,
): string {
  const start = container.offset + 1;
  const end = container.offset + container.length - 1;
  if (style.compact) return splice(text, start, end, write(undefined));
  const outer = lineIndent(text, container.offset);
  const inner = outer + style.unit;
  return splice(text, start, end, `${style.eol}${inner}${write(inner)}${style.eol}${outer}`);
}

/** Takes one member out with the comma that joined it; what `appendMember` had added is gone without a trace. */
export function removeMember(text: string, container: Node, index: number): string {
  const children = container.children ?? [];
  const child = children[index];
  if (child === undefined) return text;
  const before = children[index - 1];
  const after = children[index + 1];
  const end = child.offset + child.length;
  if (before !== undefined) return splice(text, before.offset + before.length, end, '');
  if (after !== undefined) return splice(text, child.offset, after.offset, '');
  return splice(text, container.offset + 1, container.offset + container.length - 1, '');
}

export function replaceNode(text: string, node: Node, by: string): string {
  return splice(text, node.offset, node.offset + node.length, by);
}

function splice(text: string, start: number, end: number, by: string): string {
  return text.slice(0, start) + by + text.slice(end);
}

function whitespaceBefore(text: string, offset: number): string {
  let start = offset;
  while (start > 0 && /[ \t\r\n]/.test(text[start - 1] ?? '')) start -= 1;
  return text.slice(start, offset);
}

/** The properties of an object by name. Of several with one name the last, as JSON.parse has it. */
export function properties(node: Node | undefined): Map<string, { property: Node; value: Node }> {
  const found = new Map<string, { property: Node; value: Node }>();
  if (node?.type !== 'object') return found;
  for (const property of node.children ?? []) {
    const [key, value] = property.children ?? [];
    if (key !== undefined && value !== undefined) found.set(key.value as string, { property, value });
  }
  return found;
}
