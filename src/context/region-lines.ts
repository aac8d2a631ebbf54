import type { ContextFacts, SessionPart, Todo, WorkFile } from './facts.ts';
import { itemText, sameWords } from './item.ts';
import type { Proposal } from './proposals.ts';

const FILES = 15;
const TODOS = 20;
const TEXT = 200;
const NEXT = /^\d+\. \[( |x|X)\] (.*) \(session ([\w.-]+), line (@?\d+)\)$/;

/** Current Work: feature and status of the last session, the branch and the files in work of now. */
export function workLines(facts: ContextFacts, old: readonly string[]): string[] {
  const { session, branch, files } = facts;
  const feature =
    session?.feature === undefined
      ? keep(old, '- Feature: ')
      : [`- Feature: ${itemText(session.feature, TEXT)}`];
  return [
    ...feature,
    ...(session?.todos === undefined ? keep(old, '- Status: ') : statusLines(session.todos)),
    ...(branch === null ? [] : [`- Branch: ${branch === undefined ? 'detached' : itemText(branch, TEXT)}`]),
    ...(files === undefined
      ? old.filter((line) => /^(?:- Files in work:| {2}- )/.test(line))
      : fileLines(files)),
  ];
}

function fileLines(files: readonly WorkFile[]): string[] {
  if (files.length === 0) return [];
  return [
    '- Files in work:',
    ...files.slice(0, FILES).map(({ path, status }) => `  - ${itemText(path, TEXT)} (${status})`),
    ...(files.length > FILES ? [`  - and ${files.length - FILES} more`] : []),
  ];
}

function keep(old: readonly string[], start: string): string[] {
  return old.filter((line) => line.startsWith(start)).slice(0, 1);
}

function statusLines(todos: readonly Todo[]): string[] {
  const done = todos.filter((todo) => todo.done).length;
  if (todos.length === 0) return [];
  return [`- Status: ${Math.round((100 * done) / todos.length)}% (${done} of ${todos.length} todos done)`];
}

/** Next Session: what is open, then what was done, numbered; each with its line in the transcript. */
export function nextLines(session: SessionPart | undefined): string[] {
  const todos = session?.todos ?? [];
  if (session === undefined || todos.length === 0) return ['1. Nothing open'];
  const ordered = [...todos.filter((todo) => !todo.done), ...todos.filter((todo) => todo.done)];
  const lines = ordered.slice(0, TODOS).map((todo, index) => {
    const source = `(session ${session.id}, line ${todo.line})`;
    return `${index + 1}. [${todo.done ? 'x' : ' '}] ${itemText(todo.text, TEXT)} ${source}`;
  });
  return ordered.length > TODOS ? [...lines, `${TODOS + 1}. and ${ordered.length - TODOS} more`] : lines;
}

/** Steps of an earlier session that are open and that this one, which has its own, does not name: proposed as issues. */
export function leftSteps(old: readonly string[], session: SessionPart): Proposal[] {
  if (session.todos === undefined) return [];
  const named = new Set(session.todos.map((todo) => sameWords(itemText(todo.text, TEXT))));
  return old.flatMap((row) => {
    const [, box, text = '', id = '', line = ''] = NEXT.exec(row) ?? [];
    if (box !== ' ' || id === session.id || named.has(sameWords(text))) return [];
    return [{ text, session: id, line }];
  });
}

export function commitLines(commits: readonly string[]): string[] {
  return commits.map((commit) => `- ${itemText(commit, TEXT)}`);
}
