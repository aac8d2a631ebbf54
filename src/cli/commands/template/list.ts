import type { Command } from 'commander';
import { visible } from '../../../platform/terminal.ts';
import type { Cli } from '../../cli.ts';
import { shortPath } from '../../plan-view.ts';
import { templateTable } from '../../render/template.ts';

export function defineList(template: Command, cli: Cli): void {
  template
    .command('list')
    .description("The project's templates, yours, and those built in; the first of a name counts.")
    .option('--json', 'one JSON document on standard output')
    .addHelpText('after', '\nExample:\n  claude-hooks template list\n')
    .action((options: { json?: boolean }) => list(cli, options.json === true));
}

async function list(cli: Cli, asJson: boolean): Promise<void> {
  const { readTemplates } = await import('../../../flows/templates.ts');
  const { templates, unread } = await readTemplates(cli);
  for (const { file, reason } of unread)
    cli.say(`claude-hooks: not read: ${visible(shortPath(file, cli))} ${visible(reason)}`);
  if (!asJson) return cli.print(templateTable(cli, templates));
  cli.json({
    items: templates.map(({ slug, title, origin, file, shadowed, parsed, problems }) => ({
      slug,
      title,
      origin,
      file,
      shadowed,
      description: parsed.template.description,
      phases: parsed.template.phases.map((phase) => ({ title: phase.title, steps: phase.steps.length })),
      errors: problems.filter(({ level }) => level === 'error').length,
      warnings: problems.filter(({ level }) => level === 'warning').length,
    })),
    unread: unread.map(({ slug, origin, file, reason }) => ({ slug, origin, file, reason })),
  });
}
