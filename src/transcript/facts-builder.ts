import { redactHead } from '../redact/redact.ts';
import { decisionsIn } from './decisions.ts';
import { EDIT_TOOLS } from './edit-hunks.ts';
import type {
  AnswerEvent,
  EditEvent,
  ToolCallEvent,
  TranscriptEvent,
  TranscriptReport,
  UsageEvent,
} from './events.ts';
import type { Cited, Failure, SessionFacts, Source, TokenUse } from './facts.ts';
import { countFile, countTool, taskEnded, taskOfCall, taskStarted } from './facts-counts.ts';
import { copyText, cutText } from './kept-text.ts';
import { wordsOf } from './record.ts';

/** Most of each kind that are kept. */
const MOST = {
  prompts: 500,
  commands: 2_000,
  failures: 1_000,
  apiErrors: 200,
  decisions: 500,
  agents: 500,
  files: 20_000,
};
const LONGEST = {
  prompt: 2_000,
  answer: 20_000,
  command: 1_000,
  output: 2_000,
  subject: 1_000,
  decision: 600,
};

/** Takes events in their order and tells what happened. */
export class FactsBuilder {
  private readonly facts: SessionFacts;
  /** Failures not put right yet, by what has to work, and on what. */
  private readonly open = new Map<string, Map<string, Failure[]>>();

  /** @param after facts of the same session that the events go on from. */
  constructor(after?: SessionFacts) {
    this.facts = after === undefined ? noFacts() : structuredClone(after);
    for (const failure of this.facts.failures) if (failure.resolvedBy === undefined) this.opened(failure);
  }

  add(event: TranscriptEvent): void {
    const { facts } = this;
    facts.events += 1;
    if (event.kind === 'usage') {
      // What a message cost is told when the next one begins, which may be in a later reading: its time does not count.
      addUsage(facts.usage, event);
      return;
    }
    this.happened(event.at);
    const source = { place: event.place, at: event.at, agent: event.agent, order: facts.events };
    if (event.kind === 'prompt') this.prompt(event.text, event.typed, source);
    else if (event.kind === 'answer') this.answer(event, source);
    else if (event.kind === 'tool-call') this.call(event, source);
    else if (event.kind === 'edit') this.edit(event, source);
    else if (event.kind === 'compaction') facts.compactions += 1;
    else if (event.kind === 'error') {
      facts.totals.apiErrors += 1;
      keep(facts.apiErrors, { value: cutText(event.text, LONGEST.decision), ...source }, MOST.apiErrors);
    } else if (event.kind === 'subagent') {
      facts.totals.agents += 1;
      if (event.status === 'async_launched' && event.id !== undefined)
        taskStarted(facts.tasks, { id: event.id, what: event.description ?? '', startedAt: event.at });
      const status = event.status === undefined ? '' : ` (${event.status})`;
      const value = `${event.type ?? 'agent'}: ${event.description ?? 'no description'}${status}`;
      keep(facts.agents, { value: copyText(value, LONGEST.decision), ...source }, MOST.agents);
    } else if (event.kind === 'task-end') {
      taskEnded(facts.tasks, event.task, event.at);
    } else if (event.kind === 'todos' && event.agent === undefined) {
      facts.todos = event.todos.map((todo) => ({ ...todo, text: cutText(todo.text, LONGEST.prompt) }));
    }
  }

  private happened(at: number | undefined): void {
    if (at === undefined) return;
    const { facts } = this;
    if (facts.from === undefined || at < facts.from) facts.from = at;
    if (facts.to === undefined || at > facts.to) facts.to = at;
  }

  finish(report: TranscriptReport): SessionFacts {
    const { facts } = this;
    facts.lines += report.lines;
    facts.damaged += report.damaged + report.tooLong;
    facts.end = report.end;
    facts.progress = report.progress;
    return facts;
  }

  private prompt(text: string, typed: boolean, source: Source): void {
    if (!typed || source.agent !== undefined) return;
    this.facts.totals.prompts += 1;
    keep(this.facts.prompts, { value: cutText(text, LONGEST.prompt), ...source }, MOST.prompts);
    this.decisions(text, source);
  }

  private answer({ text, model }: AnswerEvent, source: Source): void {
    // The client itself may speak in the model's place ("No response requested.").
    if (source.agent !== undefined || model === '<synthetic>') return;
    this.facts.lastAnswer = { value: cutText(text, LONGEST.answer), ...source };
    this.decisions(text, source);
  }

  private decisions(text: string, source: Source): void {
    for (const decision of decisionsIn(text)) {
      this.facts.totals.decisions += 1;
      keep(this.facts.decisions, { value: copyText(decision, LONGEST.decision), ...source }, MOST.decisions);
    }
  }

  private call(event: ToolCallEvent, source: Source): void {
    const { facts } = this;
    const { result } = event;
    if (!event.retold) facts.totals.calls += 1;
    const failed = result?.isError === true;
    if (failed) facts.totals.failedCalls += 1;
    countTool(facts.tools, event);
    const read = !failed && result !== undefined && /^(?:Read|NotebookRead)$/.test(event.tool);
    if (read)
      countFile(facts.filesRead, wordsOf(event.input.file_path) ?? wordsOf(event.input.notebook_path));
    const task = taskOfCall(event);
    if (task !== undefined) taskStarted(facts.tasks, task);
    const command = event.tool === 'Bash' ? (wordsOf(event.input.command) ?? '') : undefined;
    if (command !== undefined && result !== undefined) {
      facts.totals.commands += 1;
      if (failed) facts.totals.failedCommands += 1;
      const output = failed ? copyText(redactHead(result.text ?? '', LONGEST.output), LONGEST.output) : '';
      const value = { command: cutText(command, LONGEST.command), ok: !failed, output };
      keep(facts.commands, { value, ...source }, MOST.commands);
    }
    if (result === undefined) return;
    this.happened(result.at);
    // Most calls neither fail nor put anything right.
    if (!failed && (this.open.get(kindOf(event.tool))?.size ?? 0) === 0) return;
    this.outcome(event, failed, { ...source, place: result.place, at: result.at ?? source.at });
  }

  /** A failure is put right by the same tool on the same thing that works later, and on a file by any tool that edits it. */
  private outcome(event: ToolCallEvent, failed: boolean, source: Source): void {
    if (!failed) {
      const open = this.open.get(kindOf(event.tool));
      const subject = subjectOf(event);
      for (const failure of open?.get(subject) ?? []) failure.resolvedBy = source;
      open?.delete(subject);
      return;
    }
    const subject = subjectOf(event);
    const first = (event.result?.text ?? '').trim().split('\n', 1)[0] ?? '';
    const value = copyText(`${event.tool} ${subject}: ${redactHead(first, 300)}`, LONGEST.decision);
    const failure = { value, subject, tool: event.tool, resolvedBy: undefined, ...source };
    // What is no longer told need not be put right.
    for (const gone of keep(this.facts.failures, failure, MOST.failures)) this.closed(gone);
    this.opened(failure);
  }

  private opened(failure: Failure): void {
    const kind = kindOf(failure.tool);
    const open = this.open.get(kind) ?? new Map<string, Failure[]>();
    this.open.set(kind, open);
    const same = open.get(failure.subject);
    if (same === undefined) open.set(failure.subject, [failure]);
    else same.push(failure);
  }

  private closed(failure: Failure): void {
    const open = this.open.get(kindOf(failure.tool));
    const left = open?.get(failure.subject)?.filter((other) => other !== failure) ?? [];
    if (left.length > 0) open?.set(failure.subject, left);
    else open?.delete(failure.subject);
  }

  private edit(event: EditEvent, source: Source): void {
    const { filesCreated, filesModified, totals } = this.facts;
    totals.edits += 1;
    const file = cutText(event.file, 4_096);
    countFile(this.facts.filesWritten, file);
    if (filesCreated.size + filesModified.size >= MOST.files) return;
    if (event.change === 'created') filesCreated.set(file, source);
    else if (!filesCreated.has(file)) filesModified.set(file, source);
  }
}

export function noFacts(): SessionFacts {
  return {
    prompts: [],
    lastAnswer: undefined,
    filesCreated: new Map(),
    filesModified: new Map(),
    filesRead: new Map(),
    filesWritten: new Map(),
    tools: new Map(),
    tasks: [],
    commands: [],
    failures: [],
    apiErrors: [],
    decisions: [],
    todos: [],
    agents: [],
    compactions: 0,
    usage: { messages: 0, input: 0, output: 0, cacheRead: 0, cacheWrite: 0 },
    totals: {
      prompts: 0,
      calls: 0,
      failedCalls: 0,
      commands: 0,
      failedCommands: 0,
      edits: 0,
      decisions: 0,
      apiErrors: 0,
      agents: 0,
    },
    events: 0,
    from: undefined,
    to: undefined,
    lines: 0,
    damaged: 0,
    end: 0,
    progress: {
      session: { offset: 0, lines: 0, at: undefined, calls: [], usage: undefined, todos: [] },
      agents: {},
    },
  };
}

function addUsage(to: TokenUse, event: UsageEvent): void {
  const { instead } = event;
  to.messages += instead === undefined ? 1 : 0;
  to.input += event.input - (instead?.input ?? 0);
  to.output += event.output - (instead?.output ?? 0);
  to.cacheRead += event.cacheRead - (instead?.cacheRead ?? 0);
  to.cacheWrite += event.cacheWrite - (instead?.cacheWrite ?? 0);
}

/** @returns what is no longer kept. */
function keep<T extends Cited<unknown>>(list: T[], item: T, most: number): T[] {
  list.push(item);
  return list.length > most + most / 4 ? list.splice(0, list.length - most) : [];
}

/** Tools of which one may put right what another failed at. */
function kindOf(tool: string): string {
  return EDIT_TOOLS.has(tool) ? 'edit' : tool;
}

function subjectOf({ input }: ToolCallEvent): string {
  const subject =
    wordsOf(input.command) ??
    wordsOf(input.file_path) ??
    wordsOf(input.notebook_path) ??
    JSON.stringify(input);
  return cutText(subject, LONGEST.subject);
}
