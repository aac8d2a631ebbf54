import * as path from 'node:path';
import { listDirectory, statIfExists } from '../platform/fs.ts';
import { readLines } from '../platform/lines.ts';
import { type CommandSpan, commandSpan } from './commands.ts';

/** Where one line of a transcript stands; bytes. */
export interface LinePlace {
  transcript: string;
  offset: number;
  length: number;
}

/** One successful change of a file by a tool of the client; its content stays in the transcript until asked for. */
export interface EditPlace {
  /** The tool call's id. */
  id: string;
  /** The file as the client named it; absolute, but for clients that noted it as the model gave it. */
  file: string;
  /** The folder the client was in. */
  cwd: string | undefined;
  /** Milliseconds since 1970: when the model asked for it, and when its result was noted. */
  startedAt: number;
  at: number;
  call: LinePlace | undefined;
  result: LinePlace;
  /** Where the same agent read the whole file last before it, and changed nothing in it since. */
  seen: LinePlace | undefined;
}

/** What a session did to files, as its transcript tells. */
export interface Activity {
  /** False where there is no transcript. */
  found: boolean;
  /** By the time they were noted. */
  edits: EditPlace[];
  /** Commands that may have changed files, by the time they began. */
  commands: CommandSpan[];
  /** Lines that cannot be read. */
  damaged: number;
}

export const EDIT_TOOLS = new Set(['Write', 'Edit', 'MultiEdit', 'NotebookEdit']);
/** Tools that change no file of the working tree, and those whose own transcript tells what they changed. */
const HARMLESS =
  /^(?:Read|Glob|Grep|LS|NotebookRead|WebFetch|WebSearch|TodoWrite|Task\w*|Agent|AskUserQuestion|ToolSearch|Skill|SlashCommand|(?:Enter|Exit)PlanMode|BashOutput|Kill\w+|SendMessage|ListMcpResources\w*|ReadMcpResource\w*|StructuredOutput)$/;

/**
 * Reads a session's transcript and those of its sub-agents, which stand beside it, in chunks: kept are the places of
 * edits and the words of commands, never a file's content. Memory is bounded by the longest line and the number of
 * edits. Torn, unknown and unreadable lines are passed over and counted.
 * @param since milliseconds since 1970: what was noted before is left out.
 */
export function readActivity(transcript: string, since = 0): Activity {
  const activity: Activity = {
    found: statIfExists(transcript)?.isFile() === true,
    edits: [],
    commands: [],
    damaged: 0,
  };
  const folder = path.join(transcript.replace(/\.jsonl$/, ''), 'subagents');
  const agents = listDirectory(folder).filter((name) => /^agent-.*\.jsonl$/.test(name));
  for (const file of [transcript, ...agents.map((name) => path.join(folder, name))]) {
    const reader = new ActivityReader(file, statIfExists(file)?.size ?? 0, activity, since);
    readLines(file, (line, _number, offset) => reader.line(line, offset));
    reader.end();
  }
  activity.edits.sort((a, b) => a.at - b.at);
  activity.commands.sort((a, b) => a.from - b.from);
  return activity;
}

interface OpenCall {
  name: string;
  input: Record<string, unknown>;
  at: number;
  place: LinePlace;
}

class ActivityReader {
  private readonly calls = new Map<string, OpenCall>();
  /** Commands that run in the background, by the name the client gave them. */
  private readonly background = new Map<string, CommandSpan>();
  private readonly seen = new Map<string, LinePlace>();
  private now = 0;

  constructor(
    private readonly file: string,
    private readonly size: number,
    private readonly activity: Activity,
    private readonly since: number,
  ) {}

  line(bytes: Buffer | undefined, offset: number): void {
    if (bytes !== undefined && bytes.length === 0) return;
    const record = bytes === undefined ? undefined : parseObject(bytes);
    if (record === undefined) {
      // The last line may still be in the writing.
      if (bytes === undefined || offset + bytes.length < this.size) this.activity.damaged += 1;
      return;
    }
    const time = Date.parse(textOf(record.timestamp) ?? '');
    if (!Number.isNaN(time)) this.now = time;
    const place = { transcript: this.file, offset, length: bytes?.length ?? 0 };
    const ended = /<task-id>([^<]*)<\/task-id>/.exec(textOf(record.content) ?? '')?.[1];
    if (ended !== undefined) this.endBackground(ended);
    const message = objectOf(record.message);
    for (const block of Array.isArray(message?.content) ? message.content.map(objectOf) : []) {
      if (block?.type === 'tool_use') this.call(block, place);
      if (block?.type === 'tool_result') this.result(block, record, place);
    }
  }

  /** What has no result was cut off with the session. */
  end(): void {
    for (const call of this.calls.values()) this.command(call, this.now);
    for (const span of this.background.values()) span.to = Math.max(span.to, this.now);
  }

  private call(block: Record<string, unknown>, place: LinePlace): void {
    const { id, name } = block;
    if (typeof id !== 'string' || typeof name !== 'string') return;
    this.calls.set(id, { name, input: objectOf(block.input) ?? {}, at: this.now, place });
  }

  private result(block: Record<string, unknown>, record: Record<string, unknown>, place: LinePlace): void {
    const id = textOf(block.tool_use_id);
    if (id === undefined) return;
    const call = this.calls.get(id);
    this.calls.delete(id);
    const detail = objectOf(record.toolUseResult);
    const file =
      textOf(detail?.filePath) ??
      textOf(detail?.notebook_path) ??
      textOf(call?.input.file_path) ??
      textOf(call?.input.notebook_path);
    const edits =
      call === undefined ? 'structuredPatch' in (detail ?? {}) || detail?.updated_file : isEdit(call);
    if (edits && file !== undefined) {
      if (block.is_error !== true) this.edit(id, file, call, record, place);
    } else if (call?.name === 'Read' && file !== undefined) {
      if (block.is_error !== true && call.input.offset === undefined && call.input.limit === undefined)
        this.seen.set(file, place);
    } else if (call !== undefined) {
      const span = this.command(call, this.now);
      const task = textOf(detail?.backgroundTaskId);
      if (span !== undefined && task !== undefined) this.background.set(task, span);
    }
  }

  private edit(
    id: string,
    file: string,
    call: OpenCall | undefined,
    record: Record<string, unknown>,
    result: LinePlace,
  ): void {
    const seen = this.seen.get(file);
    this.seen.delete(file);
    if (this.now < this.since) return;
    this.activity.edits.push({
      id,
      file,
      cwd: textOf(record.cwd),
      startedAt: call?.at ?? this.now,
      at: this.now,
      call: call?.place,
      result,
      seen,
    });
  }

  private command(call: OpenCall, to: number): CommandSpan | undefined {
    if (HARMLESS.test(call.name) || isEdit(call)) return undefined;
    const span = commandSpan(call.name, call.input, call.at, to);
    if (span !== undefined && (to >= this.since || call.input.run_in_background === true)) {
      this.activity.commands.push(span);
    }
    return span;
  }

  private endBackground(task: string): void {
    const span = this.background.get(task);
    if (span === undefined) return;
    span.to = Math.max(span.to, this.now);
    this.background.delete(task);
  }
}

function isEdit(call: OpenCall): boolean {
  return EDIT_TOOLS.has(call.name);
}

export function parseObject(bytes: Buffer): Record<string, unknown> | undefined {
  try {
    return objectOf(JSON.parse(bytes.toString('utf8')));
  } catch {
    return undefined;
  }
}

export function objectOf(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}

export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
