/** Where nothing happened for longer, the rest of the wait is left out of the axis, in milliseconds. */
const LONGEST_SHOWN = 30_000;
/** A wait from here on is marked as one. */
const IDLE = 120_000;
/** Steps that happened at once stand so far from each other that each can be told from the next. */
const SHORTEST_SHOWN = 100;

/** A stretch of time in which nothing happened, and where the axis has it. */
export interface IdleGap {
  x: number;
  width: number;
  from: number;
  to: number;
}

/** Time without its idle stretches: milliseconds from the first step, of which long waits take 30 s. */
export interface TimeAxis {
  /** Of each step; strictly rising, from 0. */
  xs: Float64Array;
  /** Of each step, in milliseconds since 1970; never falling. */
  times: Float64Array;
  gaps: IdleGap[];
  length: number;
}

/** @param at the time of each step; one that is no number or lies before the step before it counts as that of the step before. */
export function buildTimeAxis(at: readonly number[]): TimeAxis {
  const xs = new Float64Array(at.length);
  const times = new Float64Array(at.length);
  const gaps: IdleGap[] = [];
  let last = at.find(Number.isFinite) ?? 0;
  for (let index = 0; index < at.length; index += 1) {
    const given = at[index] ?? last;
    const time = Number.isFinite(given) && given > last ? given : last;
    times[index] = time;
    if (index > 0) {
      const wait = time - last;
      const width = Math.min(LONGEST_SHOWN, Math.max(SHORTEST_SHOWN, wait));
      const before = xs[index - 1] ?? 0;
      xs[index] = before + width;
      if (wait >= IDLE) gaps.push({ x: before, width, from: last, to: time });
    }
    last = time;
  }
  return { xs, times, gaps, length: xs.at(-1) ?? 0 };
}

/** The last position whose value is at most `value`; -1 where all are greater. */
export function lastAtMost(values: ArrayLike<number>, value: number): number {
  let [low, high] = [0, values.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((values[middle] ?? 0) <= value) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Where a moment lies on the axis; between two steps in proportion. */
export function positionOf(axis: TimeAxis, time: number): number {
  return interpolate(axis.times, axis.xs, time);
}

/** The moment at a place of the axis. */
export function timeAt(axis: TimeAxis, x: number): number {
  return interpolate(axis.xs, axis.times, x);
}

function interpolate(from: Float64Array, to: Float64Array, value: number): number {
  if (from.length === 0) return 0;
  const index = Math.min(Math.max(lastAtMost(from, value), 0), from.length - 1);
  const [a, b] = [from[index] ?? 0, from[index + 1]];
  const [c, d] = [to[index] ?? 0, to[index + 1]];
  if (b === undefined || d === undefined || b === a || value <= a) return c;
  return c + ((value - a) / (b - a)) * (d - c);
}

const DAY = 86_400_000;
const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 43_200, 86_400].map(
  (seconds) => seconds * 1_000,
);

/**
 * Round moments between two places of the axis, at most `count` or a few more, none inside an idle gap: at even distances in time
 * where there is no gap, else the roundest of every stretch of the axis.
 * @param zone minutes to add to UTC for the clock of whoever looks.
 */
export function ticksBetween(
  axis: TimeAxis,
  from: number,
  to: number,
  count: number,
  zone: number,
): number[] {
  if (axis.times.length === 0 || !(to > from)) return [];
  const span = (to - from) / Math.max(1, count);
  const shift = zone * 60_000;
  const gaps = axis.gaps.filter(({ x, width }) => x < to && x + width > from);
  const ticks: number[] = [];
  if (gaps.length === 0) {
    const [first, last] = [timeAt(axis, from), timeAt(axis, to)];
    const step = STEPS.find((candidate) => candidate >= (last - first) / Math.max(1, count)) ?? DAY;
    for (let time = roundUp(first, step, shift); time <= last && ticks.length < 200; time += step)
      ticks.push(positionOf(axis, time));
    return ticks;
  }
  for (let start = from; start < to; start += span) {
    const [first, last] = [timeAt(axis, start), timeAt(axis, Math.min(to, start + span * 0.6))];
    const time = roundestBetween(first, last, gaps, shift, span / 60);
    const x = time === undefined ? undefined : positionOf(axis, time);
    if (x !== undefined && !(x - (ticks.at(-1) ?? Number.NEGATIVE_INFINITY) < span * 0.7)) ticks.push(x);
  }
  return ticks;
}

function roundUp(time: number, step: number, shift: number): number {
  return Math.ceil((time + shift) / step) * step - shift;
}

function roundestBetween(
  first: number,
  last: number,
  gaps: readonly IdleGap[],
  shift: number,
  finest: number,
): number | undefined {
  for (const step of [...STEPS].reverse()) {
    if (step < finest) break;
    const time = roundUp(first, step, shift);
    if (time <= last && !gaps.some(({ from, to }) => time > from && time < to)) return time;
  }
  return undefined;
}
