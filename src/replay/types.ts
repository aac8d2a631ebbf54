/** The row of the timeline something belongs to. */
export type ReplayLane =
  | 'prompt'
  | 'answer'
  | 'tool'
  | 'edit'
  | 'checkpoint'
  | 'commit'
  | 'error'
  | 'agent'
  | 'session';

/** One line of a replay. Every text is redacted; control characters are left to whoever shows it. */
export interface ReplayStep {
  /** From 1, in the order in which things happened; the same for the same session, as long as nothing is added before it. */
  number: number;
  /** Milliseconds since 1970; that of the step before where none is known. */
  at: number;
  lane: ReplayLane;
  /** One word for what it is: prompt, answer, tool, edit, todo, error, compaction, sub-agent, checkpoint, commit, start, end ... */
  type: string;
  /** One line. */
  description: string;
  /** The whole text, where there is more to say than the line. */
  text?: string;
  /** For an edit: the file, relative to the top of the working tree where it lies below it, and the change. */
  file?: string;
  /** Lines begin with a space, `-`, `+` or a backslash. */
  hunks?: { oldStart: number; newStart: number; lines: string[] }[];
  /** For a tool call: its name, its arguments, what the model was shown, and whether that was an error. */
  tool?: string;
  input?: Record<string, unknown>;
  result?: string;
  failed?: boolean;
  /** The sub-agent that did it; undefined for the session itself. */
  agent?: string;
  /** Where in the transcript it is told: `12`, `@345`, `a49d4421:12`. */
  cite?: string;
  /** The client's id of the tool call, also of the edit it made. */
  call?: string;
  /** Tokens in the context window and US dollars spent so far, where a message tells. */
  contextTokens?: number;
  costUsd?: number;
}

/** A session to watch again. */
export interface Replay {
  session: string;
  /** Undefined where the transcript is gone: then only what the journal and git know is told. */
  transcript: string | undefined;
  /** What could not be read, in sentences for a person. */
  remarks: string[];
  steps: ReplayStep[];
}
