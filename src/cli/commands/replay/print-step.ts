import type { ReplayPlace, ReplayTarget } from '../../../flows/replay/find-session.ts';
import { openReplay } from '../../../flows/replay/open.ts';
import type { Cli } from '../../cli.ts';
import { renderStep } from '../../render/replay.ts';

/** Shows the edit a tool call made. */
export async function printStep(
  cli: Cli,
  place: ReplayPlace,
  target: ReplayTarget,
  call: string,
): Promise<void> {
  const replay = await openReplay(place, target, { longest: 20_000 });
  try {
    for (const step of replay.steps) {
      if (step.type !== 'edit' || step.call !== call) continue;
      cli.print(renderStep(cli, step));
      return;
    }
  } finally {
    replay.close();
  }
}
