import * as path from 'node:path';
import { citePlace } from './events.ts';
import type { SessionFacts, Source } from './facts.ts';
import { goalOf, oneLine, unresolvedRuns } from './narrative.ts';

const MOST = { decisions: 20, todos: 20, files: 15, failing: 6 };

/**
 * What a session must not forget: its goal, decisions, open todos, files in work, failing tests and errors that were not put
 * right, and where it was; one line each, redacted, with where it comes from. Empty where nothing happened yet. The same facts
 * give the same lines.
 * @param root top of the working tree: files below it are named from there.
 */
export function stateLines(facts: SessionFacts, root: string): string[] {
  const goal = goalOf(facts);
  const open = facts.todos.filter((todo) => todo.status !== 'completed');
  const done = facts.todos.length - open.length;
  const files = filesInWork(facts).slice(0, MOST.files);
  const more = facts.filesCreated.size + facts.filesModified.size - files.length;
  const { lastAnswer } = facts;
  const lines = [
    ...(goal === undefined ? [] : [`- Goal: ${oneLine(goal.value)}${cite(goal)}`]),
    ...facts.decisions
      .slice(-MOST.decisions)
      .map((item) => `- Decision: ${oneLine(item.value)}${cite(item)}`),
    ...open
      .slice(0, MOST.todos)
      .map(
        (todo) =>
          `- Todo${todo.status === 'in_progress' ? ' in progress' : ''}: ${oneLine(todo.text)} (${citePlace(todo.place)})`,
      ),
    ...(open.length > MOST.todos ? [`- and ${open.length - MOST.todos} more todos`] : []),
    ...(facts.todos.length > 0 ? [`- Status: ${done} of ${facts.todos.length} todos done`] : []),
    ...unresolvedRuns(facts)
      .slice(-MOST.failing)
      .map((run) => `- ${run.value}${cite(run)}`),
    ...files.map(([file, source]) => `- File in work: ${oneLine(nameFrom(root, file))}${cite(source)}`),
    ...(more > 0 ? [`- and ${more} more files`] : []),
    ...(lastAnswer === undefined ? [] : [`- Last said: ${oneLine(lastAnswer.value)}${cite(lastAnswer)}`]),
  ];
  return lines;
}

/** The file changed last first. */
function filesInWork(facts: SessionFacts): [string, Source][] {
  return [...facts.filesCreated, ...facts.filesModified].sort(([, a], [, b]) => b.order - a.order);
}

function nameFrom(root: string, file: string): string {
  return file.startsWith(`${root}${path.sep}`) ? path.relative(root, file) : file;
}

function cite(source: Source): string {
  return ` (${citePlace(source.place, source.agent)})`;
}
