import type { Command } from 'commander';
import { shellWord } from '../../../checkpoints/markdown.ts';
import type { Session } from '../../../sessions/session.ts';
import type { Cli } from '../../cli.ts';
import { paint } from '../../render/paint.ts';
import { variableLine } from '../../render/snapshot.ts';
import { openPlace } from '../checkpoint/shared.ts';
import { folderOf, runClient } from './run.ts';
import { sessionJson, targetOf } from './shared.ts';

interface Options {
  run?: boolean;
  json?: boolean;
}

export function defineResume(session: Command, cli: Cli): void {
  session
    .command('resume')
    .argument('[id]', 'the session; the current one unless told')
    .description(
      'Go on with a session: its variables and partition are in place again; prints the command of Claude Code.',
    )
    .option('--run', 'run that command now, in this terminal')
    .option('--json', 'one JSON document on standard output')
    .addHelpText('after', '\nExample:\n  claude-hooks session resume "search fast" --run\n')
    .action((id: string | undefined, options: Options) => resume(cli, id, options));
}

async function resume(cli: Cli, named: string | undefined, { run, json }: Options): Promise<void> {
  const { lastConversation, moveSession } = await import('../../../flows/sessions/act.ts');
  const place = await openPlace(cli);
  const { session, from, to } = moveSession(place, (await targetOf(cli, named, 'resume')).id, 'resume');
  const last = lastConversation(session);
  const args = last === undefined ? [] : ['--resume', last.id];
  const command = commandOf(cli, session, args);
  if (json === true) cli.json({ ...sessionJson(session), from, to, command });
  else {
    cli.print(`${paint(cli, 'cyan', session.id)} is ${to} now (it was ${from}).`);
    for (const [key, value] of Object.entries(session.variables)) cli.print(variableLine(key, value));
    if (session.partition !== undefined)
      cli.print(`  Partition in work: ${paint(cli, 'bold', session.partition)}`);
    if (run !== true) cli.print(command);
  }
  if (run === true) await runClient(cli, session, args);
}

/** For a POSIX shell. The client finds a conversation only from the folder it was in. */
function commandOf(cli: Cli, session: Session, args: readonly string[]): string {
  const folder = folderOf(cli, session);
  const there = folder === cli.cwd ? '' : `cd ${shellWord(folder)} && `;
  return `${there}${['claude', ...args.map((one) => (one.startsWith('--') ? one : shellWord(one)))].join(' ')}`;
}
