import type {
  CheckpointSummary,
  CheckpointTodo,
  ConversationPosition,
  LeftOutFile,
  Operation,
} from './types.ts';

/** A checkpoint without what its commit object itself says. */
export type Metadata = Omit<CheckpointSummary, 'commit' | 'tree'>;

/**
 * The message of a checkpoint's commit: a subject for people and one line of JSON in ASCII, which no encoding
 * setting of git changes. Free text is only ever a JSON string.
 */
export function encodeMessage(metadata: Metadata): string {
  return `claude-hooks checkpoint ${metadata.id}\n\n${asciiJson({ version: 1, ...metadata })}\n`;
}

/** JSON on one line of ASCII. */
export function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Reads a message back. @returns undefined where it is no checkpoint of a version this program knows. */
export function decodeMessage(message: string): Metadata | undefined {
  const line = message.split('\n').find((text) => text.startsWith('{'));
  if (line === undefined) return undefined;
  try {
    return readMetadata(JSON.parse(line));
  } catch {
    return undefined;
  }
}

/** Checks a parsed metadata object; fields of a wrong type count as absent. */
export function readMetadata(value: unknown): Metadata | undefined {
  if (!isObject(value) || value.version !== 1) return undefined;
  const { id, name, createdAt, reason } = value;
  if (typeof id !== 'string' || typeof name !== 'string' || typeof reason !== 'string') return undefined;
  if (typeof createdAt !== 'string' || Number.isNaN(Date.parse(createdAt))) return undefined;
  const counts = isObject(value.counts) ? value.counts : {};
  return {
    id,
    name,
    createdAt,
    reason,
    worktree: text(value.worktree) ?? 'main',
    document: text(value.document) ?? '',
    counts: { new: count(counts.new), modified: count(counts.modified), deleted: count(counts.deleted) },
    leftOut: Array.isArray(value.leftOut) ? value.leftOut.filter(isLeftOut) : [],
    leftOutCount: count(value.leftOutCount),
    remarks: Array.isArray(value.remarks) ? value.remarks.filter((item) => typeof item === 'string') : [],
    ...optional('indexTree', text(value.indexTree)),
    ...optional('head', text(value.head)),
    ...optional('branch', text(value.branch)),
    ...optional('operation', text(value.operation) as Operation | undefined),
    ...optional('session', text(value.session)),
    ...optional('note', text(value.note)),
    ...optional('conversation', conversation(value.conversation)),
    ...optional('todos', Array.isArray(value.todos) ? value.todos.filter(isTodo) : undefined),
    ...optional('previous', text(value.previous)),
    ...optional('named', value.named === true ? true : undefined),
  };
}

/** An object with the field, or without it where there is no value. */
export function optional<K extends string, V>(key: K, value: V | undefined): { [key in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { [key in K]?: V });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isLeftOut(value: unknown): value is LeftOutFile {
  return isObject(value) && typeof value.path === 'string' && typeof value.bytes === 'number';
}

function isTodo(value: unknown): value is CheckpointTodo {
  return isObject(value) && typeof value.text === 'string' && typeof value.status === 'string';
}

function conversation(value: unknown): ConversationPosition | undefined {
  if (!isObject(value)) return undefined;
  const { transcript, offset } = value;
  if (typeof transcript !== 'string' || typeof offset !== 'number') return undefined;
  return {
    transcript,
    offset,
    ...optional('message', text(value.message)),
    ...optional('at', text(value.at)),
  };
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function count(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : 0;
}
