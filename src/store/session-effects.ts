import * as path from 'node:path';
import { appendLine, ensureDirectory, removeFile, writeFileAtomic } from '../platform/fs.ts';
import { redactText } from '../redact/redact.ts';
import { awaitConversation, stopAwaiting } from './belonging.ts';
import type { JournalRecord } from './journal.ts';
import type { Operation } from './operation-entry.ts';
import type { StatePaths } from './paths.ts';
import { appendPiece, readPiece } from './pieces.ts';
import { briefFile, noteFile } from './session-notes.ts';

/** A record an operation leaves in a session's journal. */
export interface EffectRecord {
  session: string;
  /** One that tells that something is so holds `on`: it is told again with the other value when it is taken back. */
  record: JournalRecord;
}

/**
 * What an operation on files means for sessions. It lies in the operation's entry and is put into practice when the
 * operation is done, by whoever brings it to its end.
 */
export interface SessionEffects {
  records: EffectRecord[];
  /** The session whose work the working tree of that name holds from now on, and the one it held before. */
  worktree?: { name: string; from?: string; to?: string };
  /** What the session's conversations are told when they begin. */
  brief?: { session: string; text: string };
  /** What the session is told once, and the conversations that are still open to take it. */
  note?: { session: string; text: string; conversations: string[] };
}

const SESSION = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;
const FILE_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/;
/** Git calls a working tree by its folder's name, in any script. */
const WORKTREE_NAME = /^(?!\.{1,2}$)[^/\0]{1,255}$/u;
/** What takes a command of the life cycle back, as far as the session's state allows it. */
const COUNTER: Readonly<Record<string, string>> = {
  pause: 'resume',
  resume: 'pause',
  start: 'archive',
  complete: 'resume',
  archive: 'resume',
};

/**
 * Puts them into practice, once: the last record says that all was done. Killed anywhere, it is done again from the
 * beginning, which changes nothing twice.
 */
export function applySessionEffects(state: StatePaths, operation: Operation): void {
  const effects = readEffects(operation);
  if (effects === undefined || effects.records.length === 0) return;
  const last = effects.records.at(-1);
  if (last === undefined || isTold(state, operation, last)) return;
  const { brief, note, worktree } = effects;
  if (brief !== undefined) tellBrief(state, effects, brief);
  if (note !== undefined && last.record.on !== false) leaveNote(state, operation.id, note);
  if (note !== undefined && last.record.on === false && operation.undoes !== undefined)
    removeFile(noteFile(state, note.session, operation.undoes));
  if (worktree?.from !== undefined) stopAwaiting(state, worktree.from);
  if (worktree?.to !== undefined) awaitConversation(state, worktree.name, worktree.to);
  for (const one of effects.records) {
    if (!isTold(state, operation, one))
      appendPiece(state, one.session, { ...one.record, operation: operation.id });
  }
}

/** The effects of taking back what these are the effects of. @param now milliseconds since 1970. */
export function turnedEffects(operation: Operation, now: number): SessionEffects | undefined {
  const effects = readEffects(operation);
  if (effects === undefined) return undefined;
  const { records, worktree } = effects;
  return {
    ...effects,
    records: records.flatMap(({ session, record }): EffectRecord[] => {
      const { operation: _told, ...rest } = record;
      if (typeof record.on === 'boolean') return [{ session, record: { ...rest, t: now, on: !record.on } }];
      const by = record.type === 'command' ? COUNTER[String(record.by)] : undefined;
      return by === undefined ? [] : [{ session, record: { ...rest, t: now, by } }];
    }),
    ...(worktree === undefined ? {} : { worktree: turned(worktree) }),
  };
}

function turned({ name, from, to }: NonNullable<SessionEffects['worktree']>): SessionEffects['worktree'] {
  return { name, ...(to === undefined ? {} : { from: to }), ...(from === undefined ? {} : { to: from }) };
}

/** A child that has a brief is open; one that has gone back needs none. */
function tellBrief(
  state: StatePaths,
  { records }: SessionEffects,
  { session, text }: NonNullable<SessionEffects['brief']>,
): void {
  const isOpen = records.some(
    ({ session: of, record }) =>
      of === session &&
      ((record.type === 'branched' && record.on === true) ||
        (record.type === 'returned' && record.on === false)),
  );
  const file = briefFile(state, session);
  if (!isOpen) {
    removeFile(file);
    return;
  }
  ensureDirectory(path.dirname(file));
  writeFileAtomic(file, `${redactText(text)}\n`, { mode: 0o600 });
}

function leaveNote(
  state: StatePaths,
  id: string,
  { session, text, conversations }: NonNullable<SessionEffects['note']>,
): void {
  const file = noteFile(state, session, id);
  ensureDirectory(path.dirname(file));
  writeFileAtomic(file, `${redactText(text)}\n`, { mode: 0o600 });
  // The doorbell starts something at the next prompt only where this file is.
  if (conversations.length > 0) ensureDirectory(state.late);
  for (const conversation of conversations) appendLine(path.join(state.late, conversation), '');
}

function isTold(state: StatePaths, operation: Operation, { session, record }: EffectRecord): boolean {
  return readPiece(state, session).records.some(
    (there) =>
      there.operation === operation.id &&
      there.type === record.type &&
      there.by === record.by &&
      there.on === record.on,
  );
}

/** Undefined where there are none, or where they name what can be no session: an entry can come from an archive. */
function readEffects({ data }: Operation): SessionEffects | undefined {
  const effects = data.effects as SessionEffects | undefined;
  if (typeof effects !== 'object' || effects === null || !Array.isArray(effects.records)) return undefined;
  return areSound(effects) ? effects : undefined;
}

/** @throws Error where they would not be put into practice later: for whoever puts them into an entry. */
export function requireSound(effects: SessionEffects): void {
  if (!areSound(effects))
    throw new Error(`what is to be told of the sessions cannot be kept: ${JSON.stringify(effects.worktree)}`);
}

function areSound({ records, worktree, brief, note }: SessionEffects): boolean {
  const sessions = [
    ...records.map(({ session }) => session),
    ...[worktree?.from, worktree?.to, brief?.session, note?.session].filter((one) => one !== undefined),
  ];
  const isName = (one: unknown, form: RegExp): boolean => typeof one === 'string' && form.test(one);
  return (
    sessions.every((one) => typeof one === 'string' && SESSION.test(one)) &&
    (worktree === undefined || isName(worktree.name, WORKTREE_NAME)) &&
    (note?.conversations ?? []).every((one) => isName(one, FILE_NAME)) &&
    records.every(({ record }) => typeof record?.t === 'number' && typeof record.type === 'string') &&
    [brief, note].every((one) => one === undefined || typeof one.text === 'string')
  );
}
