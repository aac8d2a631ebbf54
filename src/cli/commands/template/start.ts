import { type Command, InvalidArgumentError } from 'commander';
import { visible } from '../../../platform/terminal.ts';
import { counted } from '../../../platform/words.ts';
import type { Value } from '../../../templates/fill.ts';
import type { Cli } from '../../cli.ts';
import { shortPath } from '../../plan-view.ts';
import { paint } from '../../render/paint.ts';
import { openPlace } from '../checkpoint/shared.ts';
import { meantConversation } from './shared.ts';

interface Options {
  var?: Value[];
  session?: string;
  copy?: boolean;
  json?: boolean;
}

export function defineStart(template: Command, cli: Cli): void {
  template
    .command('start')
    .argument('<name>', 'slug, title, or the beginning of one')
    .description(
      'Let a session work by a template: the one that is open in this working tree, else the next that starts here.',
    )
    .option('--var <name=value>', 'a variable of the template; may be given more than once', variable)
    .option('--session <work>', 'this session or conversation')
    .option('--copy', 'also write the filled plan to .claude/, for people to read')
    .option('--json', 'one JSON document on standard output')
    .addHelpText(
      'after',
      '\nExample:\n  claude-hooks template start feature-development --var Feature="User notifications"\n',
    )
    .action((name: string, options: Options) => start(cli, name, options));
}

async function start(cli: Cli, name: string, options: Options): Promise<void> {
  const { startByCommand } = await import('../../../flows/template-command-start.ts');
  const { started, open, waiting, copy } = await startByCommand(await openPlace(cli), {
    name,
    values: options.var ?? [],
    session: () => meantConversation(cli, options.session),
    copy: options.copy === true,
  });
  const { run, session, document, replaced } = started;
  const { id, slug, title, origin, values, phases, steps } = run;
  if (options.json === true)
    return cli.json({
      id,
      slug,
      title,
      origin,
      values,
      session,
      document,
      copy,
      replaced,
      open,
      waiting,
      steps: steps.length,
    });
  const where = session === undefined ? 'the next session of this working tree' : `the session ${session}`;
  cli.print(
    `${paint(cli, 'cyan', title)}: ${counted(phases.length, 'phase')}, ${counted(steps.length, 'step')}, for ${where}`,
  );
  cli.print(`  ${visible(shortPath(document, cli))}`);
  if (copy !== undefined) cli.print(`  ${visible(shortPath(copy, cli))}`);
  if (session !== undefined) cli.say('Its next prompt is given the current phase.');
  if (replaced !== undefined) cli.say(`In the place of ${visible(replaced)}.`);
  if (open.length > 0) cli.say(`Without a value: ${open.map(visible).join(', ')}`);
  if (waiting.length > 0)
    cli.say(
      `${waiting.length} of its commands ${waiting.length === 1 ? 'does not run before you allow it' : 'do not run before you allow them'} (claude-hooks trust): ${waiting.map((one) => visible(one)).join('; ')}`,
    );
}

/** Adds `name=value` to those given before. */
function variable(text: string, before: readonly Value[] = []): Value[] {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('It has to be name=value.');
  return [...before, { name: text.slice(0, at).trim(), value: text.slice(at + 1) }];
}
