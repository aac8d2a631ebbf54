import type { Command } from 'commander';
import type { Cli } from '../../cli.ts';
import { exitCodeOf, fetchLines, progressLines, summaryOf } from '../../render/share.ts';
import { openPlace, withProgress } from './shared.ts';

interface Options {
  dryRun?: boolean;
  json?: boolean;
}

export function defineFetch(checkpoint: Command, cli: Cli): void {
  checkpoint
    .command('fetch')
    .argument('[remote]', "a remote; without one that of the branch's upstream, or the only one")
    .description(
      'Fetch the checkpoints and documents others pushed. Nothing that is here is overwritten, nothing else is touched.',
    )
    .option('--dry-run', 'show what would be fetched, fetch nothing')
    .option('--json', 'one JSON document on standard output')
    .addHelpText(
      'after',
      '\nExamples:\n  claude-hooks checkpoint fetch\n  claude-hooks checkpoint fetch origin --dry-run\n',
    )
    .action((remote: string | undefined, options: Options) => fetch(cli, remote, options));
}

async function fetch(cli: Cli, remote: string | undefined, options: Options): Promise<void> {
  const { fetchCheckpoints } = await import('../../../flows/share-fetch.ts');
  const place = await openPlace(cli);
  const dryRun = options.dryRun === true;
  const result = await withProgress(cli, 'Asking the remote …', () =>
    fetchCheckpoints(place, {
      ...(remote === undefined ? {} : { remote }),
      dryRun,
      onProgress: progressLines(cli),
    }),
  );
  if (options.json === true) cli.json({ ...result, dryRun });
  else {
    const counts = `checkpoints: ${summaryOf(result.refs, 'checkpoint')}; documents: ${summaryOf(result.refs, 'document')}`;
    cli.print(`${dryRun ? 'This would come from' : 'From'} ${result.remote} (${result.url}): ${counts}`);
    for (const line of fetchLines(cli, result)) cli.print(line);
  }
  const code = exitCodeOf(result.refs);
  if (code !== 0) cli.exit(code);
}
