import type { Command } from 'commander';
import type { PushResult } from '../../../flows/share.ts';
import { type Cli, cannotAsk } from '../../cli.ts';
import { exitCodeOf, progressLines, pushLines, summaryOf } from '../../render/share.ts';
import { openPlace } from './shared.ts';

const PROGRESS_AFTER_MS = 1_500;

interface Options {
  dryRun?: boolean;
  yes?: boolean;
  allowSecrets?: boolean;
  json?: boolean;
}

export function definePush(checkpoint: Command, cli: Cli): void {
  checkpoint
    .command('push')
    .argument(
      '[words...]',
      'a remote, then ids or names of checkpoints; without any, all that are not there yet',
    )
    .usage('[options] [REMOTE] [NAME...]')
    .description(
      'Share checkpoints and their documents through a git remote. Nothing is ever pushed by itself, and nothing by force.',
    )
    .option('--dry-run', 'show what would be pushed, push nothing')
    .option('--allow-secrets', 'push also what looks like a secret')
    .option('-y, --yes', 'do not ask')
    .option('--json', 'one JSON document on standard output')
    .addHelpText(
      'after',
      '\nExamples:\n  claude-hooks checkpoint push\n  claude-hooks checkpoint push origin "Feature X works" --yes\n',
    )
    .action((words: string[], options: Options) => push(cli, words, options));
}

async function push(cli: Cli, words: string[], options: Options): Promise<void> {
  const { pushCheckpoints } = await import('../../../flows/share.ts');
  const place = await openPlace(cli);
  const timer = setTimeout(
    () => cli.interactive && cli.say('Asking the remote, and looking for secrets …'),
    PROGRESS_AFTER_MS,
  );
  const ask = (plan: PushResult): Promise<boolean> => {
    clearTimeout(timer);
    return confirm(cli, plan, options);
  };
  const result = await pushCheckpoints(place, {
    words,
    dryRun: options.dryRun === true,
    allowSecrets: options.allowSecrets === true,
    onProgress: progressLines(cli),
    ...(options.yes === true ? {} : { confirm: ask }),
  }).finally(() => clearTimeout(timer));
  if (options.json === true) cli.json({ ...result, dryRun: options.dryRun === true });
  else show(cli, result, options);
  if (result.refused !== undefined) return cli.exit(1);
  const code = exitCodeOf(result.refs);
  if (code !== 0) cli.exit(code);
  else if (!result.applied && options.dryRun !== true && somethingToPush(result)) cli.exit(1);
}

async function confirm(cli: Cli, plan: PushResult, options: Options): Promise<boolean> {
  const question = `push to ${plan.url}?`;
  if (!cli.interactive || options.json === true)
    throw cannotAsk(question, '--yes (or look first with --dry-run)');
  const { agree } = await import('../../ask.ts');
  cli.say([`This would go to ${plan.remote} (${plan.url}):`, ...pushLines(cli, plan)].join('\n'));
  return agree('Push this? What is pushed can be read by everyone who can read the remote.', false);
}

function show(cli: Cli, result: PushResult, options: Options): void {
  cli.print(headline(result, options.dryRun === true));
  const declined = !result.applied && options.dryRun !== true && result.refused === undefined;
  if (declined && somethingToPush(result)) return;
  for (const line of pushLines(cli, result)) cli.print(line);
  if (result.refused !== undefined)
    cli.print(
      '  Save a new checkpoint without them, push others by name, or, if they are none: --allow-secrets',
    );
}

function headline(result: PushResult, dryRun: boolean): string {
  const place = `${result.remote} (${result.url})`;
  const counts = `checkpoints: ${summaryOf(result.refs, 'checkpoint')}; documents: ${summaryOf(result.refs, 'document')}`;
  if (result.refused !== undefined) return `Nothing was pushed to ${place}, because this looks like secrets:`;
  if (dryRun) return `This would go to ${place} (${counts}):`;
  if (result.applied) return `To ${place}: ${counts}`;
  return somethingToPush(result)
    ? 'Nothing was pushed.'
    : `There is nothing to push to ${place} (${counts}).`;
}

function somethingToPush({ refs }: PushResult): boolean {
  return refs.some(({ state }) => state === 'new' || state === 'update');
}
