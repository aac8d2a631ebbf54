import { renameFile, statIfExists } from '../platform/fs.ts';
import { appendRecord } from './journal.ts';
import type { StatePaths } from './paths.ts';

const MAX_BYTES = 1024 * 1024;

/** Appends to the diagnostics log of a repository, at most 2 MB in two files. Never throws: a log must not cost a session. */
export function logLine(
  state: StatePaths,
  level: 'info' | 'warn' | 'error',
  message: string,
  now: number,
): void {
  try {
    if ((statIfExists(state.log)?.size ?? 0) > MAX_BYTES) renameFile(state.log, `${state.log}.1`);
    appendRecord(state.log, { t: now, type: level, message: message.slice(0, 2_000) });
  } catch {
    // The state directory is read-only or full; what happened was said on stderr where someone listens.
  }
}
