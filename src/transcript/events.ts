import type { Hunk } from './patch.ts';

/** Where something stands in a transcript. */
export interface TranscriptPlace {
  /** Path of the file. */
  transcript: string;
  /** From 1; undefined where the file was read from somewhere in the middle. */
  line: number | undefined;
  /** Bytes: where the line begins, and its length without the line end. */
  offset: number;
  length: number;
}

interface Happened {
  /** Milliseconds since 1970, as the client noted it; that of the record before where a record has no time. */
  at: number | undefined;
  place: TranscriptPlace;
  /** The sub-agent that did it; undefined for the session itself. */
  agent: string | undefined;
}

/** What was sent to the model in the person's name; once for each text of a message that has several. */
export interface PromptEvent extends Happened {
  kind: 'prompt';
  text: string;
  /** False for what the client adds itself: notifications, output of local commands, the task of a sub-agent. */
  typed: boolean;
}

/** A piece of text the model wrote. */
export interface AnswerEvent extends Happened {
  kind: 'answer';
  text: string;
  /** The API's message; several pieces may belong to one. */
  message: string | undefined;
  model: string | undefined;
}

/** What the model thought, where the client keeps it. */
export interface ThinkingEvent extends Happened {
  kind: 'thinking';
  text: string;
}

export interface ToolResult {
  /** What the model was shown. Undefined where it was not read (`results: 'light'`, or a line that is too long). */
  text: string | undefined;
  isError: boolean;
  /** The client's own notes on the result (`toolUseResult`), by tool; undefined where there are none or they were not read. */
  detail: Record<string, unknown> | undefined;
  at: number | undefined;
  place: TranscriptPlace;
}

/** A tool call with its result. It comes when the result does; its place and time are those of the call. */
export interface ToolCallEvent extends Happened {
  kind: 'tool-call';
  id: string;
  tool: string;
  /** Empty for a result whose call was not read. */
  input: Record<string, unknown>;
  /** Undefined where the session was cut off before, or the call still runs. */
  result: ToolResult | undefined;
  /** Whether the reading that this one goes on from told of the call already, without its result. */
  retold: boolean;
}

/** A file the model changed by a tool of the client; follows its tool call. */
export interface EditEvent extends Happened {
  kind: 'edit';
  /** The tool call's id. */
  call: string;
  tool: string;
  /** As the client names it; absolute. */
  file: string;
  /** The client's current folder. */
  cwd: string | undefined;
  change: 'created' | 'modified';
  /**
   * The change as the client shows it: lines begin with a space, `-`, `+` or a backslash. Made from the call where the
   * client notes none; `oldStart` and `newStart` are then 0. Undefined where it was not read.
   */
  hunks: Hunk[] | undefined;
  /** The record of the call, and when the model asked for it. */
  callPlace: TranscriptPlace | undefined;
  startedAt: number | undefined;
  /** Where the same agent read the whole file last before it, and changed nothing in it since. */
  seen: TranscriptPlace | undefined;
}

export interface TranscriptTodo {
  /** The client's number for a task; todos of the older tool have none. */
  id?: string;
  text: string;
  /** pending, in_progress, completed; others as the client names them. */
  status: string;
  /** Where its words were given. */
  place: TranscriptPlace;
  /** When it changed last. */
  at: number | undefined;
}

/** The whole list of todos or tasks after it changed; deleted ones are gone. */
export interface TodosEvent extends Happened {
  kind: 'todos';
  todos: TranscriptTodo[];
}

/** A turn that ended in an API error. */
export interface ErrorEvent extends Happened {
  kind: 'error';
  text: string;
  /** The client's word for it (`rate_limit`, `server_error`), and the status code of HTTP. */
  error: string | undefined;
  status: number | undefined;
}

/** The conversation was replaced by a summary. */
export interface CompactionEvent extends Happened {
  kind: 'compaction';
  /** manual or auto. */
  trigger: string | undefined;
  tokensBefore: number | undefined;
  tokensAfter: number | undefined;
}

/** The summary the conversation was replaced by. */
export interface CompactSummaryEvent extends Happened {
  kind: 'compact-summary';
  text: string;
}

/** A sub-agent that was started and, where `status` says so, ended. What it did itself comes before, with its id as `agent`. */
export interface SubagentEvent extends Happened {
  kind: 'subagent';
  /** Undefined where the client does not tell. */
  id: string | undefined;
  type: string | undefined;
  description: string | undefined;
  /** completed, async_launched, failed ...; as the client names it. */
  status: string | undefined;
  tokens: number | undefined;
  toolCalls: number | undefined;
  durationMs: number | undefined;
}

/** What one message of the API cost; once a message, however many records it takes: when the next one begins. */
export interface UsageEvent extends Happened {
  kind: 'usage';
  message: string | undefined;
  model: string | undefined;
  /** Tokens. */
  input: number;
  output: number;
  cacheRead: number;
  cacheWrite: number;
  /** US dollars; only where the client notes it. */
  costUsd: number | undefined;
  /** What the reading that this one goes on from told of the same message: this comes in its place. */
  instead: Omit<UsageEvent, 'instead'> | undefined;
}

/** A hook that said or blocked something. */
export interface HookEvent extends Happened {
  kind: 'hook';
  /** `PostToolUse:Bash`. */
  name: string | undefined;
  /** The client's word for it: hook_success, hook_blocking_error, hook_non_blocking_error ... */
  outcome: string;
}

/** The client's note that a command or agent in the background ended. */
export interface TaskEndEvent extends Happened {
  kind: 'task-end';
  /** The client's name for it. */
  task: string;
}

/** What Claude Code's transcript tells. */
export type TranscriptEvent =
  | PromptEvent
  | AnswerEvent
  | ThinkingEvent
  | ToolCallEvent
  | EditEvent
  | TodosEvent
  | ErrorEvent
  | CompactionEvent
  | CompactSummaryEvent
  | SubagentEvent
  | UsageEvent
  | HookEvent
  | TaskEndEvent;

/** Where the reading of one file ended, and what was open there. */
export interface FileProgress {
  /** Bytes of whole records. */
  offset: number;
  /** Line ends before; undefined where the file was read from somewhere in the middle. */
  lines: number | undefined;
  /** The time of the last record. */
  at: number | undefined;
  /** Calls without a result, and the usage of the last message, as they were told. */
  calls: ToolCallEvent[];
  usage: UsageEvent | undefined;
  /** Tasks that the client numbers. */
  todos: TranscriptTodo[];
}

/** Where a reading ended: a later one can go on from here (`after`). A JSON value. */
export interface TranscriptProgress {
  session: FileProgress;
  /** By the id of the sub-agent. */
  agents: Record<string, FileProgress>;
}

export interface TranscriptReport {
  /** False where there is no regular file of that name. */
  found: boolean;
  /** Lines read that are not blank, of sub-agents too; without a last line that is still being written. */
  lines: number;
  /** Lines that are no JSON object. The last line of a file counts only where it ends in a line end: it may be in the writing. */
  damaged: number;
  /** Where the first hundred of them stand. */
  damagedAt: TranscriptPlace[];
  /** Lines longer than `maxLineBytes`; passed over. */
  tooLong: number;
  /** Records that stood a second time shortly after the first, as far as they were read; passed over. */
  repeated: number;
  /** How many records of each type this version does not know; of more than a hundred types, the rest as `others`. */
  unknown: Record<string, number>;
  /**
   * Whether `after` or `from` told of a place that is not in the file: it was replaced or cut off. Then it was read from its
   * beginning.
   */
  restarted: boolean;
  /** Bytes of the session's own file up to the end of its last whole record. */
  end: number;
  /** To go on from here. */
  progress: TranscriptProgress;
}

/** How a place is cited: `12` for a line, `@34567` for a byte offset; a sub-agent's with the beginning of its id before it. */
export function citePlace(place: TranscriptPlace, agent?: string): string {
  const where = place.line === undefined ? `@${place.offset}` : String(place.line);
  return agent === undefined ? where : `${agent.slice(0, 8)}:${where}`;
}
