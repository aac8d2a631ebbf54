import { findNodeAtLocation, type ParseError, parseTree } from 'jsonc-parser';
import type * as z from 'zod';
import { lineAndColumn } from '../platform/text-position.ts';
import { SNAPSHOT_VERSION, snapshotSchema } from './schema.ts';
import type { Snapshot } from './types.ts';

export type ParsedSnapshot =
  | { ok: true; snapshot: Snapshot }
  | { ok: false; reason: string; line?: number; column?: number };

/** Reads a document, whoever wrote it: what it holds is data, and everything is checked. Never throws. */
export function parseSnapshot(text: string): ParsedSnapshot {
  const source = text.replace(/^\ufeff/, '');
  let value: unknown;
  try {
    value = JSON.parse(source);
  } catch {
    return notJson(source);
  }
  const version =
    typeof value === 'object' && value !== null ? (value as { version?: unknown }).version : undefined;
  if (typeof version !== 'number' || Array.isArray(value)) {
    return { ok: false, reason: 'it is no snapshot of claude-hooks: it has no version' };
  }
  if (version > SNAPSHOT_VERSION) {
    return {
      ok: false,
      reason: `it is of version ${version}, and this claude-hooks reads version ${SNAPSHOT_VERSION}`,
      ...positionOf(source, ['version']),
    };
  }
  const result = snapshotSchema.safeParse(value);
  return result.success ? { ok: true, snapshot: result.data } : unfit(source, result.error.issues[0]);
}

function unfit(source: string, issue: z.core.$ZodIssue | undefined): ParsedSnapshot {
  const path = (issue?.path ?? []).map((part) => (typeof part === 'number' ? part : String(part)));
  const place = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${part}`)).join('');
  return {
    ok: false,
    reason: `it is damaged: ${place.replace(/^\./, '') || 'the document'}: ${issue?.message ?? 'not as it should be'}`,
    ...positionOf(source, path),
  };
}

function notJson(source: string): ParsedSnapshot {
  const conflict = /^(?:<{7}|={7}|>{7})(?: |$)/m.exec(source);
  if (conflict !== null) {
    return {
      ok: false,
      reason: 'it holds an unresolved merge conflict',
      ...lineAndColumn(source, conflict.index),
    };
  }
  const errors: ParseError[] = [];
  withTree(source, errors);
  const at = errors[0]?.offset ?? source.length;
  return { ok: false, reason: 'it is damaged: no valid JSON', ...lineAndColumn(source, at) };
}

/** Where the value at a path stands, or what of the path there is. */
function positionOf(source: string, path: (string | number)[]): { line?: number; column?: number } {
  const tree = withTree(source, []);
  if (tree === undefined) return {};
  for (let length = path.length; length >= 0; length -= 1) {
    const node = findNodeAtLocation(tree, path.slice(0, length));
    if (node !== undefined) return lineAndColumn(source, node.offset);
  }
  return {};
}

function withTree(source: string, errors: ParseError[]): ReturnType<typeof parseTree> {
  try {
    return parseTree(source, errors, { disallowComments: true, allowTrailingComma: false });
  } catch {
    // Nested too deeply for the parser's recursion: then there is no position.
    return undefined;
  }
}
