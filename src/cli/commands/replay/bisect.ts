import { type Command, InvalidArgumentError, Option } from 'commander';
import { parseDuration } from '../../../config/duration.ts';
import { HooksError } from '../../../errors.ts';
import type { BisectResult, Probe } from '../../../flows/replay/bisect.ts';
import type { ReplayPlace, ReplayTarget } from '../../../flows/replay/find-session.ts';
import { visible } from '../../../platform/terminal.ts';
import { counted } from '../../../platform/words.ts';
import type { Cli } from '../../cli.ts';
import { nameOfStep, replayTarget, stepRow } from './shared.ts';

interface Options {
  run: string;
  timeout: number;
  json?: boolean;
}

export function defineBisect(replay: Command, cli: Cli): void {
  replay
    .command('bisect')
    .argument('<session>', 'its id or name, the beginning of an id, that of a conversation, or latest')
    .description(
      'Find the first edit of a session after which a command fails. It is run in a working tree of its own, which is removed afterwards; files git ignores, such as node_modules, are not there unless the command makes them.',
    )
    .requiredOption(
      '--run <command>',
      'ends with 0 where the files are good, with 125 where it cannot tell, with another number up to 127 where they are bad',
    )
    .addOption(
      new Option('--timeout <duration>', 'of one run; what takes longer cannot tell')
        .argParser(durationOf)
        .default(600_000, '10m'),
    )
    .option('--json', 'one JSON document on standard output')
    .addHelpText('after', '\nExample:\n  claude-hooks replay bisect latest --run "npm ci && npm test"\n')
    .action((session: string, options: Options) => bisect(cli, session, options));
}

async function bisect(cli: Cli, session: string, options: Options): Promise<void> {
  if (options.run.trim() === '')
    throw new HooksError({
      code: 'usage',
      kind: 'usage',
      message: '--run needs a command; it is empty.',
      hint: `Write: claude-hooks replay bisect ${visible(session)} --run "npm test"`,
    });
  const { bisectReplay } = await import('../../../flows/replay/bisect.ts');
  const { openPlace } = await import('../checkpoint/shared.ts');
  const place = await openPlace(cli);
  const target = await replayTarget(cli, place, session);
  const result = await interruptible((signal) =>
    bisectReplay(place, target, {
      command: options.run,
      timeoutMs: options.timeout,
      signal,
      onProbe: (probe) => cli.say(probeLine(probe)),
    }),
  );
  if (options.json === true) cli.json(documentOf(target.session, options.run, result));
  else await print(cli, place, target, result);
  if (result.outcome.kind !== 'found') cli.exit(1);
}

const SIGNALS = { SIGINT: 2, SIGTERM: 15, SIGHUP: 1 } as const;

/** What a signal ends is cleaned up before this process dies of it. */
async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  let caught: keyof typeof SIGNALS | undefined;
  const onSignal = (signal: NodeJS.Signals): void => {
    caught ??= signal as keyof typeof SIGNALS;
    controller.abort();
  };
  const names = Object.keys(SIGNALS) as (keyof typeof SIGNALS)[];
  for (const name of names) process.on(name, onSignal);
  try {
    return await work(controller.signal);
  } finally {
    for (const name of names) process.off(name, onSignal);
    if (caught !== undefined) process.kill(process.pid, caught);
  }
}

const WORDS = { good: 'good', bad: 'bad', skip: 'cannot tell' } as const;

function probeLine({ after, verdict, code, timedOut, durationMs }: Probe): string {
  const where = after === undefined ? 'at the start' : `after ${nameOfStep(after)}`;
  const how = timedOut ? 'took too long' : `exit ${code}`;
  return `${WORDS[verdict]} ${where} (${how}, ${(durationMs / 1000).toFixed(1)} s)`;
}

async function print(
  cli: Cli,
  place: ReplayPlace,
  target: ReplayTarget,
  { plan, outcome, steps, probes, deviations }: BisectResult,
): Promise<void> {
  for (const remark of plan.remarks) cli.say(`claude-hooks: ${visible(remark)}`);
  const at = (position: number): string => {
    const step = steps[position - 1];
    return step === undefined ? 'the start' : nameOfStep(step);
  };
  if (outcome.kind === 'bad-at-start')
    return cli.print('The command fails at the start already, before any edit.');
  if (outcome.kind === 'good-at-end')
    return cli.print(`The command passes at the end, after ${at(steps.length)}: nothing broke it.`);
  if (outcome.kind === 'cannot-tell')
    return cli.print(`The command cannot tell at ${at(outcome.at)}; there it has to.`);
  if (outcome.kind === 'unsure') {
    cli.print('The first bad step is one of these; at those before the last the command cannot tell:');
    for (const position of outcome.candidates) cli.print(`  ${at(position)}`);
    return;
  }
  const step = steps[outcome.first - 1];
  if (step === undefined) return;
  if (step.kind === 'edit') {
    cli.print(
      `The command fails since ${nameOfStep(step)} (${counted(probes.length, 'run')}, ${counted(steps.length, 'step')}):`,
    );
    const { printStep } = await import('./print-step.ts');
    return printStep(cli, place, target, step.edit.id);
  }
  cli.print(
    `The command fails since something no edit tells of, before ${nameOfStep(step)}: a command or a person changed`,
  );
  for (const { file, step: one } of deviations)
    if (one === step) cli.print(`  ${visible(file).replaceAll('\n', '\\n')}`);
}

function documentOf(session: string, command: string, result: BisectResult): Record<string, unknown> {
  const { outcome, steps, probes, plan } = result;
  const row = (position: number): Record<string, unknown> | null => {
    const step = steps[position - 1];
    return step === undefined ? null : stepRow(step);
  };
  return {
    session,
    command,
    outcome: outcome.kind,
    first: outcome.kind === 'found' ? row(outcome.first) : null,
    candidates: outcome.kind === 'unsure' ? outcome.candidates.map(row) : [],
    steps: steps.length,
    probes: probes.map(({ after, output: _output, ...probe }) => ({
      ...probe,
      after: after === undefined ? null : stepRow(after),
    })),
    remarks: plan.remarks,
  };
}

function durationOf(text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined || ms <= 0) throw new InvalidArgumentError('It has to be a duration: 30s, 10m.');
  return ms;
}
