import type { Command } from 'commander';
import type { Cli } from '../../cli.ts';
import { documentName, skippedLine, snapshotTable } from '../../render/snapshot.ts';

export function defineList(snapshot: Command, cli: Cli): void {
  snapshot
    .command('list')
    .description('The snapshots of this working tree, the newest first.')
    .option('--json', 'one JSON document on standard output')
    .addHelpText('after', '\nExample:\n  claude-hooks snapshot list\n')
    .action((options: { json?: boolean }) => list(cli, options.json === true));
}

async function list(cli: Cli, asJson: boolean): Promise<void> {
  const { listSnapshots } = await import('../../../flows/snapshot.ts');
  const { snapshots, skipped } = listSnapshots(cli);
  for (const one of skipped) cli.say(`claude-hooks: not read: ${skippedLine(cli, one)}`);
  if (asJson) {
    const items = snapshots.map(({ id, name, timestamp, branch, session, checkpoint, files, todos }) => ({
      id,
      name,
      timestamp,
      branch,
      session,
      checkpoint,
      files: files.length,
      todos: todos.length,
      document: documentName({ id }),
    }));
    return cli.json({ items, skipped });
  }
  if (snapshots.length > 0) return cli.print(snapshotTable(cli, snapshots));
  cli.print('There are no snapshots yet. Save one: claude-hooks snapshot save NAME');
}
