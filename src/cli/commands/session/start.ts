import type { Command } from 'commander';
import type { Cli } from '../../cli.ts';
import { cell } from '../../render/checkpoint.ts';
import { paint } from '../../render/paint.ts';
import { openPlace } from '../checkpoint/shared.ts';
import { runClient } from './run.ts';
import { sessionJson } from './shared.ts';

interface Options {
  run?: boolean;
  json?: boolean;
}

export function defineStart(session: Command, cli: Cli): void {
  session
    .command('start')
    .argument('<name>', 'free text for a new session, or the id of one that is New')
    .description('Start a session: the next conversation that begins in this working tree belongs to it.')
    .option('--run', 'start Claude Code now')
    .option('--json', 'one JSON document on standard output')
    .addHelpText('after', '\nExample:\n  claude-hooks session start "search fast" --run\n')
    .action((name: string, options: Options) => start(cli, name, options));
}

async function start(cli: Cli, name: string, { run, json }: Options): Promise<void> {
  const { moveSession, startSessionNamed } = await import('../../../flows/sessions/act.ts');
  const { hasPiece } = await import('../../../store/piece-files.ts');
  const { isId } = await import('../../../store/names.ts');
  const place = await openPlace(cli);
  const isKnown = isId(name) && hasPiece(place.state, name);
  const { session, from, to } = isKnown ? moveSession(place, name, 'start') : startSessionNamed(place, name);
  if (json === true) cli.json({ ...sessionJson(session), from, to, command: 'claude' });
  else {
    cli.print(`Started ${paint(cli, 'cyan', session.id)} "${cell(session.name, 60)}"`);
    if (run !== true) cli.print('  The next conversation that begins here belongs to it: claude');
  }
  if (run === true) await runClient(cli, session, []);
}
