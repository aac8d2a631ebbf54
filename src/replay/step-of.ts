import { redactText } from '../redact/redact.ts';
import { below, describeCall } from './describe-call.ts';
import type { RecordedCall, RecordedEdit, RecordedHappening } from './events.ts';
import { redactHunks } from './hunks.ts';
import { safeInput, safeLine, safeText, type TextLimit } from './text.ts';
import type { ReplayStep } from './types.ts';

/** What of a step the event itself tells. */
export type StepBody = Omit<ReplayStep, 'number' | 'at'>;

export interface StepOptions extends TextLimit {
  /** The top of the working tree: files below it are named relative to it. */
  root: string;
}

/** The step an event is. Every text is redacted. */
export function stepOf(event: RecordedHappening, options: StepOptions): StepBody {
  const where = {
    cite: cite(event),
    ...(event.agent === undefined ? {} : { agent: event.agent }),
  };
  return { ...bodyOf(event, options), ...where };
}

function bodyOf(event: RecordedHappening, options: StepOptions): StepBody {
  switch (event.kind) {
    case 'prompt':
      if (event.typed) return told('prompt', 'prompt', event.text, options);
      return event.agent === undefined
        ? told('session', 'note', event.text, options)
        : told('agent', 'task', event.text, options);
    case 'answer':
      return told('answer', 'answer', event.text, options);
    case 'thinking':
      return told('answer', 'thinking', event.text, options);
    case 'error':
      return {
        ...told('error', 'error', event.text, options),
        description: safeLine(
          [event.error, event.status, event.text].filter((part) => part !== undefined).join(' '),
        ),
        failed: true,
      };
    case 'tool-call':
      return callBody(event, options);
    case 'edit':
      return editBody(event, options);
    case 'todos':
      return todosBody(event.todos, options);
    case 'compaction':
      return { lane: 'session', type: 'compaction', description: compactionLine(event) };
    case 'compact-summary':
      return told('session', 'summary', event.text, options);
    case 'subagent':
      return { lane: 'agent', type: 'sub-agent', description: safeLine(subagentLine(event)) };
    case 'hook': {
      const failed = /block|error/.test(event.outcome);
      return {
        lane: failed ? 'error' : 'tool',
        type: 'hook',
        description: safeLine(`${event.name ?? 'a hook'}: ${event.outcome.replace(/^hook_/, '')}`),
        ...(failed ? { failed } : {}),
      };
    }
    case 'task-end':
      return { lane: 'tool', type: 'task-end', description: safeLine(`${event.task} ended`) };
  }
}

function told(lane: ReplayStep['lane'], type: string, words: string, options: StepOptions): StepBody {
  const text = safeText(words, options);
  const description = safeLine(words);
  return { lane, type, description, ...(text === description ? {} : { text }) };
}

function callBody({ id, tool, input, result }: RecordedCall, options: StepOptions): StepBody {
  const failed = result?.isError === true;
  return {
    lane: failed ? 'error' : 'tool',
    type: 'tool',
    description: describeCall(tool, input, options.root),
    tool: safeLine(tool),
    call: id,
    input: safeInput(input, options),
    ...(result?.text === undefined ? {} : { result: safeText(result.text, options) }),
    ...(failed ? { failed } : {}),
  };
}

function editBody({ call, file, change, hunks }: RecordedEdit, options: StepOptions): StepBody {
  const name = redactText(below(options.root, file));
  return {
    lane: 'edit',
    type: 'edit',
    description: safeLine(`${change} ${name}`),
    file: name,
    call,
    ...(hunks === undefined ? {} : { hunks: redactHunks(hunks) }),
  };
}

const MARKS: Readonly<Record<string, string>> = { completed: 'x', in_progress: '>', pending: ' ' };

function todosBody(todos: readonly { text: string; status: string }[], options: StepOptions): StepBody {
  const done = todos.filter(({ status }) => status === 'completed').length;
  const current = todos.find(({ status }) => status === 'in_progress')?.text;
  const text = todos.map(({ text, status }) => `[${MARKS[status] ?? '?'}] ${text}`).join('\n');
  return {
    lane: 'tool',
    type: 'todo',
    description: safeLine(
      `${done} of ${todos.length} done${current === undefined ? '' : `; now: ${current}`}`,
    ),
    ...(todos.length === 0 ? {} : { text: safeText(text, options) }),
  };
}

function compactionLine(event: Extract<RecordedHappening, { kind: 'compaction' }>): string {
  const tokens = [event.tokensBefore, event.tokensAfter].filter((one) => one !== undefined);
  const how = event.trigger === undefined ? '' : ` (${safeLine(event.trigger)})`;
  return `the conversation was compacted${how}${tokens.length === 0 ? '' : `: ${tokens.join(' -> ')} tokens`}`;
}

function subagentLine(event: Extract<RecordedHappening, { kind: 'subagent' }>): string {
  const parts = [
    event.status,
    event.toolCalls === undefined ? undefined : `${event.toolCalls} calls`,
    event.tokens === undefined ? undefined : `${event.tokens} tokens`,
    event.durationMs === undefined ? undefined : `${Math.round(event.durationMs / 100) / 10} s`,
  ].filter((part) => part !== undefined);
  const what = [event.type, event.description].filter((part) => part !== undefined).join(': ');
  return `${what === '' ? 'a sub-agent' : what}${parts.length === 0 ? '' : ` (${parts.join(', ')})`}`;
}

/** `12`, `@345`, `a49d4421:12`. */
function cite({ place, agent }: RecordedHappening): string {
  const where = place.line === undefined ? `@${place.offset}` : String(place.line);
  return agent === undefined ? where : `${agent.slice(0, 8)}:${where}`;
}
