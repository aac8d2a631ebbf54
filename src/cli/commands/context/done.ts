import { Argument, type Command } from 'commander';
import type { DoneKind } from '../../../flows/context/add.ts';
import type { Cli } from '../../cli.ts';
import { openPlace } from '../checkpoint/shared.ts';

const KINDS: readonly DoneKind[] = ['issue', 'next'];

export function defineDone(context: Command, cli: Cli): void {
  context
    .command('done')
    .addArgument(new Argument('<kind>', 'what it is').choices(KINDS))
    .argument('<item...>', 'its number among the open ones, or words of it')
    .description('Tick a known issue or a next step.')
    .option('--json', 'one JSON document on standard output')
    .addHelpText(
      'after',
      '\nExamples:\n  claude-hooks context done issue "search is slow"\n  claude-hooks context done next 1\n',
    )
    .action((kind: DoneKind, words: string[], options: { json?: boolean }) =>
      done(cli, kind, words, options),
    );
}

async function done(cli: Cli, kind: DoneKind, words: string[], options: { json?: boolean }): Promise<void> {
  const { tickInContext } = await import('../../../flows/context/add.ts');
  const { visible } = await import('../../../platform/terminal.ts');
  const { file, text } = await tickInContext(await openPlace(cli), kind, words.join(' '));
  if (options.json === true) return cli.json({ file, kind, text });
  cli.print(`Done: ${visible(text)}`);
}
