import type { Command } from 'commander';
import { HooksError } from '../../../errors.ts';
import { visible } from '../../../platform/terminal.ts';
import type { Cli } from '../../cli.ts';
import { cell } from '../../render/checkpoint.ts';
import { paint } from '../../render/paint.ts';
import { callingSession, openPlace, withProgress } from './shared.ts';

export function defineSave(checkpoint: Command, cli: Cli): void {
  checkpoint
    .command('save')
    .argument('[name]', 'free text; with a name it is saved even where nothing changed')
    .description('Save the working tree and the staged index.')
    .option('--note <text>', 'what to remember')
    .option('--json', 'one JSON document on standard output')
    .addHelpText(
      'after',
      '\nExample:\n  claude-hooks checkpoint save "Feature X works" --note "tests are still red"\n',
    )
    .action((name: string | undefined, options: { note?: string; json?: boolean }) =>
      save(cli, name, options),
    );
}

async function save(
  cli: Cli,
  name: string | undefined,
  options: { note?: string; json?: boolean },
): Promise<void> {
  const { saveOnRequest } = await import('../../../flows/checkpoint.ts');
  const place = await openPlace(cli);
  const result = await withProgress(cli, 'Reading the working tree …', () =>
    saveOnRequest(place, {
      name,
      note: options.note,
      session: callingSession(cli),
    }),
  );
  if (!result.saved && result.cause === 'refused') {
    throw new HooksError({
      code: 'checkpoint-refused',
      kind: 'failed',
      message: `No checkpoint was saved: ${visible(result.reason)}`,
      hint: visible(result.hint),
    });
  }
  const { checkpoint } = result;
  const documentError = result.saved ? result.documentError : undefined;
  if (documentError !== undefined) cli.say(`claude-hooks: ${visible(documentError)}`);
  if (options.json === true) {
    const more = result.saved ? { documentError } : { cause: result.cause };
    return cli.json({ ...checkpoint, saved: result.saved, ...more });
  }
  if (!result.saved) return cli.print(`Nothing has changed since ${paint(cli, 'cyan', checkpoint.id)}.`);
  const { counts } = checkpoint;
  cli.print(`Saved ${paint(cli, 'cyan', checkpoint.id)} "${cell(checkpoint.name, 60)}"`);
  cli.print(
    `  ${counts.new} new, ${counts.modified} modified, ${counts.deleted} deleted against the last commit`,
  );
  if (documentError === undefined) cli.print(`  ${checkpoint.document}`);
  for (const remark of checkpoint.remarks) cli.print(`  ${visible(remark)}`);
  for (const file of result.checkpoint.leftOut) {
    cli.print(
      `  ${paint(cli, 'yellow', 'not held')}: ${visible(file.path)} (${file.why}, ${file.bytes} bytes)`,
    );
  }
}
