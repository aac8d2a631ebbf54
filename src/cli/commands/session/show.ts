import type { Command } from 'commander';
import { visible } from '../../../platform/terminal.ts';
import type { Cli } from '../../cli.ts';
import { withProgress } from '../checkpoint/shared.ts';
import { sessionJson, sessionPlace, targetOf } from './shared.ts';

export function defineShow(session: Command, cli: Cli): void {
  session
    .command('show')
    .argument('[id]', 'the session; the current one unless told')
    .description('A session: conversations, variables, files, tools, tasks in the background, every move.')
    .option('--json', 'one JSON document on standard output')
    .addHelpText('after', '\nExample:\n  claude-hooks session show "search fast"\n')
    .action((id: string | undefined, options: { json?: boolean }) => show(cli, id, options.json === true));
}

async function show(cli: Cli, named: string | undefined, asJson: boolean): Promise<void> {
  const [{ readSession, readUntold }, { workFacts }, { setAside }] = await Promise.all([
    import('../../../flows/sessions/read.ts'),
    import('../../../flows/sessions/facts.ts'),
    import('../../../flows/sessions/refold.ts'),
  ]);
  const { state } = sessionPlace(cli);
  const { id } = await targetOf(cli, named);
  const { session, damaged, lost } = readSession(state, id, readUntold(state));
  if (damaged > 0) for (const said of setAside(state, id)) cli.say(`claude-hooks: ${visible(said)}`);
  const facts = await withProgress(cli, 'Reading the transcripts …', async () =>
    workFacts(state, session, true),
  );
  if (asJson) return cli.json({ ...sessionJson(session), lost, ...facts });
  const { sessionLines } = await import('../../render/session.ts');
  cli.print(sessionLines(cli, session, facts, lost).join('\n'));
}
