import { HooksError } from '../../../errors.ts';
import { openReplay } from '../../../flows/replay/open.ts';
import { visible } from '../../../platform/terminal.ts';
import { selectSteps } from '../../../replay/select.ts';
import type { Replay } from '../../../replay/types.ts';
import type { Cli } from '../../cli.ts';
import { openPlace, withProgress } from '../checkpoint/shared.ts';
import type { ReplayOptions } from '../replay.ts';
import { replayTarget, selectionOf } from './shared.ts';
import { writeReplayPage } from './write-page.ts';

/** Characters of each recorded text that are read for a page, which may carry fewer. */
const LONGEST = 65_536;

/** Writes a session's replay as a page, and with --open shows it. */
export async function htmlCommand(cli: Cli, session: string, options: ReplayOptions): Promise<void> {
  const { html } = options;
  if (html === undefined || html === '' || options.step === true || options.speed !== undefined) {
    const other = options.step === true || options.speed !== undefined;
    throw new HooksError({
      code: 'usage',
      kind: 'usage',
      message: other
        ? 'A page is played in the browser: --step and --speed do not go with --html.'
        : '--open and --force need the file of --html.',
      hint: `Write: claude-hooks replay ${visible(session)} --html replay.html`,
    });
  }
  const selection = selectionOf(options);
  const place = await openPlace(cli);
  const target = await replayTarget(cli, place, session);
  const replay = await withProgress(cli, 'Reading the session …', async (): Promise<Replay> => {
    const opened = await openReplay(place, target, { longest: LONGEST });
    try {
      const steps = [...selectSteps(opened.steps, selection)];
      return { session: opened.session, transcript: opened.transcript, steps, remarks: opened.remarks() };
    } finally {
      opened.close();
    }
  });
  const file = await writeReplayPage(cli, replay, {
    html,
    open: options.open === true,
    force: options.force === true,
  });
  if (options.json === true)
    cli.json({ session: replay.session, file, steps: replay.steps.length, remarks: replay.remarks });
  else for (const remark of replay.remarks) cli.say(`claude-hooks: ${visible(remark)}`);
}
