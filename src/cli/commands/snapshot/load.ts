import type { Command } from 'commander';
import type { Cli } from '../../cli.ts';
import { documentName, snapshotLines } from '../../render/snapshot.ts';
import { resumeLines } from '../../render/snapshot-resume.ts';
import { openPlace, withProgress } from '../checkpoint/shared.ts';

export function defineLoad(snapshot: Command, cli: Cli): void {
  snapshot
    .command('load')
    .argument('<name>', 'id, name, or the beginning of one')
    .description('What is needed to go on from a snapshot, and what has changed since.')
    .option('--json', 'one JSON document on standard output')
    .addHelpText('after', '\nExample:\n  claude-hooks snapshot load "search works"\n')
    .action((name: string, options: { json?: boolean }) => load(cli, name, options.json === true));
}

async function load(cli: Cli, name: string, asJson: boolean): Promise<void> {
  const { loadSnapshot } = await import('../../../flows/snapshot.ts');
  const { resumeSnapshot } = await import('../../../flows/snapshot-resume.ts');
  const snapshot = loadSnapshot(cli, name);
  const place = await openPlace(cli);
  const resume = await withProgress(cli, 'Comparing with the working tree …', () =>
    resumeSnapshot(place, snapshot),
  );
  if (asJson) return cli.json({ ...snapshot, document: documentName(snapshot), resume });
  cli.print([...snapshotLines(cli, snapshot), ...resumeLines(cli, resume)].join('\n'));
}
