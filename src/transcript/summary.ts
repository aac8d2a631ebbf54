import * as path from 'node:path';
import { redactText } from '../redact/redact.ts';
import type { SessionFacts } from './facts.ts';

const TEST_COMMAND =
  /\b(?:npm (?:run )?t(?:est)?|yarn test|pnpm (?:run )?test|bun test|vitest|jest|mocha|pytest|tox|go test|cargo test|mvn test|gradle test|rspec|phpunit|ctest|make (?:test|check)|node --test)\b/;

/** Whether a shell command runs tests. */
export function isTestCommand(command: string): boolean {
  return TEST_COMMAND.test(command);
}

export interface SummaryInput {
  session: string;
  /** Milliseconds since 1970. */
  startedAt: number;
  endedAt: number;
  reason: string;
  branch: string | undefined;
  root: string;
  transcript: string | undefined;
  checkpoint: string | undefined;
  /** Files the working tree has changed against HEAD, as git tells. */
  changed: string[];
}

/** The session summary as Markdown. Every line read from the transcript names the line it comes from. */
export function renderSummary(facts: SessionFacts, input: SummaryInput): string {
  const open = facts.todos.filter((todo) => todo.status !== 'completed');
  const failed = facts.failures;
  const sections: [string, string[]][] = [
    ['What was done', doneLines(facts, input.root)],
    ['Decisions', facts.decisions.map((item) => `- ${oneLine(item.value)}${cite(item.line)}`)],
    [
      'Issues met',
      [
        ...facts.apiErrors.map((item) => `- API error: ${oneLine(item.value)}${cite(item.line)}`),
        ...failed.map(
          (item) =>
            `- ${oneLine(item.value)}${cite(item.line)}${item.resolvedBy === undefined ? '; not resolved' : `; resolved${cite(item.resolvedBy)}`}`,
        ),
      ],
    ],
    ['Current state', stateLines(facts, input)],
    [
      'Open todos',
      open.map(
        (todo) =>
          `- [ ] ${oneLine(todo.text)}${todo.status === 'in_progress' ? ' (in progress)' : ''}${cite(todo.line)}`,
      ),
    ],
  ];
  const head = [
    `# Session ${input.session.slice(0, 8)}`,
    '',
    `From ${new Date(input.startedAt).toISOString()} to ${new Date(input.endedAt).toISOString()}; ended: ${input.reason}.`,
    input.transcript === undefined
      ? 'There was no transcript to read.'
      : `Numbers in parentheses are lines of ${input.transcript}`,
    ...(facts.damaged > 0 ? [`${facts.damaged} damaged lines of the transcript were skipped.`] : []),
  ];
  return `${[...head, ...sections.flatMap(([title, lines]) => ['', `## ${title}`, ...(lines.length === 0 ? ['- none'] : lines)])].join('\n')}\n`;
}

function doneLines(facts: SessionFacts, root: string): string[] {
  const relative = (file: string): string =>
    file.startsWith(`${root}${path.sep}`) ? path.relative(root, file) : file;
  const tests = facts.commands.filter((item) => isTestCommand(item.value.command));
  return [
    ...facts.prompts.map((item) => `- Asked: ${oneLine(item.value)}${cite(item.line)}`),
    ...[...facts.filesCreated].map(([file, line]) => `- Created ${relative(file)}${cite(line)}`),
    ...[...facts.filesModified].map(([file, line]) => `- Modified ${relative(file)}${cite(line)}`),
    ...(facts.commands.length > 0
      ? [
          `- Ran ${facts.commands.length} commands, ${facts.commands.filter((item) => !item.value.ok).length} failed`,
        ]
      : []),
    ...tests
      .slice(-3)
      .map(
        (item) =>
          `- Tests \`${oneLine(item.value.command)}\`: ${item.value.ok ? 'passed' : 'failed'}${cite(item.line)}`,
      ),
  ];
}

function stateLines(facts: SessionFacts, input: SummaryInput): string[] {
  const shown = input.changed.slice(0, 20);
  return [
    `- Branch: ${input.branch ?? 'none'}`,
    ...(facts.lastAnswer === undefined
      ? []
      : [`- Last answer: ${oneLine(facts.lastAnswer.value)}${cite(facts.lastAnswer.line)}`]),
    ...(input.checkpoint === undefined ? [] : [`- Last checkpoint: ${input.checkpoint}`]),
    ...(input.changed.length === 0
      ? ['- Nothing uncommitted']
      : [
          `- Uncommitted: ${shown.join(', ')}${input.changed.length > shown.length ? ` and ${input.changed.length - shown.length} more` : ''}`,
        ]),
  ];
}

/** What a checkpoint document says of the session: the last prompt, the last answer, the open todos. */
export function narrativeOf(facts: SessionFacts): {
  workingOn?: string;
  lastCompleted?: string;
  nextSteps: string[];
  notes: string[];
  testCommand?: string;
} {
  const done = facts.todos.filter((todo) => todo.status === 'completed').at(-1)?.text;
  const answer = facts.lastAnswer === undefined ? undefined : oneLine(facts.lastAnswer.value);
  const test = facts.commands.filter((item) => isTestCommand(item.value.command)).at(-1)?.value.command;
  const prompt = facts.prompts.at(-1)?.value;
  return {
    ...(prompt === undefined ? {} : { workingOn: oneLine(prompt) }),
    ...(done === undefined && answer === undefined ? {} : { lastCompleted: done ?? answer }),
    nextSteps: facts.todos.filter((todo) => todo.status !== 'completed').map((todo) => oneLine(todo.text)),
    notes: [
      ...facts.decisions.slice(-5).map((item) => `Decision: ${oneLine(item.value)}`),
      ...facts.failures
        .filter((item) => item.resolvedBy === undefined)
        .slice(-5)
        .map((item) => `Not resolved: ${oneLine(item.value)}`),
    ],
    ...(test === undefined ? {} : { testCommand: oneLine(test) }),
  };
}

function cite(line: number): string {
  return ` (${line})`;
}

function oneLine(text: string): string {
  // Redacted before it is cut: half a secret is no longer known as one.
  const flat = redactText(text.slice(0, 10_000)).replace(/\s+/g, ' ').trim();
  return flat.length <= 300 ? flat : `${Array.from(flat.slice(0, 300)).slice(0, -1).join('')}…`;
}
