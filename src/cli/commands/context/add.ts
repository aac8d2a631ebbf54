import { Argument, type Command } from 'commander';
import type { AddKind } from '../../../flows/context/add.ts';
import type { Cli } from '../../cli.ts';
import { openPlace } from '../checkpoint/shared.ts';

const KINDS: readonly AddKind[] = ['decision', 'issue', 'next', 'note'];

export function defineAdd(context: Command, cli: Cli): void {
  context
    .command('add')
    .addArgument(new Argument('<kind>', 'what it is').choices(KINDS))
    .argument('<text...>', 'one line')
    .description('Add a decision, a known issue, a next step or a note, dated, behind those people wrote.')
    .option('--json', 'one JSON document on standard output')
    .addHelpText(
      'after',
      '\nExamples:\n  claude-hooks context add decision "Postgres, not SQLite: two writers"\n  claude-hooks context add issue "search is slow above 10,000 rows"\n',
    )
    .action((kind: AddKind, words: string[], options: { json?: boolean }) => add(cli, kind, words, options));
}

async function add(cli: Cli, kind: AddKind, words: string[], options: { json?: boolean }): Promise<void> {
  const { addToContext } = await import('../../../flows/context/add.ts');
  const { visible } = await import('../../../platform/terminal.ts');
  const { file, line } = await addToContext(await openPlace(cli), kind, words.join(' '));
  if (options.json === true) return cli.json({ file, kind, line });
  cli.print(`${visible(line)}`);
  cli.say(`Added to ${visible(file)}`);
}
