import { createFileExclusive, readTextIfExists, statIfExists, writeFileAtomic } from '../platform/fs.ts';
import { appendRecord, type JournalRecord, parseRecord, readRecords } from './journal.ts';
import type { StatePaths } from './paths.ts';
import { pieceJournal, stampPieces } from './piece-files.ts';

/** Damaged journals kept of one session; more are not kept. */
const MOST_KEPT = 5;

/** Appends one record, redacted, with one write; any number of processes may do so at once. */
export function appendPiece(state: StatePaths, session: string, record: JournalRecord): void {
  appendRecord(pieceJournal(state, session), record);
  stampPieces(state);
}

/** A session's records in the order in which they were written; lines that cannot be read are counted. */
export function readPiece(state: StatePaths, session: string): { records: JournalRecord[]; damaged: number } {
  return readRecords(pieceJournal(state, session));
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
  stampPieces(state);
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
