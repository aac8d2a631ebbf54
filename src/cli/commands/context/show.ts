import type { Command } from 'commander';
import { HooksError } from '../../../errors.ts';
import type { Cli } from '../../cli.ts';

export function defineShow(context: Command, cli: Cli): void {
  context
    .command('show')
    .description('Print the context file, and the personal one beside it.')
    .option('--json', 'one JSON document on standard output, with sections and regions')
    .addHelpText(
      'after',
      '\nExample:\n  claude-hooks context show\n\nWhat a session is given at its start: claude-hooks context inject --dry-run\n',
    )
    .action((options: { json?: boolean }) => show(cli, options.json === true));
}

async function show(cli: Cli, asJson: boolean): Promise<void> {
  const { documentPaths } = await import('../../../store/paths.ts');
  const { HUGE_BYTES, readDocument } = await import('../../../context/file.ts');
  const { parseContext } = await import('../../../context/parsed.ts');
  const { visible } = await import('../../../platform/terminal.ts');
  const { root } = cli.repository;
  const { context, contextLocal } = documentPaths(root);
  const files = [context, contextLocal]
    .map((file) => ({ file, found: readDocument(root, file, HUGE_BYTES) }))
    .filter(({ found }) => found.kind !== 'missing');
  if (files.length === 0)
    throw new HooksError({
      code: 'context-missing',
      kind: 'failed',
      message: 'There is no context file.',
      hint: 'Make one from the project: claude-hooks context init',
      file: context,
    });
  if (asJson)
    return cli.json({
      files: files.map(({ file, found }) =>
        found.kind === 'text'
          ? { file, ...parseContext(found.text) }
          : { file, note: found.kind === 'note' ? found.note : '' },
      ),
    });
  for (const { file, found } of files) {
    if (found.kind === 'note') cli.say(`claude-hooks: ${visible(file)} ${found.note}`);
    if (found.kind === 'text') cli.print(visible(found.text));
  }
  if (files.every(({ found }) => found.kind === 'note')) cli.exit(1);
}
