/** A file's content as text with `\n` for every line end; null where there is no file. */
export type Shown = string | null;

/** One change the session made to a file with a tool that tells what it changed. */
export interface SessionEdit {
  /** Milliseconds since 1970: when it was asked for, and when it was done. */
  startedAt: number;
  at: number;
  /** Its content; read when it is needed. Undefined where it cannot be read any more. */
  read(): EditContent | undefined;
}

export interface EditContent {
  /** Undefined where it is not known. */
  before: Shown | undefined;
  after: string | undefined;
  /** The content after, from one before; undefined where the change does not fit it. */
  apply(from: Shown): string | undefined;
  /** The content before, from one after; undefined where that cannot be told. */
  revert(to: string, hint: Shown): Shown | undefined;
}

/** A time in which the session ran something that may have changed any file. */
export interface CommandTime {
  from: number;
  to: number;
  /** Whether its words name the file. */
  names(file: string): boolean;
}

/** What git holds at a path. */
export interface Entry {
  /** Six octal digits. */
  mode: string;
  oid: string;
}

/** The working tree at a known time. */
export interface Snapshot {
  tree: string;
  /** Milliseconds since 1970. */
  at: number;
  /** The session under question was at work before it: what changed while it ran commands counts as its own. */
  ofSession: boolean;
}

/** What stood at a path at some time. */
export interface Version {
  /** Undefined where nothing stood there. An empty oid: the content is known and not yet an object. */
  entry: Entry | undefined;
  /** The content, where the path needs it and it is a regular file. */
  bytes?: Buffer;
  /** `bytes` as the client shows them. null: no file; undefined: not text that can be compared. */
  shown: Shown | undefined;
  /** True where it was derived from the transcript and not seen in a tree. */
  derived: boolean;
}

/** Who made a change. `unclear`: it happened while the session ran a command, and either may have made it. */
export type Author = 'session' | 'person' | 'unclear';

/** One change in the history of a path. */
export interface Change {
  /** The path, each byte as one character. */
  path: string;
  by: Author;
  from: Version;
  to: Version;
  /** Milliseconds since 1970 at which it was there for sure; Infinity for a change first seen now. */
  at: number;
}

/** Why a person should look at a path, though no merge conflict stands in it. */
export type Doubt =
  /** It changed while the session ran a command that does not name it; undone. */
  | 'counted'
  /** The same, kept. */
  | 'kept'
  /** The session changed it, but what it changed cannot be told; kept as it is. */
  | 'untold'
  /** The session changed it, and git ignores it or it is too large: no checkpoint holds it; left. */
  | 'unheld';

export const ABSENT: Version = { entry: undefined, shown: null, derived: false };
export const GITLINK = '160000';
