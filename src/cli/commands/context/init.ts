import type { Command } from 'commander';
import type { Cli } from '../../cli.ts';
import { openPlace } from '../checkpoint/shared.ts';

interface Options {
  force?: boolean;
  json?: boolean;
}

export function defineInit(context: Command, cli: Cli): void {
  context
    .command('init')
    .description('Make .claude/context.md from the project: manifest, README, folders, tests, git.')
    .option('--force', 'replace one that is there; a copy of it stays beside it')
    .option('--json', 'one JSON document on standard output')
    .addHelpText('after', '\nExample:\n  claude-hooks context init\n')
    .action((options: Options) => init(cli, options));
}

async function init(cli: Cli, options: Options): Promise<void> {
  const { initContext } = await import('../../../flows/context/init.ts');
  const { visible } = await import('../../../platform/terminal.ts');
  const { file, kept } = await initContext(await openPlace(cli), options.force === true);
  if (options.json === true) return cli.json({ file, kept });
  cli.print(`Made ${visible(file)}`);
  if (kept !== undefined) cli.print(`  what was there: ${visible(kept)}`);
  cli.say('Look at it, add what only you know: claude-hooks context edit');
}
