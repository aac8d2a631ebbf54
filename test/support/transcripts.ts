import type { TranscriptEvent } from '../../src/transcript/events.ts';
import { answerOf, detailOf, inputOf, nameOf, shownBy, uuidOf } from './transcript-parts.ts';
import { type CallStep, FILES, type Step } from './transcript-steps.ts';

export interface Model {
  /** Lines without their ends. */
  lines: string[];
  /** Of sub-agents, by their id. */
  agents: Map<string, string[]>;
  expected: Expected;
}

/** What is in a model, counted while it was written. */
export interface Expected {
  /** `signatureOf` each event but usage, in order. */
  events: string[];
  /** Output tokens by message. */
  usage: Map<string, number>;
  prompts: number;
  calls: number;
  failedCalls: number;
  commands: number;
  failedCommands: number;
  edits: number;
  decisions: number;
  apiErrors: number;
  agents: number;
  compactions: number;
  created: Set<string>;
  modified: Set<string>;
  todos: string[];
  unknown: number;
}

/** What an event says, in words that `buildModel` writes too. */
export function signatureOf(event: TranscriptEvent): string {
  const at = `${event.agent ?? ''}:${event.place.line}`;
  switch (event.kind) {
    case 'prompt':
      return `prompt ${at} ${event.typed} ${event.text}`;
    case 'answer':
    case 'error':
    case 'compact-summary':
      return `${event.kind} ${at} ${event.text}`;
    case 'tool-call': {
      const { result } = event;
      const how = result === undefined ? 'open' : `${result.place.line} ${result.isError ? 'failed' : 'ok'}`;
      return `call ${at} ${event.tool} ${event.id} ${how}`;
    }
    case 'edit':
      return `edit ${at} ${event.call} ${event.file} ${event.change}`;
    case 'todos':
      return `todos ${at} ${event.todos.map(({ text: words, status }) => `${words}=${status}`).join(',')}`;
    case 'subagent':
      return `subagent ${at} ${event.id} ${event.status}`;
    case 'hook':
      return `hook ${at} ${event.outcome}`;
    case 'task-end':
      return `task-end ${at} ${event.task}`;
    default:
      return `${event.kind} ${at}`;
  }
}

/** What every part of one session shares. */
interface Shared {
  sequence: number;
  time: number;
  expected: Expected;
  agents: Map<string, string[]>;
}

/** Writes a session as the client writes it, and counts independently of any reader what is in it. */
export function buildModel(steps: readonly Step[]): Model {
  const expected: Expected = {
    events: [],
    usage: new Map(),
    prompts: 0,
    calls: 0,
    failedCalls: 0,
    commands: 0,
    failedCommands: 0,
    edits: 0,
    decisions: 0,
    apiErrors: 0,
    agents: 0,
    compactions: 0,
    created: new Set(),
    modified: new Set(),
    todos: [],
    unknown: 0,
  };
  const shared: Shared = { sequence: 0, time: Date.UTC(2026, 10, 20), expected, agents: new Map() };
  const writer = new FileWriter(shared, undefined);
  for (const step of steps) writer.step(step);
  writer.finish();
  return { lines: writer.lines, agents: shared.agents, expected };
}

class FileWriter {
  readonly lines: string[] = [];
  private readonly open: string[] = [];
  private readonly tasks = new Map<string, string>();

  constructor(
    private readonly shared: Shared,
    private readonly agent: string | undefined,
  ) {}

  /** What has no result comes last. */
  finish(): void {
    this.shared.expected.events.push(...this.open);
  }

  step(step: Step): void {
    const { expected } = this.shared;
    const typed = this.agent === undefined;
    const decision = step.decides ? '\nWe decided to use the second one.' : '';
    const words = `W${this.shared.sequence} ${step.text}${decision}`;
    if (step.decides && typed && (step.kind === 'prompt' || step.kind === 'answer')) expected.decisions += 1;
    switch (step.kind) {
      case 'prompt':
        this.user(words);
        this.told(`prompt ${this.here} ${typed} ${words}`);
        if (typed) expected.prompts += 1;
        break;
      case 'notice':
        this.user(`<task-notification>${step.text}`);
        this.told(`prompt ${this.here} false <task-notification>${step.text}`);
        break;
      case 'answer':
        this.message([{ type: 'text', text: words }], step.split);
        this.told(`answer ${this.here} ${words}`);
        break;
      case 'calls':
        this.calls(step);
        break;
      case 'compaction':
        this.record({
          type: 'system',
          subtype: 'compact_boundary',
          content: step.text,
          compactMetadata: { trigger: 'auto', preTokens: 5 },
        });
        this.told(`compaction ${this.here}`);
        expected.compactions += 1;
        this.user(words, { isVisibleInTranscriptOnly: true, isCompactSummary: true });
        this.told(`compact-summary ${this.here} ${words}`);
        break;
      case 'api-error':
        this.record({
          type: 'assistant',
          message: answerOf(`err${this.shared.sequence}`, '<synthetic>', [{ type: 'text', text: words }], 0),
          isApiErrorMessage: true,
          error: 'rate_limit',
          apiErrorStatus: 429,
        });
        this.told(`error ${this.here} ${words}`);
        expected.apiErrors += 1;
        break;
      case 'synthetic':
        this.record({
          message: answerOf(
            `syn${this.shared.sequence}`,
            '<synthetic>',
            [{ type: 'text', text: step.text }],
            0,
          ),
          type: 'assistant',
        });
        this.told(`answer ${this.here} ${step.text}`);
        break;
      case 'quiet':
        this.line({
          type: 'file-history-snapshot',
          messageId: 'm',
          snapshot: {
            messageId: 'm',
            trackedFileBackups: { [step.text]: 1 },
            timestamp: '2001-01-01T00:00:00.000Z',
          },
          isSnapshotUpdate: false,
        });
        break;
      case 'attachment':
        this.record({
          attachment: { type: 'skill_listing', content: step.text, timestamp: '2001-01-01T00:00:00.000Z' },
          type: 'attachment',
        });
        break;
      case 'hook':
        this.record({
          attachment: { type: 'hook_success', hookName: 'Stop', content: step.text },
          type: 'attachment',
        });
        this.told(`hook ${this.here} hook_success`);
        break;
      case 'task-end':
        this.line({
          type: 'queue-operation',
          operation: 'enqueue',
          timestamp: this.tick(),
          content: '<task-id>t1</task-id>',
        });
        this.told(`task-end ${this.here} t1`);
        break;
      default:
        this.record({ type: 'constructor', payload: { message: step.text, tool_use_id: 'x' } });
        expected.unknown += 1;
    }
  }

  private calls(step: Step): void {
    const asked = step.calls.map((one) => ({
      one,
      id: `toolu_${this.next()}`,
      line: 0,
      input: {} as Record<string, unknown>,
    }));
    const message = `msg_${this.shared.sequence}`;
    for (const call of asked) call.input = inputOf(call.one);
    const blocks = asked.map(({ one, id, input }) => ({
      type: 'tool_use',
      id,
      name: nameOf(one.tool),
      input,
    }));
    if (step.split) {
      for (const [index, call] of asked.entries()) {
        this.answerRecord(message, [blocks[index]], 10 + index);
        call.line = this.lines.length;
      }
    } else {
      this.answerRecord(message, blocks, 20);
      for (const call of asked) call.line = this.lines.length;
    }
    const order = asked
      .map((call, index) => ({ call, by: step.shuffle[index] ?? 0 }))
      .sort((a, b) => a.by - b.by);
    const answered = order.map(({ call }) => call).filter((call) => !call.one.open);
    for (const call of asked) {
      this.shared.expected.calls += 1;
      if (call.one.open)
        this.open.push(`call ${this.agent ?? ''}:${call.line} ${nameOf(call.one.tool)} ${call.id} open`);
    }
    for (const call of answered) this.result(call.one, call.id, call.line, call.input);
  }

  private result(one: CallStep, id: string, line: number, input: Record<string, unknown>): void {
    const { expected } = this.shared;
    const name = nameOf(one.tool);
    // A task tool that fails changes nothing, which is said elsewhere.
    const ok = one.ok || name.startsWith('Task');
    const file = FILES[one.file] ?? '';
    let agent: string | undefined;
    if (ok && name === 'Agent' && this.agent === undefined) {
      agent = `a${id.slice(6)}`;
      this.subagent(agent, one);
    }
    const shown = shownBy(one, file);
    const block = ok
      ? {
          tool_use_id: id,
          type: 'tool_result',
          content: name.startsWith('mcp') ? [{ type: 'text', text: shown }] : shown,
          ...(name === 'Bash' ? { is_error: false } : {}),
        }
      : { type: 'tool_result', content: `Error: ${one.text}`, is_error: true, tool_use_id: id };
    const detail = ok ? detailOf(one, agent, input, this.tasks.size + 1) : `Error: ${one.text}`;
    // Of what a sub-agent did the client notes nothing.
    this.user([block], {}, this.agent === undefined ? detail : undefined);
    const result = this.lines.length;
    const here = this.here;
    if (agent !== undefined) {
      expected.agents += 1;
      this.told(`subagent ${here} ${agent} completed`);
    }
    this.told(`call ${this.agent ?? ''}:${line} ${name} ${id} ${result} ${ok ? 'ok' : 'failed'}`);
    if (!ok) expected.failedCalls += 1;
    if (name === 'Bash') expected.commands += 1;
    if (name === 'Bash' && !ok) expected.failedCommands += 1;
    if (ok && (name === 'Write' || name === 'Edit')) {
      const created = one.tool === 'Create';
      expected.edits += 1;
      if (created) expected.created.add(file);
      else if (!expected.created.has(file)) expected.modified.add(file);
      this.told(`edit ${here} ${id} ${file} ${created ? 'created' : 'modified'}`);
    }
    if (ok) this.todos(one, name, here);
  }

  private todos(one: CallStep, name: string, here: string): void {
    let list: string[] | undefined;
    if (name === 'TodoWrite') list = [`todo ${one.number}=pending`, 'done=completed'];
    if (name === 'TaskCreate') this.tasks.set(String(this.tasks.size + 1), `Task ${one.number}=pending`);
    if (name === 'TaskUpdate') {
      const id = String(one.number);
      const before = this.tasks.get(id);
      const words = before?.replace(/=\w+$/, '') ?? `Task #${id}`;
      if (before === undefined && one.ok) this.tasks.delete(id);
      else this.tasks.set(id, `${words}=${one.ok ? 'completed' : 'in_progress'}`);
    }
    if (name.startsWith('Task')) list = [...this.tasks.values()];
    if (list === undefined) return;
    this.told(`todos ${here} ${list.join(',')}`);
    if (this.agent === undefined) this.shared.expected.todos = list;
  }

  private subagent(id: string, one: CallStep): void {
    const writer = new FileWriter(this.shared, id);
    const call = (tool: string): CallStep => ({ ...one, tool, open: false });
    const rest = { text: one.text, decides: true, split: true, shuffle: [0, 0, 0, 0] };
    writer.step({ kind: 'prompt', calls: [], ...rest });
    writer.step({
      kind: 'calls',
      calls: [call('Edit'), call('Bash'), call('Create'), call('Grep')],
      ...rest,
    });
    writer.step({ kind: 'answer', calls: [], ...rest });
    writer.finish();
    this.shared.agents.set(id, writer.lines);
  }

  private message(blocks: unknown[], split: boolean): void {
    const message = `msg_${this.next()}`;
    if (split) this.answerRecord(message, [{ type: 'thinking', thinking: '', signature: 's' }], 1);
    this.answerRecord(message, blocks, 30);
  }

  private answerRecord(message: string, blocks: unknown[], output: number): void {
    this.record({
      message: answerOf(message, 'claude-opus-4-8', blocks, output),
      requestId: 'req_1',
      type: 'assistant',
    });
    this.shared.expected.usage.set(message, output);
  }

  private user(content: unknown, more: Record<string, unknown> = {}, toolUseResult?: unknown): void {
    this.record({ type: 'user', message: { role: 'user', content }, ...more }, toolUseResult);
  }

  private record(fields: Record<string, unknown>, toolUseResult?: unknown): void {
    this.shared.sequence += 1;
    this.line({
      parentUuid: uuidOf(this.shared.sequence - 1),
      isSidechain: this.agent !== undefined,
      ...(this.agent === undefined ? {} : { agentId: this.agent }),
      ...fields,
      uuid: uuidOf(this.shared.sequence),
      timestamp: this.tick(),
      ...(toolUseResult === undefined ? {} : { toolUseResult }),
      userType: 'external',
      entrypoint: 'cli',
      cwd: '/repo',
      sessionId: 'd8b287cd-b67d-482e-a5c1-57eaf013fdcd',
      version: '2.1.197',
      gitBranch: 'main',
    });
  }

  private line(fields: Record<string, unknown>): void {
    this.lines.push(JSON.stringify(fields));
  }

  private next(): number {
    this.shared.sequence += 1;
    return this.shared.sequence;
  }

  private tick(): string {
    this.shared.time += 1_000;
    return new Date(this.shared.time).toISOString();
  }

  private told(signature: string): void {
    this.shared.expected.events.push(signature);
  }

  /** Where the line written last stands. */
  private get here(): string {
    return `${this.agent ?? ''}:${this.lines.length}`;
  }
}
