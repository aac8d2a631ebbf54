import { readRange } from '../platform/read-range.ts';
import { EDIT_TOOLS } from './edit-hunks.ts';
import type { EditPlace } from './edits.ts';
import type { TranscriptPlace } from './events.ts';
import { applyHunks, type Hunk, isSameShown, parseHunks, revertHunks } from './patch.ts';
import { objectOf, parseObject, textOf } from './record.ts';
import { type Replacement, replaceBack, replaceIn } from './replacement.ts';

/**
 * A file's content as the client shows it: decoded, with `\n` for every line end, bytes that are no text replaced.
 * null: there was no file.
 */
export type Shown = string | null;

/**
 * What one edit did to its file. The client notes the content before only for files of up to 10,000 characters, and
 * nothing but the call for sub-agents; then the content is derived from what is known of the file.
 */
export interface FileEdit {
  /** Undefined where it is not noted. */
  before: Shown | undefined;
  after: string | undefined;
  /** The content after, from a content before. Undefined where the edit does not fit it. */
  apply(from: Shown): string | undefined;
  /** The content before, from one after; `hint` may hold lines that come back. Undefined where it cannot be told. */
  revert(to: string, hint: Shown): Shown | undefined;
}

/** Reads one edit's content from its transcript. @returns undefined where it is no longer there or has an unknown form. */
export function readEdit(place: EditPlace): FileEdit | undefined {
  const record = readRecord(place.result);
  if (record === undefined) return undefined;
  const detail = objectOf(record.toolUseResult);
  const call = place.call === undefined ? undefined : callIn(readRecord(place.call), place.id);
  if (detail === undefined) return call === undefined ? undefined : fromCall(call, record, place);
  if (typeof detail.updated_file === 'string') {
    return whole(textOf(detail.original_file) ?? null, detail.updated_file);
  }
  const hunks = parseHunks(detail.structuredPatch);
  const original = textOf(detail.originalFile) ?? textOf(detail.originalFileContents);
  if (typeof detail.content === 'string') return fromWrite(detail, original, detail.content, hunks);
  return fromReplacements(replacementsOf(detail), original, hunks);
}

function fromWrite(
  detail: Record<string, unknown>,
  original: string | undefined,
  content: string,
  hunks: Hunk[],
): FileEdit {
  if (original !== undefined) return whole(original, content);
  if (detail.type === 'create') return whole(null, content);
  return written(content, hunks, undefined, detail.type === 'update' && hunks.length === 0);
}

function fromReplacements(
  changes: Replacement[] | undefined,
  original: string | undefined,
  hunks: Hunk[],
): FileEdit | undefined {
  if (changes === undefined) return undefined;
  const after = original === undefined ? undefined : replaceIn(original, changes, hunks);
  if (original !== undefined && after !== undefined) return whole(original, after);
  return replaced(changes, hunks);
}

/** What a sub-agent did: its transcript holds the call, and the result's sentence. */
function fromCall(
  call: { name: string; input: Record<string, unknown> },
  record: Record<string, unknown>,
  place: EditPlace,
): FileEdit | undefined {
  if (call.name === 'NotebookEdit') return undefined;
  const content = textOf(call.input.content);
  if (call.name !== 'Write' || content === undefined) {
    const changes = replacementsOf({ ...call.input, edits: call.input.edits });
    return changes === undefined ? undefined : replaced(changes, []);
  }
  if (/^File created/.test(resultText(record, place.id))) return whole(null, content);
  const seen = place.seen === undefined ? undefined : shownByRead(place.seen);
  return seen === undefined ? written(content, [], undefined, false) : whole(seen, content);
}

function whole(before: Shown, after: string): FileEdit {
  return { before, after, apply: () => after, revert: () => before };
}

/** The content after is known. `same`: the client says that it did not differ. */
function written(after: string, hunks: Hunk[], before: Shown | undefined, same: boolean): FileEdit {
  if (same) return whole(after, after);
  return {
    before,
    after,
    apply(from) {
      if (hunks.length === 0) return after;
      const made = applyHunks(from ?? '', hunks);
      return made !== undefined && isSameShown(made, after) ? after : undefined;
    },
    revert: (to, hint) => (hunks.length === 0 ? hint : revertHunks(to, hunks, hint ?? '')),
  };
}

function replaced(changes: Replacement[], hunks: Hunk[]): FileEdit {
  return {
    before: undefined,
    after: undefined,
    apply: (from) => replaceIn(from ?? '', changes, hunks),
    revert: (to, hint) => replaceBack(to, changes, hunks, hint ?? ''),
  };
}

/** The replacements of an Edit or MultiEdit, of its call or its result. */
function replacementsOf(fields: Record<string, unknown>): Replacement[] | undefined {
  const list = Array.isArray(fields.edits) ? fields.edits.map(objectOf) : [fields];
  const found = list.map((one) => {
    const old = textOf(one?.oldString) ?? textOf(one?.old_string);
    const words = textOf(one?.newString) ?? textOf(one?.new_string);
    if (old === undefined || words === undefined) return undefined;
    return { old, new: words, all: one?.replaceAll === true || one?.replace_all === true };
  });
  const changes = found.filter((one) => one !== undefined);
  return changes.length === found.length && changes.length > 0 ? changes : undefined;
}

function callIn(
  record: Record<string, unknown> | undefined,
  id: string,
): { name: string; input: Record<string, unknown> } | undefined {
  const block = blocksOf(record).find((one) => one.type === 'tool_use' && one.id === id);
  const name = textOf(block?.name);
  const input = objectOf(block?.input);
  return name === undefined || input === undefined || !EDIT_TOOLS.has(name) ? undefined : { name, input };
}

function blocksOf(record: Record<string, unknown> | undefined): Record<string, unknown>[] {
  const content = objectOf(record?.message)?.content;
  return Array.isArray(content) ? content.map(objectOf).filter((block) => block !== undefined) : [];
}

function resultText(record: Record<string, unknown>, id: string | undefined): string {
  const block = blocksOf(record).find(
    (one) => one.type === 'tool_result' && (id === undefined || one.tool_use_id === id),
  );
  if (typeof block?.content === 'string') return block.content;
  const parts = Array.isArray(block?.content) ? block.content.map(objectOf) : [];
  return parts.map((part) => textOf(part?.text) ?? '').join('\n');
}

/** The reading tool shows no more lines of a file and cuts longer ones. */
const MOST_LINES = 2_000;
const LONGEST_LINE = 2_000;

/** A whole file from the numbered lines the reading tool shows. @returns undefined where it may be cut. */
function shownByRead(place: TranscriptPlace): string | undefined {
  const record = readRecord(place);
  const lines: string[] = [];
  for (const line of resultText(record ?? {}, undefined).split('\n')) {
    const match = /^ *(\d+)(?:\t|→)(.*)$/s.exec(line);
    if (match?.[1] === undefined || Number(match[1]) !== lines.length + 1) {
      // The client may add words of its own below.
      if (line === '' || line.startsWith('<system-reminder>')) break;
      return undefined;
    }
    lines.push(match[2] ?? '');
  }
  const cut = lines.length === 0 || lines.length >= MOST_LINES;
  return cut || lines.some((line) => line.length >= LONGEST_LINE) ? undefined : lines.join('\n');
}

function readRecord(place: TranscriptPlace): Record<string, unknown> | undefined {
  const bytes = readRange(place.transcript, place.offset, place.length);
  return bytes === undefined ? undefined : parseObject(bytes);
}
