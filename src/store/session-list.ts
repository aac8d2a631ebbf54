import { readTextIfExists } from '../platform/fs.ts';
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

export const LIST_VERSION = 1;

export interface StoredList {
  /** That of the journals, when the list was made; see `piecesStamp`. */
  stamp: string;
  rows: SessionRow[];
}

/** Undefined where there is no list, or none of this version. */
export function readSessionList(state: StatePaths): StoredList | undefined {
  try {
    const { version, ...list } = JSON.parse(readTextIfExists(state.sessionList) ?? '') as StoredList & {
      version: number;
    };
    return version === LIST_VERSION && Array.isArray(list.rows) ? list : undefined;
  } catch {
    return undefined;
  }
}
