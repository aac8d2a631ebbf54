import type { Command } from 'commander';
import { HooksError } from '../../../errors.ts';
import type { Cli } from '../../cli.ts';
import { openPlace } from '../checkpoint/shared.ts';

interface Options {
  addRegions?: boolean;
  json?: boolean;
}

export function defineUpdate(context: Command, cli: Cli): void {
  context
    .command('update')
    .description('Bring what claude-hooks keeps in the context file up to date now.')
    .option('--add-regions', 'put missing regions into the sections they belong to')
    .option('--json', 'one JSON document on standard output')
    .addHelpText('after', '\nExample:\n  claude-hooks context update --add-regions\n')
    .action((options: Options) => update(cli, options));
}

async function update(cli: Cli, options: Options): Promise<void> {
  const { problemsOf, updateNow } = await import('../../../flows/context-file.ts');
  const { COMMAND_WAIT_MS, lockIsHeld } = await import('../../../flows/context/add.ts');
  const { visible } = await import('../../../platform/terminal.ts');
  const place = await openPlace(cli);
  const request = { session: undefined, byHand: true, addRegions: options.addRegions === true };
  const updates = (await updateNow(place, request, COMMAND_WAIT_MS)) ?? lockIsHeld(place);
  const files = updates.map((one) => ({
    file: one.file,
    result: one.outcome.kind === 'unchanged' && one.outcome.text === undefined ? 'missing' : one.outcome.kind,
    added: one.added,
    problems: problemsOf(one),
  }));
  const shared = files.find(({ file }) => file.endsWith('context.md'));
  if (shared?.result === 'missing' && files.length === 1)
    throw new HooksError({
      code: 'context-missing',
      kind: 'failed',
      message: 'There is no context file to update.',
      hint: 'Make one from the project: claude-hooks context init',
      file: shared.file,
    });
  if (files.some(({ problems }) => problems.length > 0)) cli.exit(1);
  if (options.json === true) return cli.json({ files });
  for (const { file, result, added, problems } of files) {
    if (result === 'written' || result === 'created')
      cli.print(`${result === 'created' ? 'Made' : 'Updated'} ${visible(file)}`);
    if (added.length > 0) cli.print(`  new regions: ${added.join(', ')}`);
    if (result === 'unchanged') cli.print(`Nothing to change in ${visible(file)}`);
    for (const problem of problems) cli.say(`claude-hooks: ${visible(problem)}`);
  }
}
