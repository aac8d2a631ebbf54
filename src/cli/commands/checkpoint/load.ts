import type { Command } from 'commander';
import { visible } from '../../../platform/terminal.ts';
import type { Cli } from '../../cli.ts';
import { fileLines } from '../../render/checkpoint.ts';
import { paint } from '../../render/paint.ts';
import { MAX_LINES, openPlace, withProgress } from './shared.ts';

export function defineLoad(checkpoint: Command, cli: Cli): void {
  checkpoint
    .command('load')
    .argument('<name>', 'id, name, the beginning of one, latest or latest~1')
    .description('What is needed to go on from a checkpoint: its document, and what has changed since.')
    .option('--json', 'one JSON document on standard output')
    .addHelpText('after', '\nExample:\n  claude-hooks checkpoint load "Feature X works"\n')
    .action((name: string, options: { json?: boolean }) => load(cli, name, options.json === true));
}

async function load(cli: Cli, name: string, asJson: boolean): Promise<void> {
  const { readableDocument } = await import('../../render/checkpoint-document.ts');
  const { loadCheckpoint } = await import('../../../flows/checkpoint-load.ts');
  const place = await openPlace(cli);
  const loaded = await loadCheckpoint(place, name, (work) =>
    withProgress(cli, 'Comparing with the working tree …', work),
  );
  const { checkpoint, text, changes, changesUnknown } = loaded;
  if (changesUnknown !== undefined)
    cli.say(`claude-hooks: what has changed since cannot be told: ${visible(changesUnknown)}`);
  if (asJson) return cli.json({ ...checkpoint, text, changes });
  cli.print(`${readableDocument(text)}\n\n`);
  if (changes === null) return;
  cli.print(paint(cli, 'bold', changes.length === 0 ? 'Nothing has changed since.' : 'Changed since:'));
  for (const line of fileLines(cli, changes, MAX_LINES)) cli.print(line);
}
