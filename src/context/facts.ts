import type { Proposal } from './proposals.ts';

export interface WorkFile {
  path: string;
  status: 'new' | 'modified' | 'deleted' | 'in conflict';
}

export interface Todo {
  text: string;
  done: boolean;
  /** As in a proposal. */
  line: string;
}

/** What a session adds, each text with its line in the transcript. */
export interface SessionPart {
  /** The first letters of its id. */
  id: string;
  /** What is being worked on, from the last prompt; undefined where the session does not tell. */
  feature: string | undefined;
  /** What it had to do, or said comes next; undefined where it said nothing of the kind. */
  todos: Todo[] | undefined;
  decisions: Proposal[];
}

/** What the regions of a context file say. */
export interface ContextFacts {
  /** Undefined where HEAD is detached; null outside git. */
  branch: string | null | undefined;
  /** What differs from the last commit, in the order of the paths; undefined where git does not tell in time. */
  files: readonly WorkFile[] | undefined;
  /** Recent commits, newest first: `abc1234 subject`. */
  commits: readonly string[];
  /** Of `dependencyLines`; undefined where a manifest cannot be read just now: then they stay as they are. */
  dependencies: readonly string[] | undefined;
  /** `2026-11-22`. */
  date: string;
  /** Undefined after a git operation: then feature, status, proposals and next steps stay as they are. */
  session: SessionPart | undefined;
}
