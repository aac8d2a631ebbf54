import type { Command } from 'commander';
import type { Cli } from '../../cli.ts';
import { cell } from '../../render/checkpoint.ts';
import { paint } from '../../render/paint.ts';
import { openPlace } from '../checkpoint/shared.ts';
import { targetOf } from './shared.ts';

export function defineRename(session: Command, cli: Cli): void {
  session
    .command('rename')
    .argument('<id>', 'the session')
    .argument('<name>', 'free text')
    .description('Give a session another name. Its id stays.')
    .option('--json', 'one JSON document on standard output')
    .addHelpText('after', '\nExample:\n  claude-hooks session rename 2026-11-28-shop-3f2a "search fast"\n')
    .action((id: string, name: string, options: { json?: boolean }) =>
      rename(cli, id, name, options.json === true),
    );
}

async function rename(cli: Cli, named: string, text: string, asJson: boolean): Promise<void> {
  const { renameSession } = await import('../../../flows/sessions/act.ts');
  const place = await openPlace(cli);
  const { id } = await targetOf(cli, named);
  const name = renameSession(place, id, text);
  if (asJson) return cli.json({ id, name });
  cli.print(`${paint(cli, 'cyan', id)} is called "${cell(name, 60)}" now.`);
}
