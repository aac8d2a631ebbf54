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

const SECOND = 1_000;
const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 43_200, 86_400].map(
  (seconds) => seconds * SECOND,
);

/**
 * Round moments between two places of the axis, about `count` of them, none inside an idle gap and none nearer to the
 * next than half of the usual distance. @param zone minutes to add to UTC for the clock of whoever looks.
 */
export function ticksBetween(axis: TimeAxis, from: number, to: number, count: number, zone: number): number[] {
  const span = (to - from) / Math.max(1, count);
  const step = STEPS.find((candidate) => candidate >= span) ?? Math.ceil(span / 86_400_000) * 86_400_000;
  const shift = zone * 60_000;
  const [first, last] = [timeAt(axis, from), timeAt(axis, to)];
  const ticks: number[] = [];
  let time = Math.ceil((first + shift) / step) * step - shift;
  let gap = axis.gaps.findIndex(({ to: end }) => end > time);
  while (time <= last && ticks.length < 200) {
    let next = gap === -1 ? undefined : axis.gaps[gap];
    while (next !== undefined && next.to <= time) {
      gap += 1;
      next = axis.gaps[gap];
    }
    if (next !== undefined && time > next.from) {
      time = Math.ceil((next.to + shift) / step) * step - shift;
      continue;
    }
    const x = positionOf(axis, time);
    if (ticks.length === 0 || x - (ticks.at(-1) ?? 0) >= span / 2) ticks.push(x);
    time += step;
  }
  return ticks;
}
