import { type Command, InvalidArgumentError, Option } from 'commander';
import { HooksError } from '../../errors.ts';
import type { Cli } from '../cli.ts';
import { defineBisect } from './replay/bisect.ts';

export interface ReplayOptions {
  step?: boolean;
  speed?: number;
  from?: string;
  until?: string;
  skipToolCalls?: boolean;
  only?: 'edits' | 'errors' | 'prompts';
  html?: string;
  open?: boolean;
  force?: boolean;
  apply?: boolean;
  to?: string;
  into?: string;
  json?: boolean;
}

export function define(program: Command, cli: Cli): void {
  // What stands behind `bisect` is that command's, also where both know it.
  program.enablePositionalOptions();
  const replay = program
    .command('replay')
    .enablePositionalOptions()
    .summary('Watch a session again; rebuild its files; find the edit that broke something')
    .description(
      'What happened in a session, step by step: prompts, answers, tool calls, edits, checkpoints, commits and errors. At a terminal it goes on with the space bar; ? shows the keys. Elsewhere it is a plain stream.',
    )
    .argument('<session>', 'its id or name, the beginning of an id, that of a conversation, or latest')
    .option('--step', 'wait for a key after each step (what happens at a terminal without --speed)')
    .option('--speed <n>', 'play it, n times as fast as it was; no pause is longer than 2 s', speedOf)
    .option('--from <moment>', 'begin at a step (57), a time (14:30, 2026-11-28T14:30) or after +90m')
    .option('--until <moment>', 'end there')
    .option('--skip-tool-calls', 'leave tool calls out; edits stay')
    .addOption(new Option('--only <kind>', 'nothing but these').choices(['edits', 'errors', 'prompts']))
    .option('--html <file>', 'write it as one page for a browser, which needs nothing else')
    .option('--open', 'with --html: show the page')
    .option('--force', 'with --html: also over a file that is there')
    .option('--apply', 'make the files of the session again, in the folder named by --into')
    .option('--into <folder>', 'with --apply: a new or empty folder outside of the working tree')
    .option('--to <moment>', 'with --apply: stop after this step')
    .option(
      '--json',
      'one JSON line a step, after a line that names the session; with --apply or --html one document',
    )
    .addHelpText(
      'after',
      '\nExamples:\n  claude-hooks replay latest\n  claude-hooks replay 0c4e --only errors\n  claude-hooks replay latest --html replay.html --open\n  claude-hooks replay latest --apply --into ../rebuilt --to 57\n  claude-hooks replay bisect latest --run "npm test"\n',
    )
    .action(async (session: string, options: ReplayOptions) => {
      if (options.apply === true && options.html !== undefined)
        throw new HooksError({
          code: 'usage',
          kind: 'usage',
          message: '--apply and --html exclude each other; nothing was done.',
          hint: 'Run the command twice, once with each.',
        });
      if (options.apply === true || options.into !== undefined || options.to !== undefined) {
        const { applyCommand } = await import('./replay/apply.ts');
        return applyCommand(cli, session, options);
      }
      if (options.html !== undefined || options.open === true || options.force === true) {
        const { htmlCommand } = await import('./replay/html.ts');
        return htmlCommand(cli, session, options);
      }
      const { showCommand } = await import('./replay/show.ts');
      return showCommand(cli, session, options);
    });
  defineBisect(replay, cli);
}

function speedOf(text: string): number {
  const speed = Number(text);
  if (!(speed > 0 && speed <= 1_000_000)) throw new InvalidArgumentError('It has to be a number above 0.');
  return speed;
}
