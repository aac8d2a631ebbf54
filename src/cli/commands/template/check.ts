import type { Command } from 'commander';
import type { Cli } from '../../cli.ts';
import { cell } from '../../render/checkpoint.ts';
import { runLines } from '../../render/template.ts';
import { callingSession, openPlace, sessionId } from '../checkpoint/shared.ts';

interface Options {
  undo?: boolean;
  session?: string;
  json?: boolean;
}

export function defineCheck(template: Command, cli: Cli): void {
  template
    .command('check')
    .argument('[step]', 'its number or its words; without it the steps are listed')
    .description('Tick a step of the template the session works by, by hand.')
    .option('--undo', 'take the tick off again')
    .option('--session <id>', 'this session; the one that is open here unless told', sessionId)
    .option('--json', 'one JSON document on standard output')
    .addHelpText('after', '\nExamples:\n  claude-hooks template check\n  claude-hooks template check 3\n')
    .action((step: string | undefined, options: Options) => check(cli, step, options));
}

async function check(cli: Cli, wanted: string | undefined, options: Options): Promise<void> {
  const { checkStep, noSession, runOfSession, stepsOf } = await import('../../../flows/template-check.ts');
  const { meantSession } = await import('../../../flows/open-sessions.ts');
  const { workingDocument } = await import('../../../store/template-progress.ts');
  const place = await openPlace(cli);
  const session = meantSession(cli.state, cli.repository.root, options.session, callingSession(cli));
  if (session === undefined) throw noSession();
  if (wanted === undefined) {
    const run = runOfSession(cli.state, session);
    const document = workingDocument(cli.state, run.id);
    if (options.json === true) return cli.json({ id: run.id, session, document, steps: stepsOf(run) });
    return cli.print(runLines(cli, run, stepsOf(run), document).join('\n'));
  }
  const { step, run, changed } = checkStep(place, session, wanted, options.undo !== true);
  const open = run.steps.filter(({ done }) => !done).length;
  if (options.json === true) return cli.json({ id: run.id, session, step, changed, open });
  const box = step.done ? '[x]' : '[ ]';
  cli.print(`${box} ${step.number} ${cell(step.text, 200)}${changed ? '' : ' (it was so already)'}`);
  cli.say(
    open === 0
      ? 'Every step is done. If nothing is left to do: claude-hooks session complete'
      : `${open} ${open === 1 ? 'step is' : 'steps are'} open.`,
  );
}
