import type { Command } from 'commander';
import { visible } from '../../../platform/terminal.ts';
import type { Cli } from '../../cli.ts';
import { shortPath } from '../../plan-view.ts';

interface Options {
  from?: string;
  user?: boolean;
  json?: boolean;
}

export function defineNew(template: Command, cli: Cli): void {
  template
    .command('new')
    .argument('<name>', 'its title; the file is named after it')
    .description('Write a template to .claude/templates/, ready to be edited; never over one that is there.')
    .option('--from <name>', 'a copy of this template')
    .option('--user', 'among your own, for all your projects')
    .option('--json', 'one JSON document on standard output')
    .addHelpText(
      'after',
      '\nExample:\n  claude-hooks template new "Database migration" --from feature-development\n',
    )
    .action((name: string, options: Options) => create(cli, name, options));
}

async function create(cli: Cli, name: string, { from, user, json }: Options): Promise<void> {
  const { createTemplate } = await import('../../../flows/template-new.ts');
  const { slug, file } = await createTemplate(cli, { name, from, user: user === true });
  if (json === true) return cli.json({ id: slug, slug, file });
  cli.print(`Written: ${visible(shortPath(file, cli))}`);
  cli.print(`  When it is edited: claude-hooks template lint && claude-hooks template start ${slug}`);
}
