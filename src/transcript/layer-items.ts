import * as path from 'node:path';
import { mayWrite } from './commands.ts';
import type { EditEvent, ToolCallEvent, TranscriptEvent } from './events.ts';
import type { SessionFacts, Source } from './facts.ts';
import type { ItemKind, LayerItem } from './layers.ts';
import { isTestCommand, oneLine, unresolvedRuns, wholeText } from './narrative.ts';
import { textOf } from './record.ts';

/** A session to be told by age. */
export interface LayeredSession {
  id: string;
  facts: SessionFacts;
  /** Milliseconds since 1970; undefined while it goes on or can go on. */
  endedAt: number | undefined;
  endReason: string | undefined;
  /** Its summary document, relative to the top of the working tree. */
  summary: string | undefined;
}

const FULL_LENGTH = 1_200;

/** Statements from the facts of a session: everything that older layers tell. */
export function itemsOfFacts(session: LayeredSession, root: string): LayerItem[] {
  const { facts, id } = session;
  const item = itemMaker(id, facts.to ?? 0);
  const files =
    (what: string) =>
    ([file, source]: [string, Source]) =>
      item('file', `${what} ${name(root, file)}`, source);
  const runs = facts.commands.filter(({ value }) => mayWrite(value.command) || isTestCommand(value.command));
  const open = facts.todos.filter((todo) => todo.status !== 'completed');
  const failing = unresolvedRuns(facts);
  const { lastAnswer } = facts;
  return [
    ...facts.prompts.map((one) => item('prompt', `Asked: ${oneLine(one.value)}`, one)),
    ...[...facts.filesCreated].map(files('Created')),
    ...[...facts.filesModified].map(files('Modified')),
    ...runs.map((run) => {
      const text = `${isTestCommand(run.value.command) ? 'Tests' : 'Ran'} \`${oneLine(run.value.command)}\`: ${run.value.ok ? 'ok' : 'failed'}`;
      return item(isTestCommand(run.value.command) ? 'test' : 'command', text, run);
    }),
    ...facts.agents.map((one) => item('agent', `Sub-agent ${oneLine(one.value)}`, one)),
    ...facts.failures.flatMap((one) => {
      if (one.resolvedBy === undefined) return [];
      const text = `${oneLine(one.value)}; resolved`;
      return [{ ...item('resolved', text, one), sources: [one, one.resolvedBy] }];
    }),
    ...failing.map((run) => item('unresolved', run.value, run)),
    ...facts.apiErrors
      .filter((error) => error.order > (lastAnswer?.order ?? 0))
      .map((error) => item('unresolved', `API error: ${oneLine(error.value)}`, error)),
    ...open.map((todo) =>
      item('todo', `Todo${todo.status === 'in_progress' ? ' in progress' : ''}: ${oneLine(todo.text)}`, {
        ...todo,
        agent: undefined,
      }),
    ),
    ...facts.decisions.map((one) => item('decision', oneLine(one.value), one)),
    ...(lastAnswer === undefined
      ? []
      : [item('state', `Last said: ${oneLine(lastAnswer.value)}`, lastAnswer)]),
    ...briefItem(session, item),
  ];
}

/** The line of the fourth layer. */
export function sessionItem(session: LayeredSession, goal: string | undefined): LayerItem {
  const { facts } = session;
  const from = facts.from ?? session.endedAt ?? 0;
  const minutes = Math.round(((facts.to ?? from) - from) / 60_000);
  const parts = [
    counted(facts.filesCreated.size + facts.filesModified.size, 'file'),
    counted(facts.totals.decisions, 'decision'),
    counted(facts.todos.filter((todo) => todo.status !== 'completed').length, 'open todo'),
    `${unresolvedRuns(facts).length} unresolved`,
  ];
  const where = session.summary === undefined ? '' : `; ${session.summary}`;
  const text = `${minuteOf(from)} (${minutes} min) ${goal ?? 'no prompt'}; ${parts.join(', ')}${where}`;
  return { kind: 'session', text, at: session.endedAt ?? facts.to ?? 0, session: session.id, sources: [] };
}

/** Statements from single events: what only the first layer tells. Facts tell decisions, failures and todos. */
export function itemsOfEvent(event: TranscriptEvent, session: string, root: string): LayerItem[] {
  const item = itemMaker(session, event.at ?? 0);
  switch (event.kind) {
    case 'answer':
      return [item('answer', `Said: ${wholeText(event.text, FULL_LENGTH)}`, event)];
    case 'edit':
      return [item('call', `${event.tool} ${name(root, event.file)}${changeOf(event)}`, event)];
    case 'tool-call':
      return callItems(event, item, root);
    default:
      return [];
  }
}

type MakeItem = (
  kind: ItemKind,
  text: string,
  source: { place: Source['place']; agent: string | undefined; at: number | undefined },
) => LayerItem;

function itemMaker(session: string, fallback: number): MakeItem {
  return (kind, text, { place, agent, at }) => ({
    kind,
    text,
    at: at ?? fallback,
    session,
    sources: [{ place, agent }],
  });
}

/** A session in work as the third layer tells it. */
function briefItem({ facts }: LayeredSession, item: MakeItem): LayerItem[] {
  const last = facts.prompts[0] ?? facts.lastAnswer;
  if (last === undefined) return [];
  const { prompts, edits, commands, failedCommands } = facts.totals;
  const files = facts.filesCreated.size + facts.filesModified.size;
  return [
    item(
      'brief',
      `${prompts} prompts, ${edits} edits of ${files} files, ${commands} commands (${failedCommands} failed) since ${minuteOf(facts.from ?? 0)}`,
      last,
    ),
  ];
}

function callItems(event: ToolCallEvent, item: MakeItem, root: string): LayerItem[] {
  const { tool, input, result } = event;
  if (['Write', 'Edit', 'MultiEdit', 'NotebookEdit'].includes(tool)) return [];
  const output = result?.text?.trim() ?? '';
  const printed =
    output === ''
      ? []
      : [
          item('output', `Output: ${wholeText(output, FULL_LENGTH)}`, {
            ...event,
            place: result?.place ?? event.place,
          }),
        ];
  if (tool === 'Bash') {
    // Commands that change something come from the facts.
    const command = textOf(input.command) ?? '';
    const told = mayWrite(command) || isTestCommand(command);
    return [...(told ? [] : [item('call', `Ran \`${oneLine(command)}\``, event)]), ...printed];
  }
  const about =
    textOf(input.file_path) ?? textOf(input.pattern) ?? textOf(input.url) ?? textOf(input.description) ?? '';
  return [item('call', `${tool} ${name(root, about)}`.trimEnd(), event)];
}

function changeOf(event: EditEvent): string {
  const lines = event.hunks?.flatMap((hunk) => hunk.lines) ?? [];
  const count = (mark: string): number => lines.filter((line) => line.startsWith(mark)).length;
  return lines.length === 0 ? '' : ` (+${count('+')} -${count('-')})`;
}

function name(root: string, file: string): string {
  return oneLine(file.startsWith(`${root}${path.sep}`) ? path.relative(root, file) : file);
}

function counted(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}

/** `2026-11-28 14:02`, in UTC. */
export function minuteOf(time: number): string {
  return new Date(time).toISOString().slice(0, 16).replace('T', ' ');
}
