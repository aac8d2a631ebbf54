import type { Command } from 'commander';
import { HooksError } from '../../../errors.ts';
import type { Cli } from '../../cli.ts';
import { cell } from '../../render/checkpoint.ts';
import { paint } from '../../render/paint.ts';
import { rowJson, sessionPlace } from './shared.ts';

export function defineSearch(session: Command, cli: Cli): void {
  session
    .command('search')
    .argument('<text>', 'upper and lower case are the same')
    .description('Find sessions by names, prompts, decisions, files and variables.')
    .option('--json', 'one JSON document on standard output')
    .addHelpText('after', '\nExample:\n  claude-hooks session search ranking\n')
    .action((text: string, options: { json?: boolean }) => search(cli, text, options.json === true));
}

async function search(cli: Cli, text: string, asJson: boolean): Promise<void> {
  if (text.trim() === '')
    throw new HooksError({
      code: 'usage',
      kind: 'usage',
      message: 'There is nothing to search for: the text is empty.',
      hint: 'See all sessions: claude-hooks session list --all',
    });
  const { searchSessions } = await import('../../../flows/sessions/search.ts');
  const found = await searchSessions(sessionPlace(cli), text);
  if (asJson) return cli.json({ items: found.map(({ row, hits }) => ({ ...rowJson(row), hits })) });
  for (const { row, hits } of found) {
    cli.print(`${paint(cli, 'cyan', row.id)}  ${row.state}  ${cell(row.name, 60)}`);
    for (const { where, text: hit } of hits)
      cli.print(`  ${where}: ${cell(hit, Math.max(20, cli.width - 4 - where.length))}`);
  }
  if (found.length === 0) cli.say(`No session has "${cell(text, 60)}" in it.`);
}
