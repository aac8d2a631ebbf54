import uPlot from 'uplot';
import { ticksBetween, timeAt } from '../model/time-axis.ts';
import { colours, LEFT, RIGHT } from './draw-lanes.ts';
import { clockTime, compact, dollars, shortDay, shortTime } from './format.ts';
import type { Recording } from './recording.ts';

/** Points beyond this many cannot be told apart on any screen. */
const MOST_POINTS = 4_000;

/** Height of the curves with their axis, in pixels; without any, that of the axis. */
export function curvesHeight(recording: Recording): number {
  return isKnown(recording.tokens) || isKnown(recording.dollars) ? 104 : 30;
}

/** Whether any step tells of it. */
export function isKnown(values: Float64Array): boolean {
  return !Number.isNaN(values.at(-1) ?? Number.NaN);
}

/** Draws context window and costs over the time axis that the lanes have, beside scales as wide as what is beside the lanes. */
export function drawCurves(
  place: HTMLElement,
  recording: Recording,
  options: { width: number; left: number; range: readonly [number, number] },
): uPlot {
  const colour = colours();
  const { axis, tokens, dollars: spent } = recording;
  const right = options.left === LEFT ? RIGHT : 44;
  const font = `11px ${colour('font')}`;
  const shared = { font, stroke: colour('soft'), ticks: { show: false }, gap: 4 };
  const grid = { stroke: colour('rule'), width: 1 };
  const zone = -new Date(axis.times[0] ?? 0).getTimezoneOffset();
  const upTo = (_plot: uPlot, _low: number, high: number | null): [number, number] => [
    0,
    (high ?? 1) * 1.1 || 1,
  ];
  return new uPlot(
    {
      width: options.width,
      height: curvesHeight(recording),
      padding: [8, isKnown(spent) ? 0 : right, 0, isKnown(tokens) ? 0 : options.left],
      cursor: { show: false },
      legend: { show: false },
      scales: {
        x: { time: false, range: (_plot, low, high) => [low, high] },
        tokens: { range: upTo },
        dollars: { range: upTo },
      },
      axes: [
        {
          ...shared,
          grid,
          size: 22,
          splits: (_plot, _axis, low, high) =>
            ticksBetween(axis, low, high, Math.max(2, (options.width - options.left - right) / 110), zone),
          values: (_plot, splits) => {
            const times = splits.map((x) => Math.round(timeAt(axis, x) / 1_000) * 1_000);
            const words = times.every((time) => time % 60_000 === 0) ? shortTime : clockTime;
            return times.map((time, at) => {
              const before = at === 0 ? axis.times[0] : times[at - 1];
              const day = shortDay(time);
              return before === undefined || shortDay(before) === day
                ? words(time)
                : `${day}, ${words(time)}`;
            });
          },
        },
        {
          ...shared,
          show: isKnown(tokens),
          scale: 'tokens',
          side: 3,
          size: options.left,
          grid,
          splits: (_plot, _axis, _low, high) => niceSplits(high),
          values: (_plot, splits) => splits.map(compact),
        },
        {
          ...shared,
          show: isKnown(spent),
          scale: 'dollars',
          side: 1,
          size: right,
          grid: { show: false },
          splits: (_plot, _axis, _low, high) => niceSplits(high),
          values: (_plot, splits) => splits.map(dollars),
        },
      ],
      series: [
        {},
        {
          scale: 'tokens',
          stroke: colour('context'),
          fill: colour('context-fill'),
          width: 1.5,
          points: { show: false },
          spanGaps: true,
        },
        { scale: 'dollars', stroke: colour('cost'), width: 1.5, points: { show: false }, spanGaps: true },
      ],
    },
    points(recording),
    place,
  );
}

/** Zero, a half and a round number below the top. */
function niceSplits(high: number): number[] {
  const unit = 10 ** Math.floor(Math.log10(Math.max(high, 1e-6)));
  const top = [5, 4, 2, 1].map((times) => times * unit).find((value) => value <= high) ?? unit;
  return [0, top / 2, top];
}

function points({ axis, tokens, dollars: spent }: Recording): uPlot.AlignedData {
  const every = Math.max(1, Math.ceil(axis.xs.length / MOST_POINTS));
  const [xs, first, second]: [number[], (number | null)[], (number | null)[]] = [[], [], []];
  for (let index = 0; index < axis.xs.length; index += 1) {
    // The highest of those that share a point, so that no peak before a compaction is lost.
    if (index % every !== every - 1 && index !== axis.xs.length - 1) continue;
    let peak = Number.NaN;
    for (let near = Math.max(0, index - every + 1); near <= index; near += 1) {
      const value = tokens[near] ?? Number.NaN;
      if (!(value <= peak)) peak = value;
    }
    const cost = spent[index] ?? Number.NaN;
    xs.push(axis.xs[index] ?? 0);
    first.push(Number.isNaN(peak) ? null : peak);
    second.push(Number.isNaN(cost) ? null : cost);
  }
  return [xs, first, second];
}
