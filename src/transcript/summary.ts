import * as path from 'node:path';
import type { SessionFacts } from './facts.ts';
import { isTestCommand, oneLine } from './narrative.ts';

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

function cite(line: number): string {
  return ` (${line})`;
}
