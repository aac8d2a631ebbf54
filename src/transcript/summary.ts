import { citePlace } from './events.ts';
import type { SessionFacts } from './facts.ts';
import { oneLine } from './narrative.ts';
import { citation, type SummaryLine, summarySections } from './summary-sections.ts';

export interface SummaryInput {
  session: string;
  /** Milliseconds since 1970. */
  startedAt: number;
  endedAt: number;
  /** Why the session ended; undefined for one that goes on. */
  reason: string | undefined;
  branch: string | undefined;
  root: string;
  transcript: string | undefined;
  checkpoint: string | undefined;
  /** Files the working tree has changed against HEAD, as git tells. */
  changed: string[];
}

/**
 * The session summary as Markdown, written by rule. Every line read from the transcript names where it comes from: `(12)` is
 * a line, `(@345)` a byte offset, `(a49d4421:12)` a line of a sub-agent's transcript.
 */
export function renderSummary(facts: SessionFacts, input: SummaryInput): string {
  const sections = summarySections(facts, input.root);
  const parts: [string, string[]][] = [
    ['What was done', items([...sections.done, ...sections.commands, ...sections.tests])],
    ['Decisions', items(sections.decisions)],
    ['Issues met', items(sections.issues)],
    ['Current state', stateLines(facts, input)],
    ['Open todos', items(sections.todos, '- [ ] ')],
  ];
  const body = parts.flatMap(([title, lines]) => [
    '',
    `## ${title}`,
    ...(lines.length === 0 ? ['- none'] : lines),
  ]);
  return `${[...headLines(facts, input), ...body].join('\n')}\n`;
}

function headLines(facts: SessionFacts, input: SummaryInput): string[] {
  const until = input.reason === undefined ? '' : `; ended: ${input.reason}`;
  return [
    `# Session ${input.session.slice(0, 8)}`,
    '',
    `From ${new Date(input.startedAt).toISOString()} to ${new Date(input.endedAt).toISOString()}${until}.`,
    input.transcript === undefined
      ? 'There was no transcript to read.'
      : `Numbers in parentheses are lines of ${input.transcript}`,
    ...(usesOffsets(facts)
      ? [`With @ they are byte offsets; to see one: tail -c +$((OFFSET + 1)) FILE | head -n 1`]
      : []),
    ...(facts.damaged > 0 ? [`${facts.damaged} damaged lines of the transcript were skipped.`] : []),
  ];
}

function usesOffsets(facts: SessionFacts): boolean {
  const { prompts, lastAnswer, commands, failures, apiErrors, decisions, todos, agents } = facts;
  const files = [...facts.filesCreated.values(), ...facts.filesModified.values()];
  return [prompts, lastAnswer ?? [], commands, failures, apiErrors, decisions, todos, agents, files]
    .flat()
    .some(({ place }) => place.line === undefined);
}

function items(lines: readonly SummaryLine[], mark = '- '): string[] {
  return lines.map(({ text, sources }) => `${mark}${text}${citation(sources)}`);
}

function stateLines(facts: SessionFacts, input: SummaryInput): string[] {
  const shown = input.changed.slice(0, 20);
  const { lastAnswer } = facts;
  return [
    `- Branch: ${input.branch ?? 'none'}`,
    ...(lastAnswer === undefined
      ? []
      : [`- Last answer: ${oneLine(lastAnswer.value)} (${citePlace(lastAnswer.place)})`]),
    ...(input.checkpoint === undefined ? [] : [`- Last checkpoint: ${input.checkpoint}`]),
    ...(input.changed.length === 0
      ? ['- Nothing uncommitted']
      : [
          `- Uncommitted: ${shown.join(', ')}${input.changed.length > shown.length ? ` and ${input.changed.length - shown.length} more` : ''}`,
        ]),
  ];
}
