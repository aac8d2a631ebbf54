import { readTextIfExists, writeFileAtomic } from '../platform/fs.ts';
import { redactValue } from '../redact/redact.ts';
import type { StatePaths } from './paths.ts';

/** What the list of sessions shows of one, so that it need not be folded to be shown. Times are milliseconds since 1970. */
export interface SessionRow {
  id: string;
  /** The size of the journal it was made from. */
  size: number;
  name: string;
  state: string;
  createdAt: number;
  updatedAt: number;
  root: string | undefined;
  branch: string | undefined;
  conversations: string[];
  /** Whether a client had a conversation of it open. */
  open: boolean;
  /** Whether its work is done. */
  done: boolean;
  prompts: number;
  /** Files its agents changed. */
  files: number;
  todos: { open: number; all: number };
  /** When the facts of its conversations were remembered last. */
  factsAt: number;
}

const VERSION = 1;

/** The rows by id; undefined where there is no list, or none of this version. */
export function readSessionList(state: StatePaths): Map<string, SessionRow> | undefined {
  try {
    const { version, rows } = JSON.parse(readTextIfExists(state.sessionList) ?? '') as {
      version: number;
      rows: SessionRow[];
    };
    return version === VERSION ? new Map(rows.map((row) => [row.id, row])) : undefined;
  } catch {
    return undefined;
  }
}

/** Replaces the list. It may be made anew from the journals at any time, so it is not synced. */
export function writeSessionList(state: StatePaths, rows: readonly SessionRow[]): void {
  const text = JSON.stringify(redactValue({ version: VERSION, rows }));
  writeFileAtomic(state.sessionList, text, { mode: 0o600, sync: false });
}
