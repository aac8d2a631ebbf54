import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bisect, type Verdict } from '../../../src/replay/bisect.ts';
import { type Moment, parseMoment } from '../../../src/replay/moment.ts';
import { type Selection, says, selectSteps } from '../../../src/replay/select.ts';
import type { ReplayStep } from '../../../src/replay/types.ts';

const START = new Date(2026, 10, 28, 14, 0, 0).getTime();
const step = (number: number, more: Partial<ReplayStep> = {}): ReplayStep => ({
  number,
  at: START + number * 60_000,
  lane: 'tool',
  type: 'tool',
  description: `step ${number}`,
  cite: String(number * 10),
  ...more,
});
const STEPS = [
  step(1, { type: 'prompt', lane: 'prompt' }),
  step(2),
  step(3, { failed: true, lane: 'error' }),
  step(4, { type: 'edit', lane: 'edit', hunks: [{ oldStart: 1, newStart: 1, lines: ['+Needle'] }] }),
  // A sub-agent in the background, of which is told before what happened meanwhile.
  step(5, { agent: 'abc', at: START + 3_600_000, cite: 'abc:7' }),
  step(6),
];
const shown = (selection: Selection): number[] =>
  [...selectSteps(STEPS, selection)].map(({ number }) => number);
const moment = (text: string): Moment => {
  const found = parseMoment(text);
  if (found === undefined) throw new Error(`no moment: ${text}`);
  return found;
};

describe('the steps that are shown', () => {
  it.each<[string, Selection, number[]]>([
    ['all', {}, [1, 2, 3, 4, 5, 6]],
    ['from a number', { from: moment('4') }, [4, 5, 6]],
    ['until a number', { until: moment('#2') }, [1, 2]],
    ['until a place', { until: moment('abc:7') }, [1, 2, 3, 4, 5]],
    ['from a time of the day', { from: moment('14:03') }, [3, 4, 5, 6]],
    ['until a time of the day', { until: moment('14:03:30') }, [1, 2, 3]],
    ['until a time that is that of a step', { until: moment('2026-11-28 14:04') }, [1, 2, 3, 4]],
    ['a while after the beginning', { from: moment('+2m'), until: moment('+3m') }, [3]],
    ['beyond the end', { from: moment('99') }, []],
    ['no calls', { skipToolCalls: true }, [1, 4]],
    ['edits', { only: 'edits' }, [4]],
    ['errors', { only: 'errors' }, [3]],
    ['prompts', { only: 'prompts' }, [1]],
  ])('%s', (_name, selection, numbers) => {
    expect(shown(selection)).toEqual(numbers);
  });

  it('are read no further than the last of them', () => {
    let read = 0;
    function* counted(): Generator<ReplayStep> {
      for (const one of STEPS) {
        read += 1;
        yield one;
      }
    }
    expect([...selectSteps(counted(), { until: moment('2') })]).toHaveLength(2);
    expect(read).toBe(2);
  });

  it('are found by their words, whatever the capitals', () => {
    expect(STEPS.filter((one) => says(one, 'needle')).map(({ number }) => number)).toEqual([4]);
  });
});

it.each(['', 'x', '25:00', '14:61', '0', '-3', '2026-13-45', '+3', '+3d', '@', 'a b'])(
  '%j is no moment',
  (text) => {
    expect(parseMoment(text)).toBeUndefined();
  },
);

it('finds the first bad one of any row in few tries, around those that cannot be told', async () => {
  const row = fc.record({
    good: fc.integer({ min: 1, max: 300 }),
    bad: fc.integer({ min: 1, max: 300 }),
    holes: fc.array(fc.nat(600), { maxLength: 12 }),
  });
  await fc.assert(
    fc.asyncProperty(row, async ({ good, bad, holes }) => {
      const count = good + bad;
      const skipped = new Set(holes.filter((at) => at > 0 && at < count - 1));
      const tried: number[] = [];
      const outcome = await bisect(count, (at): Promise<Verdict> => {
        tried.push(at);
        return Promise.resolve(skipped.has(at) ? 'skip' : at < good ? 'good' : 'bad');
      });
      expect(new Set(tried).size).toBe(tried.length);
      expect(tried.length).toBeLessThanOrEqual(Math.ceil(Math.log2(count)) + 3 + skipped.size);
      if (outcome.kind === 'found') expect(outcome.first).toBe(good);
      else if (outcome.kind === 'unsure') {
        expect(outcome.candidates).toContain(good);
        for (const at of outcome.candidates.slice(0, -1)) expect(skipped.has(at)).toBe(true);
      } else throw new Error(`not found: ${outcome.kind}`);
      if (!skipped.has(good - 1) && !skipped.has(good)) expect(outcome.kind).toBe('found');
    }),
    { numRuns: 500 },
  );
});

it.each<[Verdict[], unknown]>([
  [['bad', 'bad'], { kind: 'bad-at-start' }],
  [['good', 'good'], { kind: 'good-at-end' }],
  [['good'], { kind: 'good-at-end' }],
  [['skip', 'bad'], { kind: 'cannot-tell', at: 0 }],
  [['good', 'skip'], { kind: 'cannot-tell', at: 1 }],
])('says so where the ends are %j', async (verdicts, outcome) => {
  expect(await bisect(verdicts.length, (at) => Promise.resolve(verdicts[at] ?? 'skip'))).toEqual(outcome);
});
