import { type Command, InvalidArgumentError } from 'commander';
import { visible } from '../../../platform/terminal.ts';
import type { Cli } from '../../cli.ts';
import { cell } from '../../render/checkpoint.ts';
import { paint } from '../../render/paint.ts';
import { countsLine, documentName } from '../../render/snapshot.ts';
import { callingSession, openPlace, withProgress } from '../checkpoint/shared.ts';

interface Options {
  note?: string;
  state: Record<string, string>;
  json?: boolean;
}

export function defineSave(snapshot: Command, cli: Cli): void {
  snapshot
    .command('save')
    .argument('<name>', 'free text')
    .description(
      'Save the working tree as a checkpoint, and beside it a document of what the session is doing.',
    )
    .option('--note <text>', 'what to remember')
    .option('--state <name=value>', 'a variable of the session; may be given more than once', variable, {})
    .option('--json', 'one JSON document on standard output')
    .addHelpText(
      'after',
      '\nExample:\n  claude-hooks snapshot save "search works" --note "ranking is next"\n',
    )
    .action((name: string, options: Options) => save(cli, name, options));
}

async function save(cli: Cli, name: string, { note, state, json }: Options): Promise<void> {
  const { saveSnapshot } = await import('../../../flows/snapshot.ts');
  const place = await openPlace(cli);
  const snapshot = await withProgress(cli, 'Reading the working tree …', () =>
    saveSnapshot(place, { name, note, state, session: callingSession(cli) }),
  );
  if (json === true) return cli.json({ ...snapshot, document: documentName(snapshot) });
  cli.print(`Saved ${paint(cli, 'cyan', snapshot.id)} "${cell(snapshot.name, 60)}"`);
  cli.print(`  ${countsLine(snapshot)}`);
  cli.print(`  ${documentName(snapshot)}, checkpoint ${snapshot.checkpoint}`);
  for (const remark of snapshot.remarks) cli.print(`  ${visible(remark)}`);
}

/** Adds `name=value` to those given before. */
function variable(text: string, before: Record<string, string>): Record<string, string> {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('It has to be name=value.');
  return Object.fromEntries([...Object.entries(before), [text.slice(0, at), text.slice(at + 1)]]);
}
