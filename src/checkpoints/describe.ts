import * as path from 'node:path';
import { redactHead, redactText } from '../redact/redact.ts';
import { cleanName } from '../store/names.ts';
import { documentPaths, worktreeName } from '../store/paths.ts';
import { type Metadata, optional } from './metadata.ts';
import { newCheckpointId } from './name.ts';
import type { SaveInput } from './save.ts';
import { keepTodos } from './todos.ts';
import type { Capture } from './tree.ts';
import type { ChangedFile, ConversationPosition, Narrative } from './types.ts';

const MAX_NOTE = 4_000;
const MAX_LEFT_OUT = 20;

/** Names of checkpoints nobody named, by the reason they were saved. */
const AUTOMATIC_NAMES: Record<string, string> = {
  manual: 'Checkpoint',
  interval: 'Interval',
  'session-start': 'Start of session',
  stop: 'End of turn',
  compact: 'Before compaction',
  'session-end': 'End of session',
  'before-command': 'Before a command',
  'before-restore': 'Before a restore',
};

/** Whether a person gave the name. */
function isNamed(input: Pick<SaveInput, 'name' | 'named' | 'reason'>): boolean {
  return cleanName(input.name ?? '') !== '' && (input.named ?? input.reason === 'manual');
}

/** Whether a person wants it saved even where nothing changed. */
export function isAsked(input: Pick<SaveInput, 'name' | 'named' | 'note' | 'reason' | 'force'>): boolean {
  return input.force === true || isNamed(input) || noteOf(input) !== undefined;
}

function noteOf({ note }: Pick<SaveInput, 'note'>): string | undefined {
  return note === undefined || note.trim() === '' ? undefined : redactHead(note, MAX_NOTE);
}

/** What the commit of a checkpoint says about it. Free text is redacted before it is cut. */
export function describeCheckpoint(
  input: SaveInput,
  capture: Capture,
  files: readonly ChangedFile[],
  told: { remarks: string[]; narrative: Narrative | undefined },
): Metadata {
  const name =
    cleanName(redactText(cleanName(input.name ?? ''))) || AUTOMATIC_NAMES[input.reason] || 'Checkpoint';
  const id = newCheckpointId(name, input.now);
  const { root } = input.repository;
  const count = (status: ChangedFile['status']): number =>
    files.filter((file) => file.status === status).length;
  const { todos = [], conversation } = told.narrative ?? {};
  return {
    id,
    name,
    createdAt: new Date(input.now).toISOString(),
    reason: input.reason,
    worktree: worktreeName(input.repository),
    document: path.relative(root, path.join(documentPaths(root).checkpoints, `${id}.md`)),
    counts: { new: count('new'), modified: count('modified'), deleted: count('deleted') },
    leftOut: capture.leftOut.slice(0, MAX_LEFT_OUT).map((file) => ({ ...file, path: redactText(file.path) })),
    leftOutCount: capture.leftOut.length,
    remarks: told.remarks,
    ...optional('indexTree', capture.indexTree),
    ...optional('head', capture.head),
    ...optional('branch', capture.branch),
    ...optional('operation', capture.operation),
    ...optional('session', input.session),
    ...optional('note', noteOf(input)),
    ...optional('conversation', conversation === undefined ? undefined : positionOf(conversation)),
    ...optional('todos', todos.length === 0 ? undefined : keepTodos(todos)),
    ...optional('previous', previousId(capture)),
    ...optional('named', isNamed(input) ? true : undefined),
  };
}

/** Only the fields of the type: what a caller has more is not for the commit. */
function positionOf({ transcript, offset, message, at }: ConversationPosition): ConversationPosition {
  return {
    transcript: redactText(transcript),
    offset,
    ...optional('message', message),
    ...optional('at', at),
  };
}

/** The checkpoint this working tree was last saved as or restored to, whether or not it is still there. */
function previousId(capture: Capture): string | undefined {
  const id = (capture.before?.last?.metadata as { id?: unknown } | undefined)?.id;
  return typeof id === 'string' ? id : undefined;
}
