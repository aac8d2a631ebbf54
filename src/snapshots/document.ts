import { redactHead, redactText, redactValue } from '../redact/redact.ts';
import { cleanName } from '../store/names.ts';
import { SNAPSHOT_SCHEMA_LOCATION, SNAPSHOT_VERSION } from './schema.ts';
import type { Snapshot, SnapshotConversation, SnapshotFile } from './types.ts';

/** Characters of the context file a snapshot keeps. */
const MAX_CONTEXT = 1_000_000;

/** What a snapshot is made of, as it was found: nothing in it needs to be redacted yet. */
export type SnapshotParts = Omit<Snapshot, '$schema' | 'version'>;

/**
 * The document of these parts: secrets are taken out of every free text, paths and names of variables included.
 * Ids and hashes stay as they are, so that no rule can take one for a secret.
 */
export function composeSnapshot(parts: SnapshotParts): Snapshot {
  const { name, branch, context, todos, notes, state, conversation } = parts;
  const remarks = [...parts.remarks];
  if (context.length > MAX_CONTEXT)
    remarks.push(`only the first ${MAX_CONTEXT} characters of the context file are kept`);
  return {
    $schema: SNAPSHOT_SCHEMA_LOCATION,
    version: SNAPSHOT_VERSION,
    id: parts.id,
    name: snapshotName(name),
    timestamp: parts.timestamp,
    branch: branch === null ? null : redactText(branch),
    ...given('head', parts.head),
    ...given('operation', parts.operation),
    ...given('session', parts.session),
    ...given('conversation', conversation && redactedConversation(conversation)),
    checkpoint: parts.checkpoint,
    tree: parts.tree,
    notes: redactText(notes),
    todos: todos.map(({ text, status }) => ({ text: redactText(text), status: redactText(status) })),
    state: redactValue(state),
    files: parts.files.map(redactedFile),
    remarks: remarks.map(redactText),
    context: redactHead(context, MAX_CONTEXT),
  };
}

/** A name as it is kept; empty where the text has no visible character. */
export function snapshotName(text: string): string {
  return cleanName(redactText(cleanName(text)));
}

/** The text of a document: indented, one field a line, so that two of them can be compared and merged by line. */
export function renderSnapshot(snapshot: Snapshot): string {
  return `${JSON.stringify(snapshot, null, 2)}\n`;
}

function redactedConversation(conversation: SnapshotConversation): SnapshotConversation {
  return { ...conversation, transcript: redactText(conversation.transcript) };
}

/** The exact bytes of a name go with its text where a secret stands in it. */
function redactedFile(file: SnapshotFile): SnapshotFile {
  const { path, pathBase64, hash, status, from, fromBase64 } = file;
  const shown = redactText(path);
  const was = from === undefined ? undefined : redactText(from);
  return {
    path: shown,
    ...given('pathBase64', shown === path ? pathBase64 : undefined),
    hash,
    status,
    ...given('from', was),
    ...given('fromBase64', was === from ? fromBase64 : undefined),
  };
}

function given<K extends string, V>(key: K, value: V | undefined): { [key in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { [key in K]?: V });
}
