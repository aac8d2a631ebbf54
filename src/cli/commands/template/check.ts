import type { Command } from 'commander';
import type { Cli } from '../../cli.ts';
import { cell } from '../../render/checkpoint.ts';
import { runLines } from '../../render/template.ts';
import { openPlace } from '../checkpoint/shared.ts';
import { meantConversation } from './shared.ts';

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
    .option('--session <work>', 'this session or conversation; the one that is open here unless told')
    .option('--json', 'one JSON document on standard output')
    .addHelpText('after', '\nExamples:\n  claude-hooks template check\n  claude-hooks template check 3\n')
    .action((step: string | undefined, options: Options) => check(cli, step, options));
}

async function check(cli: Cli, wanted: string | undefined, options: Options): Promise<void> {
  const { checkStep, noSession, runOfSession, stepsOf } = await import('../../../flows/template-check.ts');
  const { waitingRun, workingDocument } = await import('../../../store/template-progress.ts');
  const { worktreeName } = await import('../../../store/paths.ts');
  const place = await openPlace(cli);
  const session = await meantConversation(cli, options.session);
  const waiting = session === undefined ? waitingRun(cli.state, worktreeName(cli.repository)) : undefined;
  if (wanted === undefined) {
    const run = session === undefined ? waiting : runOfSession(cli.state, session);
    if (run === undefined) throw noSession(undefined);
    const document = workingDocument(cli.state, run.id);
    if (options.json === true) return cli.json({ id: run.id, session, document, steps: stepsOf(run) });
    cli.print(runLines(cli, run, stepsOf(run), document).join('\n'));
    if (session === undefined) cli.say('No session is open here: it waits for the next one.');
    return;
  }
  if (session === undefined) throw noSession(waiting);
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
