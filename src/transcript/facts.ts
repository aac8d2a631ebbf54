import { readLines } from '../platform/lines.ts';
import { redactHead } from '../redact/redact.ts';

/** Something the transcript tells, with the line (from 1) that tells it. */
export interface Cited<T> {
  value: T;
  line: number;
}

export interface CommandRun {
  command: string;
  ok: boolean;
  output: string;
}

/** What happened in a session, read by rule from Claude Code's transcript. */
export interface SessionFacts {
  prompts: Cited<string>[];
  lastAnswer: Cited<string> | undefined;
  filesCreated: Map<string, number>;
  filesModified: Map<string, number>;
  commands: Cited<CommandRun>[];
  /** Failed tool calls; `resolvedBy` is the line where the same call, or another edit of the same file, worked. */
  failures: (Cited<string> & { resolvedBy: number | undefined })[];
  apiErrors: Cited<string>[];
  decisions: Cited<string>[];
  todos: { text: string; status: string; line: number }[];
  compactions: number;
  lines: number;
  /** Lines that are no JSON object, or too long to read. */
  damaged: number;
}

interface PendingCall {
  name: string;
  input: Record<string, unknown>;
  line: number;
}

const DECISION =
  /\b(?:decided to|we(?:'ll| will) (?:use|keep|go with)|going with|chose to|the decision is)\b/i;

/** Reads a transcript in chunks: memory is bounded by the longest line. A missing file gives empty facts. */
export function readFacts(transcript: string): SessionFacts {
  const reader = new FactsReader();
  readLines(transcript, (line, number) => reader.line(line, number));
  return reader.facts;
}

class FactsReader {
  readonly facts: SessionFacts = {
    prompts: [],
    lastAnswer: undefined,
    filesCreated: new Map(),
    filesModified: new Map(),
    commands: [],
    failures: [],
    apiErrors: [],
    decisions: [],
    todos: [],
    compactions: 0,
    lines: 0,
    damaged: 0,
  };
  private readonly calls = new Map<string, PendingCall>();
  private readonly open = new Map<string, number>();

  line(bytes: Buffer | undefined, number: number): void {
    if (bytes !== undefined && bytes.length === 0) return;
    this.facts.lines += 1;
    const record = bytes === undefined ? undefined : parseObject(bytes);
    if (record === undefined) {
      this.facts.damaged += 1;
      return;
    }
    if (record.isSidechain === true) return;
    if (record.type === 'system' && record.subtype === 'compact_boundary') this.facts.compactions += 1;
    const message = objectOf(record.message);
    if (message === undefined) return;
    if (record.type === 'user') this.user(record, message, number);
    if (record.type === 'assistant') this.assistant(record, message, number);
  }

  private user(record: Record<string, unknown>, message: Record<string, unknown>, line: number): void {
    if (record.isCompactSummary === true || record.isMeta === true) return;
    for (const block of blocksOf(message.content)) {
      if (block.type === 'text' && typeof block.text === 'string' && isTyped(block.text)) {
        this.facts.prompts.push({ value: block.text, line });
      }
      if (block.type === 'tool_result' && typeof block.tool_use_id === 'string')
        this.result(block, record.toolUseResult, line);
    }
  }

  private assistant(record: Record<string, unknown>, message: Record<string, unknown>, line: number): void {
    for (const block of blocksOf(message.content)) {
      if (block.type === 'text' && typeof block.text === 'string') {
        if (record.isApiErrorMessage === true) this.facts.apiErrors.push({ value: block.text, line });
        else this.answer(block.text, line);
      }
      if (block.type === 'tool_use' && typeof block.id === 'string' && typeof block.name === 'string') {
        this.calls.set(block.id, { name: block.name, input: objectOf(block.input) ?? {}, line });
      }
    }
  }

  private answer(text: string, line: number): void {
    this.facts.lastAnswer = { value: text, line };
    for (const sentence of text.split(/(?<=[.!?])\s+|\n+/)) {
      if (DECISION.test(sentence)) this.facts.decisions.push({ value: sentence.trim(), line });
    }
  }

  private result(block: Record<string, unknown>, detail: unknown, line: number): void {
    const call = this.calls.get(block.tool_use_id as string);
    if (call === undefined) return;
    this.calls.delete(block.tool_use_id as string);
    const failed = block.is_error === true;
    const output = textOf(block.content);
    const subject = subjectOf(call);
    if (failed) {
      this.open.set(subject, this.facts.failures.length);
      this.facts.failures.push({
        value: `${call.name} ${subject}: ${firstLine(output)}`,
        line,
        resolvedBy: undefined,
      });
    } else {
      const index = this.open.get(subject);
      const failure = index === undefined ? undefined : this.facts.failures[index];
      if (failure !== undefined) failure.resolvedBy = line;
      this.open.delete(subject);
    }
    this.effect(call, objectOf(detail), failed, output, line);
  }

  private effect(
    call: PendingCall,
    detail: Record<string, unknown> | undefined,
    failed: boolean,
    output: string,
    line: number,
  ): void {
    const file = textField(call.input, 'file_path') ?? textField(call.input, 'notebook_path');
    if (call.name === 'Bash') {
      this.facts.commands.push({
        value: {
          command: textField(call.input, 'command') ?? '',
          ok: !failed,
          output: redactHead(output, 2_000),
        },
        line: call.line,
      });
    }
    if (failed) return;
    if (file !== undefined && ['Write', 'Edit', 'MultiEdit', 'NotebookEdit'].includes(call.name)) {
      if (detail?.type === 'create') this.facts.filesCreated.set(file, line);
      else if (!this.facts.filesCreated.has(file)) this.facts.filesModified.set(file, line);
    }
    this.todos(call, detail, line);
  }

  private todos(call: PendingCall, detail: Record<string, unknown> | undefined, line: number): void {
    if (call.name === 'TodoWrite' && Array.isArray(call.input.todos)) {
      this.facts.todos = call.input.todos.map(objectOf).flatMap((todo) => {
        const text = textField(todo ?? {}, 'content');
        return text === undefined
          ? []
          : [{ text, status: textField(todo ?? {}, 'status') ?? 'pending', line }];
      });
    }
    if (call.name === 'TaskCreate') {
      const text = textField(call.input, 'subject');
      if (text !== undefined)
        this.tasks.set(textField(objectOf(detail?.task) ?? {}, 'id') ?? String(this.tasks.size + 1), {
          text,
          status: 'pending',
          line,
        });
    }
    if (call.name === 'TaskUpdate') {
      const task = this.tasks.get(textField(call.input, 'taskId') ?? '');
      if (task !== undefined)
        Object.assign(task, {
          status: textField(call.input, 'status') ?? task.status,
          text: textField(call.input, 'subject') ?? task.text,
          line,
        });
    }
    if (this.tasks.size > 0)
      this.facts.todos = [...this.tasks.values()].filter((task) => task.status !== 'deleted');
  }

  private readonly tasks = new Map<string, { text: string; status: string; line: number }>();
}

function subjectOf(call: PendingCall): string {
  const subject =
    textField(call.input, 'command') ?? textField(call.input, 'file_path') ?? JSON.stringify(call.input);
  return redactHead(subject, 200);
}

/** Prompts a person typed, not what the client itself adds in their name. */
function isTyped(text: string): boolean {
  const start = text.trimStart();
  return (
    start !== '' &&
    !/^(?:<(?:task-notification|system-reminder|command-|local-command|bash-)|\[Request interrupted by user)/.test(
      start,
    )
  );
}

function parseObject(bytes: Buffer): Record<string, unknown> | undefined {
  try {
    return objectOf(JSON.parse(bytes.toString('utf8')));
  } catch {
    return undefined;
  }
}

function objectOf(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}

function blocksOf(content: unknown): Record<string, unknown>[] {
  if (typeof content === 'string') return [{ type: 'text', text: content }];
  if (!Array.isArray(content)) return [];
  return content.map(objectOf).filter((block) => block !== undefined);
}

function textOf(content: unknown): string {
  return blocksOf(content)
    .map((block) => (typeof block.text === 'string' ? block.text : ''))
    .join('\n');
}

function textField(fields: Record<string, unknown>, key: string): string | undefined {
  const value = fields[key];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function firstLine(text: string): string {
  return redactHead(text.trim().split('\n')[0] ?? '', 300);
}
