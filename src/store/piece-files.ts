import * as path from 'node:path';
import { exists, listDirectory, readTextIfExists, statIfExists, writeFileAtomic } from '../platform/fs.ts';
import type { StatePaths } from './paths.ts';

const NAME = /^([a-z0-9]+(?:-[a-z0-9]+)*)\.jsonl$/;

/** The append-only journal of one session. */
export function pieceJournal(state: StatePaths, session: string): string {
  return path.join(state.pieces, `${session}.jsonl`);
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

/** Tells that a journal has changed. Written behind the change: who is killed in between leaves it to the next look at all sizes. */
export function stampPieces(state: StatePaths): void {
  const stamp = `${process.pid}-${process.hrtime.bigint().toString(36)}`;
  writeFileAtomic(path.join(state.pieces, 'stamp'), stamp, { mode: 0o600, sync: false });
}

/** Another text than before where any journal has changed since. */
export function piecesStamp(state: StatePaths): string {
  return readTextIfExists(path.join(state.pieces, 'stamp')) ?? '';
}
