import type { Command } from 'commander';
import type { Cli } from '../../cli.ts';
import { checkpointTable } from '../../render/checkpoint.ts';
import { positive } from './shared.ts';

export function defineList(checkpoint: Command, cli: Cli): void {
  checkpoint
    .command('list')
    .description('The checkpoints of all working trees of this repository, the newest first.')
    .option('--limit <n>', 'how many', positive, 20)
    .option('--json', 'one JSON document on standard output')
    .addHelpText('after', '\nExample:\n  claude-hooks checkpoint list --limit 5\n')
    .action((options: { limit: number; json?: boolean }) => list(cli, options));
}

async function list(cli: Cli, options: { limit: number; json?: boolean }): Promise<void> {
  const { listCheckpoints } = await import('../../../checkpoints/list.ts');
  const items = await listCheckpoints(cli.repository, { limit: options.limit });
  if (options.json === true) return cli.json({ items });
  if (items.length > 0) return cli.print(checkpointTable(cli, items));
  cli.print('There are no checkpoints yet. Save one: claude-hooks checkpoint save NAME');
}
