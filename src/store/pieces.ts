import * as path from 'node:path';
import {
  createFileExclusive,
  ensureDirectory,
  exists,
  listDirectory,
  readTextIfExists,
  statIfExists,
  writeFileAtomic,
} from '../platform/fs.ts';
import { redactValue } from '../redact/redact.ts';
import { appendRecord, type JournalRecord, parseRecord, readRecords } from './journal.ts';
import type { StatePaths } from './paths.ts';

/** Damaged journals kept of one session; more are not kept. */
const MOST_KEPT = 5;
const NAME = /^([a-z0-9]+(?:-[a-z0-9]+)*)\.jsonl$/;

/** The append-only journal of one session. */
export function pieceJournal(state: StatePaths, session: string): string {
  return path.join(state.pieces, `${session}.jsonl`);
}

/** Appends one record, redacted, with one write; any number of processes may do so at once. */
export function appendPiece(state: StatePaths, session: string, record: JournalRecord): void {
  appendRecord(pieceJournal(state, session), record);
}

/** A session's records in the order in which they were written; lines that cannot be read are counted. */
export function readPiece(state: StatePaths, session: string): { records: JournalRecord[]; damaged: number } {
  return readRecords(pieceJournal(state, session));
}

/** Writes a whole journal, unless there is one. @returns whether it was written. */
export function createPiece(state: StatePaths, session: string, records: readonly JournalRecord[]): boolean {
  ensureDirectory(state.pieces);
  const lines = records.map((record) => `${JSON.stringify(redactValue(record))}\n`).join('');
  return createFileExclusive(pieceJournal(state, session), lines);
}

export function hasPiece(state: StatePaths, session: string): boolean {
  return exists(pieceJournal(state, session));
}

/** The ids of all sessions that have a journal, sorted. */
export function listPieces(state: StatePaths): string[] {
  return listDirectory(state.pieces).flatMap((name) => NAME.exec(name)?.[1] ?? []);
}

/** The journal's size in bytes; it only grows. 0 where there is none. */
export function pieceSize(state: StatePaths, session: string): number {
  return statIfExists(pieceJournal(state, session))?.size ?? 0;
}

/**
 * Puts a journal that holds damaged lines aside, as `<session>.jsonl.corrupt-<n>`, and leaves one with the good lines in its
 * place; only the first five are kept. A last line without its end may be in the writing and is left. A record another process
 * appends in the same instant may stay in the copy alone.
 * @returns the copy's path, and how many lines are damaged; undefined where there is none, or it changed meanwhile.
 */
export function quarantinePiece(
  state: StatePaths,
  session: string,
): { file: string | undefined; lines: number } | undefined {
  const journal = pieceJournal(state, session);
  const text = readTextIfExists(journal);
  if (text === undefined) return undefined;
  const lines = text.split('\n');
  const unfinished = lines.pop() ?? '';
  const good = lines.filter((line) => parseRecord(line) !== undefined);
  const damaged = lines.filter((line) => line.trim() !== '').length - good.length;
  if (damaged === 0) return undefined;
  const file = keepCopy(journal, text);
  const { size } = statIfExists(journal) ?? { size: -1 };
  try {
    writeFileAtomic(journal, `${good.map((line) => `${line}\n`).join('')}${unfinished}`, {
      verify: () => {
        if (statIfExists(journal)?.size !== size || size !== Buffer.byteLength(text)) throw new Changed();
      },
    });
  } catch (error) {
    if (error instanceof Changed) return undefined;
    throw error;
  }
  return { file, lines: damaged };
}

class Changed extends Error {}

function keepCopy(journal: string, text: string): string | undefined {
  for (let number = 1; number <= MOST_KEPT; number += 1) {
    const file = `${journal}.corrupt-${number}`;
    if (createFileExclusive(file, text) || readTextIfExists(file) === text) return file;
  }
  return undefined;
}
