import type { ReplayStep } from './types.ts';

/** A place in a replay, as a person names it. */
export type Moment =
  | { kind: 'number'; number: number }
  | { kind: 'cite'; cite: string }
  | { kind: 'time'; at: number }
  /** Milliseconds since the first step. */
  | { kind: 'after'; ms: number }
  /** Of the day, in minutes and seconds of local time; on the day of the first step or the one after. */
  | { kind: 'clock'; hours: number; minutes: number; seconds: number };

const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000 };

/**
 * Reads the number of a step (`57`), where in the transcript it is told (`@3456`, `a49d4421:12`), a time (`2026-11-28 14:30`,
 * ISO 8601), a time of the day (`14:30`, `14:30:05`) or how long after the beginning (`+90m`). Undefined for anything else.
 */
export function parseMoment(text: string): Moment | undefined {
  const word = text.trim();
  if (/^#?[1-9]\d{0,14}$/.test(word)) return { kind: 'number', number: Number(word.replace('#', '')) };
  const clock = /^([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?$/.exec(word);
  if (clock !== null)
    return {
      kind: 'clock',
      hours: Number(clock[1]),
      minutes: Number(clock[2]),
      seconds: Number(clock[3] ?? 0),
    };
  if (/^\d{1,2}:\d\d$/.test(word)) return undefined;
  if (/^(?:@\d+|[\w-]{1,8}:@?\d+)$/.test(word)) return { kind: 'cite', cite: word };
  const after = /^\+(\d+(?:\.\d+)?)([smh])$/.exec(word);
  if (after !== null) return { kind: 'after', ms: Number(after[1]) * (UNITS[after[2] ?? ''] ?? 0) };
  if (!/^\d{4}-\d\d-\d\d/.test(word)) return undefined;
  const at = Date.parse(word.length === 10 ? `${word}T00:00` : word.replace(' ', 'T'));
  return Number.isNaN(at) ? undefined : { kind: 'time', at };
}

/**
 * Whether a step has reached the moment; ask for every step in order, beginning with the first. `is` tells that it is the
 * very step that was named. What sub-agents did reaches no time: it may be told before what happened meanwhile.
 */
export function openMoment(moment: Moment): (step: ReplayStep) => { reached: boolean; is: boolean } {
  let at: number | undefined = moment.kind === 'time' ? moment.at : undefined;
  let isReached = false;
  return (step) => {
    if (at === undefined && moment.kind === 'after') at = step.at + moment.ms;
    if (at === undefined && moment.kind === 'clock') at = nextClock(step.at, moment);
    const is =
      moment.kind === 'number'
        ? step.number === moment.number
        : moment.kind === 'cite' && step.cite === moment.cite;
    isReached ||= is || (moment.kind === 'number' && step.number >= moment.number);
    isReached ||= at !== undefined && step.agent === undefined && step.at >= at;
    return { reached: isReached, is };
  };
}

/** The first time after `from` at which a clock shows that; the same second counts. */
function nextClock(from: number, clock: { hours: number; minutes: number; seconds: number }): number {
  const time = new Date(from);
  time.setHours(clock.hours, clock.minutes, clock.seconds, 0);
  if (time.getTime() + 999 < from) time.setDate(time.getDate() + 1);
  return time.getTime();
}
