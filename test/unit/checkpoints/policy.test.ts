import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isDue, nextDueAt, parseSize } from '../../../src/checkpoints/policy.ts';

const MINUTE = 60_000;

it('is due once an interval, however often one looks, also after a sleep and with a clock that jumps', () => {
  const look = fc.oneof(
    { weight: 20, arbitrary: fc.integer({ min: 1, max: MINUTE }) },
    { weight: 1, arbitrary: fc.integer({ min: MINUTE, max: 86_400_000 }) },
    { weight: 1, arbitrary: fc.integer({ min: -86_400_000, max: -MINUTE }) },
  );
  fc.assert(
    fc.property(fc.array(look, { maxLength: 200 }), fc.integer({ min: 1, max: 60 }), (steps, minutes) => {
      const every = minutes * MINUTE;
      let now = 1_795_000_000_000;
      let due = nextDueAt(now, every);
      let since = 0;
      for (const step of steps) {
        now += step;
        since += step;
        const jumpedBack = step < 0;
        if (isDue(due, now, every)) {
          expect(since >= every || jumpedBack).toBe(true);
          due = nextDueAt(now, every);
          since = 0;
          expect(isDue(due, now, every)).toBe(false);
        } else {
          // Never longer without a look than the interval.
          expect(due - now).toBeLessThanOrEqual(every + 2_000);
          if (jumpedBack) since = every - (due - now);
        }
      }
    }),
  );
});

it('is due where it was never set', () => {
  expect(isDue(undefined, 0, MINUTE)).toBe(true);
});

it('reads sizes', () => {
  expect(parseSize('50MB')).toBe(50 * 1024 ** 2);
  expect(parseSize('1.5 kb')).toBe(1536);
  expect(parseSize(' 7B ')).toBe(7);
  expect(parseSize('2GB')).toBe(2 * 1024 ** 3);
  for (const text of ['', '50', 'MB', '1TB', '-1MB', '1e3B']) expect(parseSize(text)).toBeUndefined();
});
