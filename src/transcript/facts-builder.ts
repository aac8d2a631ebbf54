import { redactHead } from '../redact/redact.ts';
import { decisionsIn } from './decisions.ts';
import type { EditEvent, ToolCallEvent, TranscriptEvent, TranscriptReport, UsageEvent } from './events.ts';
import type { Cited, Failure, SessionFacts, Source, TokenUse } from './facts.ts';
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
const LONGEST = { prompt: 2_000, answer: 20_000, command: 1_000, output: 2_000, subject: 200, decision: 600 };

/** Takes events in their order and tells what happened. */
export class FactsBuilder {
  private readonly facts: SessionFacts;
  private order = 0;
  /** Failures not put right yet, by their subject. */
  private readonly open = new Map<string, Failure[]>();

  /** @param after facts of the same session that the events go on from. */
  constructor(after?: SessionFacts) {
    this.facts = after === undefined ? noFacts() : structuredClone(after);
    const { prompts, commands, failures, decisions, apiErrors, lastAnswer } = this.facts;
    this.order = Math.max(0, lastAnswer?.order ?? 0);
    for (const { order } of [...prompts, ...commands, ...failures, ...decisions, ...apiErrors]) {
      this.order = Math.max(this.order, order);
    }
    for (const failure of failures) if (failure.resolvedBy === undefined) this.opened(failure);
  }

  add(event: TranscriptEvent): void {
    const { facts } = this;
    this.order += 1;
    const source = { place: event.place, at: event.at, agent: event.agent, order: this.order };
    if (event.at !== undefined) {
      facts.from = Math.min(facts.from ?? event.at, event.at);
      facts.to = Math.max(facts.to ?? event.at, event.at);
    }
    if (event.kind === 'prompt') this.prompt(event.text, event.typed, source);
    else if (event.kind === 'answer') this.answer(event.text, source);
    else if (event.kind === 'tool-call') this.call(event, source);
    else if (event.kind === 'edit') this.edit(event, source);
    else if (event.kind === 'usage') addUsage(facts.usage, event);
    else if (event.kind === 'compaction') facts.compactions += 1;
    else if (event.kind === 'error') {
      keep(facts.apiErrors, { value: copyText(event.text, LONGEST.decision), ...source }, MOST.apiErrors);
    } else if (event.kind === 'subagent') {
      const status = event.status === undefined ? '' : ` (${event.status})`;
      const value = `${event.type ?? 'agent'}: ${event.description ?? 'no description'}${status}`;
      keep(facts.agents, { value: copyText(value, LONGEST.decision), ...source }, MOST.agents);
    } else if (event.kind === 'todos' && event.agent === undefined) {
      facts.todos = event.todos.map((todo) => ({ ...todo, text: copyText(todo.text, LONGEST.prompt) }));
    }
  }

  finish(report: TranscriptReport): SessionFacts {
    const { facts } = this;
    facts.lines += report.lines;
    facts.damaged += report.damaged + report.tooLong;
    facts.end = report.end;
    return facts;
  }

  private prompt(text: string, typed: boolean, source: Source): void {
    if (!typed || source.agent !== undefined) return;
    this.facts.totals.prompts += 1;
    keep(this.facts.prompts, { value: copyText(text, LONGEST.prompt), ...source }, MOST.prompts);
    this.decisions(text, source);
  }

  private answer(text: string, source: Source): void {
    if (source.agent !== undefined) return;
    this.facts.lastAnswer = { value: copyText(text, LONGEST.answer), ...source };
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
    facts.totals.calls += 1;
    const failed = result?.isError === true;
    if (failed) facts.totals.failedCalls += 1;
    const command = event.tool === 'Bash' ? (wordsOf(event.input.command) ?? '') : undefined;
    if (command !== undefined && result !== undefined) {
      facts.totals.commands += 1;
      if (failed) facts.totals.failedCommands += 1;
      const output = failed ? copyText(redactHead(result.text ?? '', LONGEST.output), LONGEST.output) : '';
      const value = { command: copyText(command, LONGEST.command), ok: !failed, output };
      keep(facts.commands, { value, ...source }, MOST.commands);
    }
    if (result !== undefined)
      this.outcome(event, failed, { ...source, place: result.place, at: result.at ?? source.at });
  }

  /** A failure is put right by the same call, or the same tool on the same file, that works later. */
  private outcome(event: ToolCallEvent, failed: boolean, source: Source): void {
    if (!failed && this.open.size === 0) return;
    const subject = subjectOf(event);
    if (!failed) {
      for (const failure of this.open.get(subject) ?? []) failure.resolvedBy = source;
      this.open.delete(subject);
      return;
    }
    const first = (event.result?.text ?? '').trim().split('\n')[0] ?? '';
    const value = copyText(`${event.tool} ${subject}: ${redactHead(first, 300)}`, LONGEST.decision);
    const failure = { value, subject, tool: event.tool, resolvedBy: undefined, ...source };
    keep(this.facts.failures, failure, MOST.failures);
    this.opened(failure);
  }

  private opened(failure: Failure): void {
    const same = this.open.get(failure.subject);
    if (same === undefined) this.open.set(failure.subject, [failure]);
    else same.push(failure);
  }

  private edit(event: EditEvent, source: Source): void {
    const { filesCreated, filesModified, totals } = this.facts;
    totals.edits += 1;
    const file = copyText(event.file, 4_096);
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
    commands: [],
    failures: [],
    apiErrors: [],
    decisions: [],
    todos: [],
    agents: [],
    compactions: 0,
    usage: { messages: 0, input: 0, output: 0, cacheRead: 0, cacheWrite: 0 },
    totals: { prompts: 0, calls: 0, failedCalls: 0, commands: 0, failedCommands: 0, edits: 0, decisions: 0 },
    from: undefined,
    to: undefined,
    lines: 0,
    damaged: 0,
    end: 0,
  };
}

function addUsage(to: TokenUse, event: UsageEvent): void {
  to.messages += 1;
  to.input += event.input;
  to.output += event.output;
  to.cacheRead += event.cacheRead;
  to.cacheWrite += event.cacheWrite;
}

function keep<T extends Cited<unknown>>(list: T[], item: T, most: number): void {
  list.push(item);
  if (list.length > most + most / 4) list.splice(0, list.length - most);
}

function subjectOf({ input }: ToolCallEvent): string {
  const subject =
    wordsOf(input.command) ??
    wordsOf(input.file_path) ??
    wordsOf(input.notebook_path) ??
    JSON.stringify(input);
  return copyText(subject, LONGEST.subject);
}

/** A part of a string keeps the whole of it in memory; a copy does not. */
function copyText(text: string, limit: number): string {
  const cut = text.length > limit ? `${text.slice(0, limit - 1).replace(/[\uD800-\uDBFF]$/, '')}…` : text;
  return Buffer.from(cut, 'utf8').toString('utf8');
}
