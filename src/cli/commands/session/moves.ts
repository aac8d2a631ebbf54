import type { Command } from 'commander';
import type { Cli } from '../../cli.ts';
import { paint } from '../../render/paint.ts';
import { openPlace } from '../checkpoint/shared.ts';
import { sessionJson, targetOf } from './shared.ts';

const MOVES = {
  pause: 'Put a session aside. The next prompt in it goes on with it.',
  cancel: 'Take the start of a session back: it is New again.',
  complete: 'Call a session done.',
  archive: 'Put a session out of the list. What its transcripts tell is remembered.',
} as const;

export function defineMoves(session: Command, cli: Cli): void {
  for (const by of Object.keys(MOVES) as (keyof typeof MOVES)[]) {
    session
      .command(by)
      .argument('[id]', 'the session; the current one unless told')
      .description(MOVES[by])
      .option('--json', 'one JSON document on standard output')
      .addHelpText('after', `\nExample:\n  claude-hooks session ${by} "search fast"\n`)
      .action((id: string | undefined, options: { json?: boolean }) =>
        move(cli, by, id, options.json === true),
      );
  }
}

async function move(
  cli: Cli,
  by: keyof typeof MOVES,
  named: string | undefined,
  asJson: boolean,
): Promise<void> {
  const { moveSession } = await import('../../../flows/sessions/act.ts');
  const place = await openPlace(cli);
  const { id, from, to, session } = moveSession(place, (await targetOf(cli, named, by)).id, by);
  if (asJson) return cli.json({ ...sessionJson(session), from, to });
  cli.print(`${paint(cli, 'cyan', id)} is ${to} now (it was ${from}).`);
}
