/** What a replay takes of the events of a transcript. Times are milliseconds since 1970. */

export interface Happened {
  at: number | undefined;
  place: { transcript: string; line: number | undefined; offset: number };
  /** The sub-agent that did it; undefined for the session itself. */
  agent: string | undefined;
}

type Of<Kind extends string, Fields = object> = Happened & { kind: Kind } & Fields;

export interface RecordedCall extends Happened {
  kind: 'tool-call';
  id: string;
  tool: string;
  input: Record<string, unknown>;
  result: { text: string | undefined; isError: boolean; at: number | undefined } | undefined;
}

export interface RecordedEdit extends Happened {
  kind: 'edit';
  call: string;
  tool: string;
  file: string;
  change: 'created' | 'modified';
  hunks: { oldStart: number; newStart: number; lines: string[] }[] | undefined;
}

export interface RecordedUsage extends Happened {
  kind: 'usage';
  input: number;
  cacheRead: number;
  cacheWrite: number;
  costUsd: number | undefined;
}

/** Everything that becomes a step of its own. */
export type RecordedHappening =
  | Of<'prompt', { text: string; typed: boolean }>
  | Of<'answer', { text: string }>
  | Of<'thinking', { text: string }>
  | RecordedCall
  | RecordedEdit
  | Of<'todos', { todos: readonly { text: string; status: string }[] }>
  | Of<'error', { text: string; error: string | undefined; status: number | undefined }>
  | Of<
      'compaction',
      { trigger: string | undefined; tokensBefore: number | undefined; tokensAfter: number | undefined }
    >
  | Of<'compact-summary', { text: string }>
  | Of<
      'subagent',
      {
        id: string | undefined;
        type: string | undefined;
        description: string | undefined;
        status: string | undefined;
        tokens: number | undefined;
        toolCalls: number | undefined;
        durationMs: number | undefined;
      }
    >
  | Of<'hook', { name: string | undefined; outcome: string }>
  | Of<'task-end', { task: string }>;

export type RecordedEvent = RecordedHappening | RecordedUsage;
