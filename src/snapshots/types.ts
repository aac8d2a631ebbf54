/** How a file differs from the last commit. */
export type SnapshotFileStatus = 'added' | 'modified' | 'deleted' | 'renamed';

/** A file of the working tree that differed from the last commit (HEAD) when the snapshot was saved. */
export interface SnapshotFile {
  /** Relative to the top of the working tree, with `/`. Bytes that are not UTF-8 are replaced by U+FFFD. */
  path: string;
  /** The exact bytes of the name in base64; only where they are not UTF-8. */
  pathBase64?: string;
  /** Git's id of the content (blob); of a deleted file the content HEAD has, of a submodule its commit. */
  hash: string;
  status: SnapshotFileStatus;
  /** The name it had in HEAD; only of a renamed file. */
  from?: string;
  fromBase64?: string;
}

export interface SnapshotTodo {
  text: string;
  /** pending, in_progress or completed, as Claude Code says it. */
  status: string;
}

/** Where the session's conversation stood, in Claude Code's own words. */
export interface SnapshotConversation {
  /** The transcript file. */
  transcript: string;
  /** Bytes of it that were written. */
  offset: number;
  /** `uuid` of its last message, and when that was written (ISO 8601). */
  message?: string;
  at?: string;
}

/** What a session was doing at one moment: the document `.claude/snapshots/<id>.json`. */
export interface Snapshot {
  /** Where an editor finds the JSON Schema. */
  $schema?: string;
  version: 1;
  /** Only `a-z`, `0-9` and `-`, at most 60 characters; the document's file name without `.json`. */
  id: string;
  /** Free text on one line, never empty. */
  name: string;
  /** ISO 8601, UTC. */
  timestamp: string;
  /** Null where HEAD was detached. */
  branch: string | null;
  /** The commit that was checked out; absent on a branch without one. */
  head?: string;
  /** What git was in the middle of: rebase, merge, cherry-pick, revert, bisect or am. */
  operation?: string;
  /** Against HEAD, sorted by the bytes of their names. */
  files: SnapshotFile[];
  /** The text of `.claude/context.md`; empty where there was none. */
  context: string;
  todos: SnapshotTodo[];
  /** Free text; empty where none was given. */
  notes: string;
  /** The session's variables. */
  state: Record<string, string>;
  /** The session's id in Claude Code; absent where no session was open. */
  session?: string;
  conversation?: SnapshotConversation;
  /** The id of the checkpoint of the same moment (of what claude-hooks writes: the same id), and the tree it holds. */
  checkpoint: string;
  tree: string;
  /** What a person should know about how it was saved. */
  remarks: string[];
}

/** What to save besides the working tree. */
export interface SnapshotRequest {
  /** Free text with at least one visible character; shown on one line, at most 200 characters. */
  name: string;
  note?: string;
  /** The session it belongs to; the only open one of this working tree unless told. */
  session?: string;
  /** Those of the session unless given. */
  todos?: SnapshotTodo[];
  /** Variables of the session. Names are free text, but not `__proto__`. */
  state?: Record<string, string>;
}

/** A file in the snapshots folder that is no snapshot this version can read. */
export interface SkippedSnapshot {
  /** Absolute. */
  file: string;
  reason: string;
  /** Where it is known, from 1. */
  line?: number;
  column?: number;
}

export interface SnapshotList {
  /** The newest first. */
  snapshots: Snapshot[];
  skipped: SkippedSnapshot[];
}
