import type { Command } from 'commander';
import { messageOf } from '../../../errors.ts';
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
  const { documentOf, readableDocument } = await import('../../render/checkpoint-document.ts');
  const { findCheckpoint } = await import('../../../checkpoints/list.ts');
  const { changesSince, filesOf } = await import('../../../checkpoints/changes.ts');
  const { captureRulesOf } = await import('../../../flows/checkpoint.ts');
  const checkpoint = await findCheckpoint(cli.repository, name);
  const place = await openPlace(cli);
  const rules = captureRulesOf(place.resolved.config);
  // What cannot be compared (a read-only disk) does not keep the document from being read.
  const changes = await withProgress(cli, 'Comparing with the working tree …', () =>
    changesSince({ ...place, ...rules, now: place.now() }, checkpoint).catch((error: unknown) => {
      cli.say(`claude-hooks: what has changed since cannot be told: ${visible(messageOf(error))}`);
      return null;
    }),
  );
  const files = await filesOf(cli.repository, checkpoint);
  const text = documentOf(cli, { ...checkpoint, files });
  if (asJson) return cli.json({ ...checkpoint, text, changes });
  cli.print(`${readableDocument(text)}\n\n`);
  if (changes === null) return;
  cli.print(paint(cli, 'bold', changes.length === 0 ? 'Nothing has changed since.' : 'Changed since:'));
  for (const line of fileLines(cli, changes, MAX_LINES)) cli.print(line);
}
