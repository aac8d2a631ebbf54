import type { TranscriptPlace, TranscriptProgress, TranscriptTodo } from './events.ts';
import { FactsBuilder } from './facts-builder.ts';
import { readTranscript } from './read.ts';
import { isRecordEnd } from './window.ts';

/** Where something was told. */
export interface Source {
  place: TranscriptPlace;
  /** Milliseconds since 1970. */
  at: number | undefined;
  /** The sub-agent that did it; undefined for the session itself. */
  agent: string | undefined;
  /** The number of the event in this reading: which of two came first. */
  order: number;
}

/** Something the transcript tells, and where. Long texts are cut. */
export interface Cited<T> extends Source {
  value: T;
}

export interface CommandRun {
  command: string;
  ok: boolean;
  /** What it printed, redacted and cut; only where it failed. */
  output: string;
}

export interface Failure extends Cited<string> {
  /** What failed: a command, or a file. */
  subject: string;
  tool: string;
  /** Where the same call, or another edit of the same file, worked. */
  resolvedBy: Source | undefined;
}

export interface ToolUse {
  calls: number;
  failed: number;
  /** Milliseconds between call and result, in sum; what waits for the person's permission counts. */
  ms: number;
}

/** A command or an agent that ran in the background. */
export interface BackgroundTask {
  /** The client's name for it. */
  id: string;
  /** The command, or what the agent was asked for. */
  what: string;
  startedAt: number | undefined;
  /** Undefined where the client has not noted that it ended. */
  endedAt: number | undefined;
}

export interface TokenUse {
  /** Messages of the API. */
  messages: number;
  input: number;
  output: number;
  cacheRead: number;
  cacheWrite: number;
}

/**
 * What happened in a session, read by rule from Claude Code's transcript. Lists keep the latest of their kind up to a limit;
 * `totals` count all. Work of sub-agents counts for files, commands and failures, not for prompts, answers, decisions and todos.
 */
export interface SessionFacts {
  /** What the person typed. */
  prompts: Cited<string>[];
  lastAnswer: Cited<string> | undefined;
  filesCreated: Map<string, Source>;
  filesModified: Map<string, Source>;
  /** How often each file was read, and written, by the client's tools; the first 20,000 files. */
  filesRead: Map<string, number>;
  filesWritten: Map<string, number>;
  /** By the client's name of the tool; the first 500. */
  tools: Map<string, ToolUse>;
  tasks: BackgroundTask[];
  commands: Cited<CommandRun>[];
  failures: Failure[];
  apiErrors: Cited<string>[];
  decisions: Cited<string>[];
  todos: TranscriptTodo[];
  /** Sub-agents by what they were asked to do. */
  agents: Cited<string>[];
  compactions: number;
  usage: TokenUse;
  totals: {
    prompts: number;
    calls: number;
    failedCalls: number;
    commands: number;
    failedCommands: number;
    edits: number;
    decisions: number;
    apiErrors: number;
    agents: number;
  };
  /** Events read; `order` counts them. */
  events: number;
  /** The first and the last time something happened; milliseconds since 1970. */
  from: number | undefined;
  to: number | undefined;
  lines: number;
  /** Lines that are no JSON object, or too long to read. */
  damaged: number;
  /** Bytes of the session's own file up to the end of its last whole record. */
  end: number;
  /** Where a later reading goes on. */
  progress: TranscriptProgress;
}

export interface FactsOptions {
  /** Only what happened since then, milliseconds since 1970; the cost follows that window. */
  since?: number;
  /**
   * Facts of the same transcript that were read before: it goes on where those end, and tells what one reading would. A file
   * that was cut off or replaced since is read anew. `since` then does not matter.
   */
  after?: SessionFacts;
  /** Begin at this byte, the beginning of a line, where nothing was read before. */
  from?: number;
}

/** Longer lines hold pictures and the like; they are passed over and counted as damaged. */
const LONGEST_LINE = 8 * 1024 * 1024;

/**
 * Reads a transcript and those of its sub-agents in chunks: memory is bounded by the longest line that is read, 8 MB, and the
 * limits of the lists. A missing file gives empty facts. It throws only where the system refuses to read the file.
 */
export function readFacts(transcript: string, options: FactsOptions = {}): SessionFacts {
  const after = goesOn(transcript, options.after) ? options.after : undefined;
  const builder = new FactsBuilder(after);
  const { since, from } = after === undefined ? options : {};
  const report = readTranscript(transcript, (event) => builder.add(event), {
    results: 'light',
    maxLineBytes: LONGEST_LINE,
    ...(since === undefined ? {} : { since }),
    ...(from === undefined ? {} : { from }),
    ...(after === undefined ? {} : { after: after.progress }),
  });
  return builder.finish(report);
}

function goesOn(transcript: string, after: SessionFacts | undefined): boolean {
  return after !== undefined && isRecordEnd(transcript, after.progress.session.offset);
}

/** The same facts, for a reading that goes on from a later byte, the beginning of a line: what lies between is left out. */
export function skipTo(facts: SessionFacts, offset: number): SessionFacts {
  const session = { ...facts.progress.session, offset, lines: undefined };
  return { ...facts, end: offset, progress: { ...facts.progress, session } };
}

const MAPS = ['filesCreated', 'filesModified', 'filesRead', 'filesWritten', 'tools'] as const;
const LISTS = [
  'prompts',
  'commands',
  'failures',
  'decisions',
  'todos',
  'agents',
  'apiErrors',
  'tasks',
] as const;

/** As a JSON value, for `unpackFacts`. */
export function packFacts(facts: SessionFacts): unknown {
  return {
    ...facts,
    ...Object.fromEntries(MAPS.map((name) => [name, [...facts[name]]])),
  };
}

/** @returns undefined for what `packFacts` did not make. */
export function unpackFacts(value: unknown): SessionFacts | undefined {
  const packed = value as Record<string, unknown> | null;
  if (typeof packed !== 'object' || packed === null || typeof packed.end !== 'number') return undefined;
  if (![...MAPS, ...LISTS].every((name) => Array.isArray(packed[name]))) return undefined;
  if (typeof packed.totals !== 'object' || typeof packed.usage !== 'object') return undefined;
  const { progress } = packed as { progress?: { session?: { offset?: unknown } } };
  if (typeof progress?.session?.offset !== 'number') return undefined;
  const maps = MAPS.map((name) => [name, new Map(packed[name] as [string, unknown][])]);
  return { ...packed, ...Object.fromEntries(maps) } as unknown as SessionFacts;
}
