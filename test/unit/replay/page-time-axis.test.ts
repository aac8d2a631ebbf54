import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  buildTimeAxis,
  lastAtMost,
  positionOf,
  ticksBetween,
  timeAt,
} from '../../../src/replay/page/model/time-axis.ts';

const MINUTE = 60_000;
const START = Date.UTC(2026, 0, 5, 9, 0);

describe('the time axis', () => {
  it('shortens waits and marks the long ones', () => {
    const axis = buildTimeAxis([
      START,
      START + 5_000,
      START + 65_000,
      START + 65_000 + 180 * MINUTE,
      START + 65_000 + 180 * MINUTE,
    ]);
    expect([...axis.xs]).toEqual([0, 5_000, 35_000, 65_000, 65_100]);
    expect(axis.gaps).toEqual([
      { x: 35_000, width: 30_000, from: START + 65_000, to: START + 65_000 + 180 * MINUTE },
    ]);
  });

  it('never runs backwards, whatever the clock did', () => {
    const times = fc.array(
      fc.oneof(fc.integer({ min: START - 1e9, max: START + 1e9 }), fc.constant(Number.NaN)),
    );
    fc.assert(
      fc.property(times, (at) => {
        const axis = buildTimeAxis(at);
        for (let index = 1; index < at.length; index += 1) {
          expect(axis.xs[index]).toBeGreaterThan(axis.xs[index - 1] ?? 0);
          expect(axis.times[index]).toBeGreaterThanOrEqual(axis.times[index - 1] ?? 0);
        }
        for (const x of axis.xs) expect(timeAt(axis, x)).toBe(axis.times[lastAtMost(axis.xs, x)]);
      }),
    );
  });

  it('finds its way from a moment to a place and back', () => {
    const axis = buildTimeAxis([START, START + 10_000, START + 30_000]);
    expect(positionOf(axis, START + 20_000)).toBe(20_000);
    expect(timeAt(axis, 20_000)).toBe(START + 20_000);
    expect(timeAt(buildTimeAxis([]), 5)).toBe(0);
  });
});

describe('the marks of the axis', () => {
  it('stand at round moments of the clock of whoever looks', () => {
    const axis = buildTimeAxis(Array.from({ length: 101 }, (_x, index) => START + 7_000 + index * 6_000));
    const times = ticksBetween(axis, 0, axis.length, 5, 330).map((x) => timeAt(axis, x));
    expect(times).toEqual([2, 4, 6, 8, 10].map((minute) => START + minute * MINUTE));
  });

  it('stand in no wait, rise, and are not too many', () => {
    const waits = fc.array(fc.integer({ min: 0, max: 5 * 3_600_000 }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(waits, fc.integer({ min: 2, max: 20 }), (list, count) => {
        let at = START;
        const axis = buildTimeAxis(list.map((wait) => (at += wait)));
        const ticks = ticksBetween(axis, 0, axis.length, count, 60);
        for (const [index, x] of ticks.entries()) {
          if (index > 0) expect(x).toBeGreaterThan(ticks[index - 1] ?? 0);
          const inside = axis.gaps.filter((gap) => x > gap.x + 1 && x < gap.x + gap.width - 1);
          expect(inside).toEqual([]);
        }
        expect(ticks.length).toBeLessThanOrEqual(count * 3 + 2);
      }),
    );
  });
});
