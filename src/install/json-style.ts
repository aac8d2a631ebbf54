import type { Node } from 'jsonc-parser';

/** How a JSON file is written, so that what is added looks like the rest. */
export interface JsonStyle {
  /** Line ending. */
  eol: string;
  /** One step of indentation. */
  unit: string;
  /** Between a key and its value. */
  colon: string;
  /** Between two members on one line. */
  comma: string;
  /** The whole file stands on one line. */
  compact: boolean;
}

export function styleOf(text: string, root: Node): JsonStyle {
  const first = root.children?.[0];
  const key = first?.type === 'property' ? first.children?.[0] : undefined;
  const value = first?.type === 'property' ? first.children?.[1] : undefined;
  const between = key && value ? text.slice(key.offset + key.length, value.offset) : ': ';
  const colon = /[\r\n]/.test(between) ? ': ' : between;
  const body = text.slice(root.offset, root.offset + root.length);
  return {
    eol: lineEnding(text),
    unit: first === undefined ? '  ' : unitOf(text, root, first),
    colon,
    comma: colon.endsWith(' ') ? ', ' : ',',
    compact: first !== undefined && !/[\r\n]/.test(body),
  };
}

function lineEnding(text: string): string {
  const crlf = text.split('\r\n').length - 1;
  const lf = text.split('\n').length - 1 - crlf;
  if (crlf + lf === 0) return text.includes('\r') ? '\r' : '\n';
  return crlf > lf ? '\r\n' : '\n';
}

function unitOf(text: string, root: Node, first: Node): string {
  const outer = indentAt(text, root.offset + root.length - 1) ?? '';
  const inner = indentAt(text, first.offset);
  if (inner === undefined || inner === outer) return '  ';
  return inner.startsWith(outer) ? inner.slice(outer.length) : inner;
}

/** The white space before `offset` on its line; undefined where something else stands there as well. */
export function indentAt(text: string, offset: number): string | undefined {
  let start = offset;
  while (start > 0 && (text[start - 1] === ' ' || text[start - 1] === '\t')) start -= 1;
  const before = text[start - 1];
  return before === undefined || before === '\n' || before === '\r' ? text.slice(start, offset) : undefined;
}

/** The indentation of the line on which `offset` stands. */
export function lineIndent(text: string, offset: number): string {
  let start = offset;
  while (start > 0 && text[start - 1] !== '\n' && text[start - 1] !== '\r') start -= 1;
  return /^[ \t]*/.exec(text.slice(start, offset))?.[0] ?? '';
}

/** A value that stands on one line wherever it is written. */
export class OneLine {
  constructor(readonly value: unknown) {}
}

/**
 * A value as text. @param indent the indentation of the line it starts on; undefined writes it on one line.
 */
export function render(value: unknown, style: JsonStyle, indent: string | undefined): string {
  if (value instanceof OneLine) return render(value.value, style, undefined);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const list = Array.isArray(value);
  const inner = indent === undefined ? undefined : indent + style.unit;
  const members = list
    ? value.map((item) => render(item, style, inner))
    : Object.entries(value).map(([key, item]) => member(key, item, style, inner));
  const [open, close] = list ? ['[', ']'] : ['{', '}'];
  if (members.length === 0) return `${open}${close}`;
  if (inner === undefined) return `${open}${members.join(style.comma)}${close}`;
  const line = style.eol + inner;
  return `${open}${line}${members.join(`,${line}`)}${style.eol}${indent}${close}`;
}

export function member(key: string, value: unknown, style: JsonStyle, indent: string | undefined): string {
  return `${JSON.stringify(key)}${style.colon}${render(value, style, indent)}`;
}
