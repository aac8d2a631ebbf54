import type { Command } from 'commander';
import { HooksError } from '../../../errors.ts';
import { compressContext } from '../../../flows/compress.ts';
import { openWorkplace } from '../../../flows/workplace.ts';
import { systemClock } from '../../../platform/clock.ts';
import { visible } from '../../../platform/terminal.ts';
import { ITEM_KINDS, layerOf } from '../../../transcript/layers.ts';
import type { Cli } from '../../cli.ts';

interface Options {
  budget?: string;
  sessions: string;
  json?: boolean;
}

export function defineCompress(context: Command, cli: Cli): void {
  context
    .command('compress')
    .description(
      'Show what happened in layers by age: the last hour in full, up to 4 hours ago in detail, older in brief, finished sessions in a line each.',
    )
    .option(
      '--budget <tokens>',
      'drop the least important until it fits (estimated: 4 bytes a token); decisions go last',
    )
    .option('--sessions <count>', 'how many sessions are looked at, the latest first', '20')
    .option('--json', 'one JSON document on standard output')
    .addHelpText(
      'after',
      '\nExamples:\n  claude-hooks context compress\n  claude-hooks context compress --budget 2000\n',
    )
    .action((options: Options) => run(cli, options));
}

async function run(cli: Cli, options: Options): Promise<void> {
  const budget = options.budget === undefined ? undefined : countOf('--budget', options.budget);
  const sessions = countOf('--sessions', options.sessions);
  const place = await openWorkplace({ cwd: cli.cwd, env: cli.env, runtime: cli.runtime, now: systemClock });
  const result = compressContext(place, { sessions, ...(budget === undefined ? {} : { budget }) });
  if (options.json === true) {
    const { text, tokens, shown, leftOut, now } = result;
    const items = shown.map((item) => ({
      layer: layerOf(item, now),
      ...item,
      at: new Date(item.at).toISOString(),
    }));
    cli.json({ sessions: result.sessions, budget, tokens, items, leftOut, text });
    return;
  }
  if (result.text !== '')
    cli.print(cli.terminal ? result.text.split('\n').map(visible).join('\n') : result.text);
  const missing = ITEM_KINDS.reduce((sum, kind) => sum + (result.leftOut[kind] ?? 0), 0);
  if (result.shown.length + missing === 0) cli.say('Nothing happened here yet.');
  const of = budget === undefined ? '' : ` of ${budget}`;
  cli.say(
    `About ${result.tokens}${of} tokens, ${result.shown.length} line${result.shown.length === 1 ? '' : 's'}${missing === 0 ? '' : `, ${missing} left out`}.`,
  );
}

function countOf(option: string, text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count > 0) return count;
  throw new HooksError({
    code: 'usage',
    kind: 'usage',
    message: `${option} ${text} is no whole number above 0.`,
    hint: `For example: ${option} 2000`,
  });
}
