import { usePartition } from '../../../../flows/partition.ts';
import { visible } from '../../../../platform/terminal.ts';
import { listLive } from '../../../../store/live.ts';
import type { Cli } from '../../../cli.ts';
import { openPlace, sessionAt } from './shared.ts';

/** Chooses for the session told, else for the one this command was started in, else for those that begin here. */
export async function use(
  cli: Cli,
  name: string,
  options: { session?: string; json?: boolean },
): Promise<void> {
  const place = await openPlace(cli);
  const session = sessionAt(cli, options.session);
  const { partition, sentence, warnings } = await usePartition(place, session, name, 'hand');
  if (options.json === true) {
    cli.json({ partition: partition?.name ?? null, session: session ?? null, warnings });
    return;
  }
  cli.print(visible(sentence));
  for (const warning of warnings) cli.say(visible(warning));
  const open = session === undefined ? listLive(place.state) : [];
  if (open.length > 0)
    cli.say(`Sessions that are open keep theirs; for one of them: --session ${open[0]?.session ?? ''}`);
}
