import { visible } from '../../platform/terminal.ts';
import { isEdit, isError, says } from '../../replay/select.ts';
import type { ReplayStep } from '../../replay/types.ts';
import type { Cli } from '../cli.ts';
import { paint } from '../render/paint.ts';
import { renderStep } from '../render/replay.ts';
import { cutTo } from '../render/width.ts';
import { gapBetween } from './gap.ts';
import { KEY_HELP, type Key, keyOf, typeKey } from './keys.ts';
import { END, type Screen } from './screen.ts';
import { openTape, type Tape } from './tape.ts';

/** To the beginning of the line, and away with what stands there. */
const CLEAR = '\r\u001b[K';
const FASTEST = 1_024;
/** Steps that are looked at before keys are asked for. */
const AT_ONCE = 200;

interface Watch {
  cli: Pick<Cli, 'color'>;
  screen: Screen;
  tape: Tape;
  playing: boolean;
  speed: number;
  /** What was searched for last, in lower case. */
  words: string;
  /** What the last line says instead of the keys. */
  notice: string | undefined;
}

/**
 * Shows steps one below the other on a terminal; the last line tells the keys. Nothing else of the screen is touched, so that
 * everything can be scrolled back to.
 * @param playing whether it begins to play at once.
 */
export async function watch(
  cli: Pick<Cli, 'color'>,
  screen: Screen,
  steps: Iterator<ReplayStep>,
  options: { playing: boolean; speed: number },
): Promise<void> {
  const state: Watch = { cli, screen, tape: openTape(steps), words: '', notice: undefined, ...options };
  screen.onResize(() => showStatus(state));
  advance(state);
  for (;;) {
    showStatus(state);
    const sequence = await screen.nextKey(state.playing ? gap(state) : undefined);
    if (sequence === END) break;
    if (sequence === undefined) {
      if (!advance(state)) state.playing = false;
      continue;
    }
    const key = keyOf(sequence);
    state.notice = undefined;
    if (key === 'quit') break;
    if (key !== undefined) await act(state, key);
  }
  screen.write(CLEAR);
}

async function act(state: Watch, key: Key): Promise<void> {
  const { screen, tape } = state;
  switch (key) {
    case 'next':
      state.playing = false;
      return void advance(state);
    case 'back': {
      state.playing = false;
      const step = tape.back();
      return step === undefined ? say(state, 'further back is nothing') : show(state, step);
    }
    case 'error':
      return jump(state, 'error', isError);
    case 'edit':
      return jump(state, 'edit', isEdit);
    case 'prompt':
      return jump(state, 'prompt', ({ type }) => type === 'prompt');
    case 'search': {
      const words = await ask(state);
      if (words === undefined) return;
      if (words !== '') state.words = words.toLowerCase();
      return searchOn(state);
    }
    case 'again':
      return searchOn(state);
    case 'full': {
      const step = tape.current();
      if (step !== undefined) screen.write(CLEAR + renderStep(state.cli, step, true));
      return;
    }
    case 'play':
      state.playing = !state.playing;
      return;
    case 'faster':
      state.speed = Math.min(FASTEST, state.speed * 2);
      return say(state, `speed ${state.speed}`);
    case 'slower':
      state.speed = Math.max(1 / 8, state.speed / 2);
      return say(state, `speed ${state.speed}`);
    case 'help':
      screen.write(`${CLEAR}${KEY_HELP}\n`);
      return;
    case 'suspend':
      screen.write(CLEAR);
      return screen.suspend();
  }
}

function advance(state: Watch): boolean {
  const step = state.tape.next();
  if (step === undefined) say(state, 'this is the end');
  else show(state, step);
  return step !== undefined;
}

function searchOn(state: Watch): Promise<void> | void {
  if (state.words === '') return say(state, 'nothing to search for yet');
  return jump(state, state.words, (step) => says(step, state.words));
}

/** Goes on to the next such step; a key ends it early. */
async function jump(state: Watch, what: string, is: (step: ReplayStep) => boolean): Promise<void> {
  const { screen, tape } = state;
  state.playing = false;
  for (let looked = 1; ; looked += 1) {
    const step = tape.next();
    if (step === undefined) return say(state, `no further ${what}: this is the end`);
    if (is(step)) return show(state, step);
    if (looked % AT_ONCE !== 0) continue;
    say(state, `looking for ${what}, at #${step.number}; any key stops`);
    showStatus(state);
    await new Promise((resolve) => setImmediate(resolve));
    if (screen.hasKey()) return say(state, `stopped at #${step.number}`);
  }
}

/** A line of words, typed in the last line; undefined where it was given up. */
async function ask(state: Watch): Promise<string | undefined> {
  let text = '';
  for (;;) {
    say(state, `/${text}`);
    showStatus(state);
    const sequence = await state.screen.nextKey();
    const typed =
      sequence === undefined || sequence === END
        ? { text, end: 'cancelled' as const }
        : typeKey(text, sequence);
    text = typed.text;
    if (typed.end === undefined) continue;
    state.notice = undefined;
    return typed.end === 'done' ? text : undefined;
  }
}

function show(state: Watch, step: ReplayStep): void {
  state.screen.write(CLEAR + renderStep(state.cli, step));
}

function say(state: Watch, notice: string): void {
  state.notice = notice;
}

function showStatus({ cli, screen, tape, notice, playing, speed }: Watch): void {
  const at = tape.current()?.number ?? 0;
  const how = playing
    ? `playing, speed ${speed}; a stops`
    : 'space next, e error, d edit, / search, a play, q quit, ? more';
  const line = visible(notice ?? `#${at}  ${how}`)
    .replaceAll('\n', ' ')
    .replaceAll('\t', ' ');
  screen.write(CLEAR + paint(cli, 'dim', cutTo(line, Math.max(1, screen.columns() - 1))));
}

function gap({ tape, speed }: Watch): number {
  const [now, next] = [tape.current(), tape.peek()];
  return now === undefined || next === undefined ? 0 : gapBetween(now, next, speed);
}
