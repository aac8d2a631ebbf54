import type { Command } from 'commander';
import { HooksError } from '../../../errors.ts';
import type { Cli } from '../../cli.ts';

export function defineEdit(context: Command, cli: Cli): void {
  context
    .command('edit')
    .description('Open the context file in your editor (VISUAL or EDITOR).')
    .option('--local', 'the personal one beside it')
    .option('--json', 'one JSON document on standard output')
    .addHelpText('after', '\nExample:\n  claude-hooks context edit\n')
    .action((options: { local?: boolean; json?: boolean }) => edit(cli, options));
}

async function edit(cli: Cli, options: { local?: boolean; json?: boolean }): Promise<void> {
  const { documentPaths } = await import('../../../store/paths.ts');
  const { lstatIfExists } = await import('../../../platform/fs.ts');
  const paths = documentPaths(cli.repository.root);
  const file = options.local === true ? paths.contextLocal : paths.context;
  const usage = (message: string, hint: string): HooksError =>
    new HooksError({ code: 'context-edit', kind: 'usage', message, hint, file });
  if (lstatIfExists(file) === undefined)
    throw usage('There is no such context file.', 'Make one from the project: claude-hooks context init');
  if (!cli.interactive)
    throw usage('Not at a terminal, so no editor can be opened.', `Edit it yourself: ${file}`);
  const editor = [cli.env.VISUAL, cli.env.EDITOR].find((value) => value !== undefined && value.trim() !== '');
  if (editor === undefined)
    throw usage(
      'Neither VISUAL nor EDITOR says which editor to open.',
      `Set one of them, or edit it yourself: ${file}`,
    );
  const { runEditor } = await import('../../../platform/process.ts');
  const status = await runEditor(editor, file, cli.env);
  if (status !== 0)
    throw new HooksError({
      code: 'editor-failed',
      kind: 'failed',
      message: `The editor ended with status ${status}.`,
      hint: `Look whether ${editor} is the right command, or edit it yourself.`,
      file,
    });
  const { readEditable } = await import('../../../context/editable.ts');
  const { damaged } = await import('../../../context/examine.ts');
  const read = readEditable(cli.repository.root, file);
  const findings = read.kind === 'text' ? damaged(read.text) : [];
  if (options.json === true) return cli.json({ file, findings });
  for (const { line, text, cure } of findings) cli.say(`claude-hooks: line ${line}: ${text}\n  ${cure}`);
}
