import type { Command } from 'commander';
import type { Cli } from '../../cli.ts';
import { differenceLines } from '../../render/snapshot-diff.ts';

export function defineDiff(snapshot: Command, cli: Cli): void {
  snapshot
    .command('diff')
    .argument('<from>', 'id, name, or the beginning of one')
    .argument('<to>', 'the same')
    .description('What has changed from one snapshot to another: files, todos, variables, context, notes.')
    .option('--json', 'one JSON document on standard output')
    .addHelpText('after', '\nExample:\n  claude-hooks snapshot diff "search works" "ranking works"\n')
    .action((from: string, to: string, options: { json?: boolean }) =>
      diff(cli, from, to, options.json === true),
    );
}

async function diff(cli: Cli, first: string, second: string, asJson: boolean): Promise<void> {
  const { loadSnapshot } = await import('../../../flows/snapshot.ts');
  const { diffSnapshots } = await import('../../../flows/snapshot-diff.ts');
  const [from, to] = [loadSnapshot(cli, first), loadSnapshot(cli, second)];
  const difference = await diffSnapshots(cli.repository, from, to);
  if (asJson) return cli.json({ from: nameOf(from), to: nameOf(to), ...difference });
  cli.print(differenceLines(cli, from, to, difference).join('\n'));
}

function nameOf({ id, name, timestamp }: { id: string; name: string; timestamp: string }): object {
  return { id, name, timestamp };
}
