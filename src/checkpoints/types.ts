/** How a file differs from HEAD. */
export interface ChangedFile {
  /** As text: bytes that are not UTF-8 are replaced. The tree holds the exact name. */
  path: string;
  status: 'new' | 'modified' | 'deleted';
}

/** A file of the working tree that the checkpoint does not hold. */
export interface LeftOutFile {
  path: string;
  bytes: number;
  why: 'size' | 'unreadable' | 'no-commit';
}

/** What git is in the middle of. */
export type Operation = 'rebase' | 'merge' | 'cherry-pick' | 'revert' | 'bisect' | 'am';

/** Where a conversation stood, in Claude Code's own words. */
export interface ConversationPosition {
  /** The transcript file. */
  transcript: string;
  /** Bytes of it that were written. */
  offset: number;
  /** `uuid` of its last message, and when that was written (ISO 8601). */
  message?: string;
  at?: string;
}

export interface CheckpointTodo {
  text: string;
  /** pending, in_progress or completed, as Claude Code says it. */
  status: string;
}

/** A saved state of one working tree, as its commit tells it. */
export interface CheckpointSummary {
  /** Only `a-z`, `0-9` and `-`, at most 60 characters; also the last part of the ref's name. */
  id: string;
  /** Free text. */
  name: string;
  /** ISO 8601, with milliseconds. */
  createdAt: string;
  /** The commit the ref points to. */
  commit: string;
  /** The working tree: tracked and untracked files. */
  tree: string;
  /** The index as it was staged; absent where it held unmerged paths. */
  indexTree?: string;
  /** The commit that was checked out; absent on an unborn branch. */
  head?: string;
  /** Absent where HEAD was detached. */
  branch?: string;
  operation?: Operation;
  session?: string;
  /** Where the session's conversation was. */
  conversation?: ConversationPosition;
  /** The session's todos, at most 50. */
  todos?: CheckpointTodo[];
  /** The id of the checkpoint this working tree was last saved as or restored to. */
  previous?: string;
  /** Whether a person gave the name; those are never pruned. */
  named?: boolean;
  /** Why it was saved: manual, interval, stop, compact, session-end, before-command, before-restore ... */
  reason: string;
  note?: string;
  /** Which of the repository's working trees: `main` or the linked worktree's name in git. */
  worktree: string;
  counts: { new: number; modified: number; deleted: number };
  /** At most the first 20. */
  leftOut: LeftOutFile[];
  /** How many files were left out in all. */
  leftOutCount: number;
  /** What a person should know about how it was saved. */
  remarks: string[];
  /** The Markdown document, relative to the top of the working tree. */
  document: string;
}

export interface Checkpoint extends CheckpointSummary {
  /** Against HEAD at that time, sorted by path. */
  files: ChangedFile[];
  /** Those of `files` that git ignores and `checkpoints.include` names; absent where it names none. */
  included?: string[];
}

/** What the session and the project's own notes tell: for the document, and todos and position for the record. */
export interface Narrative {
  workingOn?: string;
  /** What was asked before that, the latest first. */
  askedBefore?: string[];
  lastCompleted?: string;
  nextSteps: string[];
  notes: string[];
  testCommand?: string;
  todos?: CheckpointTodo[];
  conversation?: ConversationPosition;
}

export type SaveResult =
  | {
      saved: true;
      checkpoint: Checkpoint /** Why there is no document, where there is none. */;
      documentError?: string;
    }
  | { saved: false; cause: 'unchanged'; checkpoint: CheckpointSummary }
  | { saved: false; cause: 'refused'; reason: string; hint: string };
