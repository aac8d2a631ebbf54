import { type OpenReplay, openReplay } from '../../../flows/replay/open.ts';
import { sleep } from '../../../platform/clock.ts';
import { visible } from '../../../platform/terminal.ts';
import { counted } from '../../../platform/words.ts';
import { selectSteps } from '../../../replay/select.ts';
import type { ReplayStep } from '../../../replay/types.ts';
import type { Cli } from '../../cli.ts';
import { renderStep } from '../../render/replay.ts';
import { gapBetween } from '../../replay/gap.ts';
import { openPlace } from '../checkpoint/shared.ts';
import type { ReplayOptions } from '../replay.ts';
import { replayTarget, selectionOf } from './shared.ts';

/** Characters of each recorded text a terminal is given. */
const LONGEST = 20_000;

/** Shows a session's replay: by keys at a terminal, else as a stream. */
export async function showCommand(cli: Cli, session: string, options: ReplayOptions): Promise<void> {
  const selection = selectionOf(options);
  const place = await openPlace(cli);
  const target = await replayTarget(cli, place, session);
  const replay = await openReplay(place, target, options.json === true ? {} : { longest: LONGEST });
  try {
    let total: number | undefined;
    const counting = countSteps(replay.steps, (count) => {
      total = count;
    });
    const steps = selectSteps(counting, selection);
    if (options.json === true) return await printJson(cli, replay, steps, options);
    if (cli.interactive) await watchSteps(cli, steps, options);
    else await printSteps(cli, steps, options, () => total);
    for (const remark of replay.remarks()) cli.say(`claude-hooks: ${visible(remark)}`);
  } finally {
    replay.close();
  }
}

async function watchSteps(cli: Cli, steps: Iterator<ReplayStep>, options: ReplayOptions): Promise<void> {
  const { openScreen } = await import('../../replay/screen.ts');
  const { watch } = await import('../../replay/watch.ts');
  const screen = openScreen();
  try {
    const playing = options.speed !== undefined && options.step !== true;
    await watch(cli, screen, steps, { playing, speed: options.speed ?? 1 });
  } finally {
    screen.close();
  }
}

/** @param onEnd is told how many there are, where all were read. */
function* countSteps(steps: Iterable<ReplayStep>, onEnd: (count: number) => void): Generator<ReplayStep> {
  let count = 0;
  for (const step of steps) {
    count += 1;
    yield step;
  }
  onEnd(count);
}

async function printSteps(
  cli: Cli,
  steps: Iterable<ReplayStep>,
  options: ReplayOptions,
  total: () => number | undefined,
): Promise<void> {
  let any = false;
  for await (const step of paced(steps, options.speed)) {
    any = true;
    cli.print(renderStep(cli, step));
    await cli.drained();
  }
  if (any) return;
  const all = total();
  cli.say(
    `No step is what was asked for${all === undefined ? '' : `; the session has ${counted(all, 'step')}`}.`,
  );
}

/** The first line names the session, then comes one a step, and the last says that it is whole and what could not be read. */
async function printJson(
  cli: Cli,
  replay: OpenReplay,
  steps: Iterable<ReplayStep>,
  options: ReplayOptions,
): Promise<void> {
  const { session, transcript } = replay;
  cli.print(JSON.stringify({ version: 1, session, transcript: transcript ?? null }));
  let count = 0;
  for await (const step of paced(steps, options.speed)) {
    count += 1;
    cli.print(JSON.stringify(step));
    await cli.drained();
  }
  cli.print(JSON.stringify({ end: true, steps: count, remarks: replay.remarks() }));
}

async function* paced(steps: Iterable<ReplayStep>, speed: number | undefined): AsyncGenerator<ReplayStep> {
  let before: ReplayStep | undefined;
  for (const step of steps) {
    if (speed !== undefined && before !== undefined) await sleep(gapBetween(before, step, speed));
    before = step;
    yield step;
  }
}
