import * as path from 'node:path';
import { type Command, Option } from 'commander';
import { parseDuration } from '../../../config/duration.ts';
import { HooksError } from '../../../errors.ts';
import { writeProse } from '../../../flows/prose.ts';
import { type SessionSummary, summarize } from '../../../flows/summarize.ts';
import { openWorkplace } from '../../../flows/workplace.ts';
import { systemClock } from '../../../platform/clock.ts';
import { exists, writeFileAtomic } from '../../../platform/fs.ts';
import { visible } from '../../../platform/terminal.ts';
import { summarySections } from '../../../transcript/summary-sections.ts';
import type { Cli } from '../../cli.ts';

interface Options {
  last?: string;
  session?: string;
  out?: string;
  force?: boolean;
  with?: 'claude';
  budgetUsd: string;
  timeout: string;
  json?: boolean;
}

export function defineSummarize(context: Command, cli: Cli): void {
  context
    .command('summarize')
    .description(
      'Write what happened: files, commands, tests, decisions, errors and what put them right, open todos. By rule and offline; every line names where in the transcript it comes from.',
    )
    .option('--last <duration>', 'only that long ago and since, of every session: 2h, 90m')
    .option('--session <id>', 'this session; the latest unless told')
    .option('--out <file>', 'write it to a file')
    .option('--force', 'also over a file that is there')
    .addOption(
      new Option(
        '--with <writer>',
        'let your Claude Code write the prose; the one by rule stands where that fails',
      ).choices(['claude']),
    )
    .option('--budget-usd <amount>', 'most that may cost', '0.50')
    .option('--timeout <duration>', 'how long that may take', '2m')
    .option('--json', 'one JSON document on standard output')
    .addHelpText(
      'after',
      '\nExamples:\n  claude-hooks context summarize\n  claude-hooks context summarize --last 2h --out notes.md\n',
    )
    .action((options: Options) => run(cli, options));
}

async function run(cli: Cli, options: Options): Promise<void> {
  const place = await openWorkplace({ cwd: cli.cwd, env: cli.env, runtime: cli.runtime, now: systemClock });
  const { session } = options;
  const summaries = await summarize(place, {
    ...(options.last === undefined ? {} : { lastMs: durationOf('--last', options.last) }),
    ...(session === undefined ? {} : { session }),
  });
  if (summaries.length === 0) cli.say('No session did anything in that time.');
  for (const { remark } of summaries) if (remark !== undefined) cli.say(visible(remark));
  const texts: { text: string; writtenBy: 'rule' | 'claude' }[] = [];
  for (const { text } of summaries)
    texts.push(
      options.with === 'claude' ? await inProse(cli, options, place, text) : { text, writtenBy: 'rule' },
    );
  const whole = texts.map(({ text }) => text).join('\n');
  if (options.out !== undefined)
    writeOut(cli, path.resolve(cli.cwd, options.out), whole, options.force === true);
  if (options.json === true) {
    cli.json({
      sessions: summaries.map((summary, index) => ({
        ...describe(summary, place.repository.root),
        ...texts[index],
      })),
    });
  } else if (options.out === undefined && whole !== '') {
    cli.print(cli.terminal ? whole.split('\n').map(visible).join('\n') : whole);
  }
}

async function inProse(
  cli: Cli,
  options: Options,
  place: Parameters<typeof writeProse>[0],
  extract: string,
): Promise<{ text: string; writtenBy: 'rule' | 'claude' }> {
  const budgetUsd = Number(options.budgetUsd);
  if (!(budgetUsd > 0))
    throw usage(
      `--budget-usd ${options.budgetUsd} is no amount above 0.`,
      'Write dollars: --budget-usd 0.50',
    );
  const prose = await writeProse(place, {
    extract,
    budgetUsd,
    timeoutMs: durationOf('--timeout', options.timeout),
  });
  if (prose.ok) return { text: prose.text, writtenBy: 'claude' };
  cli.say(`The prose could not be written (${visible(prose.reason)}); this is the summary written by rule.`);
  return { text: extract, writtenBy: 'rule' };
}

function describe(
  { session, transcript, facts, remark }: SessionSummary,
  root: string,
): Record<string, unknown> {
  const { totals, usage, compactions, lines, damaged, from, to } = facts;
  const time = (at: number | undefined): string | undefined =>
    at === undefined ? undefined : new Date(at).toISOString();
  return {
    session,
    transcript,
    remark,
    from: time(from),
    to: time(to),
    totals,
    usage,
    compactions,
    lines,
    damaged,
    sections: summarySections(facts, root),
  };
}

function writeOut(cli: Cli, file: string, text: string, force: boolean): void {
  if (!force && exists(file)) {
    throw new HooksError({
      code: 'file-exists',
      kind: 'conflict',
      message: `${file} is there already; it was left as it is.`,
      hint: 'Name another file, or say --force.',
    });
  }
  writeFileAtomic(file, text);
  cli.say(`Written: ${file}`);
}

function durationOf(option: string, text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined || ms <= 0)
    throw usage(`${option} ${text} is no duration.`, 'Write a number and a unit: 2h, 90m, 1.5h');
  return ms;
}

function usage(message: string, hint: string): HooksError {
  return new HooksError({ code: 'usage', kind: 'usage', message, hint });
}
