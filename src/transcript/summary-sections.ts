import * as path from 'node:path';
import { mayWrite } from './commands.ts';
import { citePlace } from './events.ts';
import type { Cited, CommandRun, Failure, SessionFacts, Source } from './facts.ts';
import { isRefusal, isTestCommand, oneLine } from './narrative.ts';

/** One statement of a summary and where it comes from; `text` is one line, redacted. */
export interface SummaryLine {
  text: string;
  sources: { place: Source['place']; agent: string | undefined; at: number | undefined }[];
}

/** What a summary says of a session, by what it is about. */
export interface SummarySections {
  done: SummaryLine[];
  commands: SummaryLine[];
  tests: SummaryLine[];
  decisions: SummaryLine[];
  issues: SummaryLine[];
  todos: SummaryLine[];
}

const SHOWN = { prompts: 30, files: 100, commands: 30, tests: 10, agents: 20, decisions: 100, issues: 60 };

/** @param root top of the working tree: files below it are named from there. */
export function summarySections(facts: SessionFacts, root: string): SummarySections {
  const relative = (file: string): string =>
    file.startsWith(`${root}${path.sep}`) ? path.relative(root, file) : file;
  const file =
    (what: string) =>
    ([name, source]: [string, Source]) =>
      line(`${what} ${oneLine(relative(name))}`, source);
  return {
    done: [
      ...limited(
        facts.prompts.map((item) => line(`Asked: ${oneLine(item.value)}`, item)),
        SHOWN.prompts,
        'prompts',
        facts.totals.prompts,
      ),
      ...limited([...facts.filesCreated].map(file('Created')), SHOWN.files, 'created files'),
      ...limited([...facts.filesModified].map(file('Modified')), SHOWN.files, 'modified files'),
      ...limited(
        facts.agents.map((item) => line(`Sub-agent ${oneLine(item.value)}`, item)),
        SHOWN.agents,
        'sub-agents',
        facts.totals.agents,
      ),
    ],
    commands: commandLines(facts),
    tests: testLines(facts),
    decisions: limited(
      facts.decisions.map((item) => line(oneLine(item.value), item)),
      SHOWN.decisions,
      'decisions',
      facts.totals.decisions,
    ),
    issues: limited(
      [
        ...facts.apiErrors.map((item) => line(`API error: ${oneLine(item.value)}`, item)),
        ...facts.failures.map((item) => issueLine(item, facts, relative)),
      ],
      SHOWN.issues,
      'issues',
      facts.totals.apiErrors + facts.totals.failedCalls,
    ),
    todos: facts.todos
      .filter((todo) => todo.status !== 'completed')
      .map((todo) =>
        line(`${oneLine(todo.text)}${todo.status === 'in_progress' ? ' (in progress)' : ''}`, {
          ...todo,
          agent: undefined,
        }),
      ),
  };
}

/** ` (12)`: where a line comes from. */
export function citation(sources: SummaryLine['sources']): string {
  return sources.length === 0
    ? ''
    : ` (${sources.map(({ place, agent }) => citePlace(place, agent)).join(', ')})`;
}

function line(text: string, ...sources: SummaryLine['sources']): SummaryLine {
  return { text, sources: sources.map(({ place, agent, at }) => ({ place, agent, at })) };
}

/** The latest of them; the first line then says how many came before, of `total` in all. */
function limited(lines: SummaryLine[], most: number, what: string, total = lines.length): SummaryLine[] {
  const shown = lines.slice(-most);
  const more = total - shown.length;
  return more <= 0 ? shown : [line(`${more} ${what} before these`), ...shown];
}

function commandLines(facts: SessionFacts): SummaryLine[] {
  const { commands, failedCommands } = facts.totals;
  if (commands === 0) return [];
  const telling = lastOfEach(
    facts.commands.filter(({ value }) => mayWrite(value.command) && !isTestCommand(value.command)),
  );
  return [
    line(`Ran ${commands} commands, ${failedCommands} failed`),
    ...(commands > facts.commands.length ? [line(`Of the last ${facts.commands.length}:`)] : []),
    ...limited(
      telling.map(({ last, runs, failed }) => {
        const times = runs === 1 ? (failed === 1 ? ': failed' : '') : `: ${runs} times, ${failed} failed`;
        return line(`Ran \`${oneLine(last.value.command)}\`${times}`, last);
      }),
      SHOWN.commands,
      'commands',
    ),
  ];
}

function testLines(facts: SessionFacts): SummaryLine[] {
  const tests = lastOfEach(facts.commands.filter(({ value }) => isTestCommand(value.command)));
  return tests.slice(-SHOWN.tests).map(({ last, runs, failed }) => {
    const before = runs === 1 ? '' : `; ${runs} runs, ${failed} failed`;
    return line(
      `Tests \`${oneLine(last.value.command)}\`: ${last.value.ok ? 'passed' : 'failed'}${before}`,
      last,
    );
  });
}

function lastOfEach(
  commands: readonly Cited<CommandRun>[],
): { last: Cited<CommandRun>; runs: number; failed: number }[] {
  const found = new Map<string, { last: Cited<CommandRun>; runs: number; failed: number }>();
  for (const run of commands) {
    const before = found.get(run.value.command);
    found.delete(run.value.command);
    found.set(run.value.command, {
      last: run,
      runs: (before?.runs ?? 0) + 1,
      failed: (before?.failed ?? 0) + (run.value.ok ? 0 : 1),
    });
  }
  return [...found.values()];
}

/** A failure, and what put it right: the same call that worked, and the files edited in between. */
function issueLine(failure: Failure, facts: SessionFacts, relative: (file: string) => string): SummaryLine {
  const what = oneLine(failure.value);
  const { resolvedBy } = failure;
  if (isRefusal(failure.value.slice(failure.tool.length + failure.subject.length)))
    return line(`${what}; not allowed`, failure);
  if (resolvedBy === undefined) return line(`${what}; not resolved`, failure);
  const between = [...facts.filesCreated, ...facts.filesModified]
    .filter(([, source]) => source.order > failure.order && source.order < resolvedBy.order)
    .map(([file]) => oneLine(relative(file)));
  const after =
    between.length === 0
      ? ''
      : ` after a change of ${between.slice(0, 3).join(', ')}${between.length > 3 ? ` and ${between.length - 3} more` : ''}`;
  return line(`${what}; resolved: it worked${after}`, failure, resolvedBy);
}
