import type { Command } from 'commander';
import type { Cli } from '../../cli.ts';

/** `context partition ...`; what a verb does is loaded when it runs. */
export function definePartition(context: Command, cli: Cli): void {
  const partition = context
    .command('partition')
    .description('Parts of the project: which there are, and which one is in work.')
    .addHelpText(
      'after',
      '\nExamples:\n  claude-hooks context partition list\n  claude-hooks context partition use frontend\n',
    );
  asJson(partition.command('list'))
    .description('All partitions with their files, files in several of them, and files in none.')
    .option('--session <id>', 'the session whose partition counts as in work')
    .addHelpText('after', '\nExample:\n  claude-hooks context partition list\n')
    .action(async (options: { session?: string; json?: boolean }) =>
      (await import('./partition/list.ts')).list(cli, options),
    );
  asJson(partition.command('show'))
    .description('One partition, by default the one in work: globs, files, context file, commits and status.')
    .argument('[name]', 'the partition')
    .option('--session <id>', 'the session whose partition counts as in work')
    .addHelpText('after', '\nExample:\n  claude-hooks context partition show backend\n')
    .action(async (name: string | undefined, options: { session?: string; json?: boolean }) =>
      (await import('./partition/show.ts')).show(cli, name, options),
    );
  asJson(partition.command('use'))
    .description(
      'Put a partition in work: in a session for that session, outside one for those that begin here. "none" ends it.',
    )
    .argument('<name>', 'the partition, "none", or "auto"')
    .option('--session <id>', 'only for this session')
    .addHelpText(
      'after',
      '\nExamples:\n  claude-hooks context partition use frontend\n  claude-hooks context partition use none\n',
    )
    .action(async (name: string, options: { session?: string; json?: boolean }) =>
      (await import('./partition/use.ts')).use(cli, name, options),
    );
  asJson(partition.command('auto'))
    .description('Put the partition in work that most of the touched files belong to, or none.')
    .option('--session <id>', 'only for this session')
    .addHelpText('after', '\nExample:\n  claude-hooks context partition auto\n')
    .action(async (options: { session?: string; json?: boolean }) =>
      (await import('./partition/use.ts')).use(cli, 'auto', options),
    );
}

function asJson(command: Command): Command {
  return command.option('--json', 'one JSON document on standard output');
}
