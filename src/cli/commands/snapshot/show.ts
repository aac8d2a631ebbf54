import type { Command } from 'commander';
import type { Cli } from '../../cli.ts';
import { documentName, snapshotLines } from '../../render/snapshot.ts';

export function defineShow(snapshot: Command, cli: Cli): void {
  snapshot
    .command('show')
    .argument('<name>', 'id, name, or the beginning of one')
    .description('What a snapshot holds.')
    .option('--json', 'one JSON document on standard output')
    .addHelpText('after', '\nExample:\n  claude-hooks snapshot show "search works"\n')
    .action((name: string, options: { json?: boolean }) => show(cli, name, options.json === true));
}

async function show(cli: Cli, name: string, asJson: boolean): Promise<void> {
  const { loadSnapshot } = await import('../../../flows/snapshot.ts');
  const snapshot = loadSnapshot(cli, name);
  if (asJson) return cli.json({ ...snapshot, document: documentName(snapshot) });
  cli.print(snapshotLines(cli, snapshot).join('\n'));
}
