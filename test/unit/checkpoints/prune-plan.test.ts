import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planPrune, sessionKey, type Verdict } from '../../../src/checkpoints/prune-plan.ts';
import { findRoom } from '../../../src/checkpoints/prune-size.ts';
import type { CheckpointSummary } from '../../../src/checkpoints/types.ts';

const NOW = Date.parse('2026-11-22T12:00:00Z');
const DAY = 24 * 3_600_000;

function checkpoint(id: string, ageMs: number, more: Partial<CheckpointSummary> = {}): CheckpointSummary {
  return {
    id,
    name: 'Interval',
    createdAt: new Date(NOW - ageMs).toISOString(),
    commit: id,
    tree: id,
    reason: 'interval',
    worktree: 'main',
    counts: { new: 0, modified: 0, deleted: 0 },
    leftOut: [],
    leftOutCount: 0,
    remarks: [],
    document: '',
    ...more,
  };
}

const lists = fc
  .array(
    fc.record({
      age: fc.integer({ min: -DAY, max: 60 * DAY }),
      session: fc.constantFrom(undefined, 's1', 's2', 's3'),
      named: fc.constantFrom(undefined, undefined, undefined, true as const),
      reason: fc.constantFrom('interval', 'stop', 'manual'),
      name: fc.constantFrom('Checkpoint', 'Interval', 'Feature X'),
      needed: fc.constantFrom(undefined, undefined, undefined, 'operation' as const, 'snapshot' as const),
    }),
    { maxLength: 40 },
  )
  .map((items) => ({
    list: items.map(({ age, session, named, reason, name }, at) =>
      checkpoint(`c${at}`, age, {
        reason,
        name,
        ...(session === undefined ? {} : { session }),
        ...(named === undefined ? {} : { named }),
      }),
    ),
    needed: new Map(
      items.flatMap(({ needed }, at): [string, 'operation' | 'snapshot'][] =>
        needed === undefined ? [] : [[`c${at}`, needed]],
      ),
    ),
  }));
const rules = fc.record({
  count: fc.integer({ min: 1, max: 8 }),
  ageMs: fc.integer({ min: 0, max: 40 * DAY }),
});
const rooms = fc
  .dictionary(fc.constantFrom('', 's1', 's2'), fc.integer({ min: 0, max: 6 }))
  .map((room) => new Map(Object.entries(room)));

const going = (verdicts: readonly Verdict[]): string[] =>
  verdicts.filter(({ goes }) => goes).map((one) => one.checkpoint.id);

describe('what is pruned', () => {
  it('is never named or needed; of each session the newest stay, within every limit', () => {
    fc.assert(
      fc.property(lists, rules, rooms, ({ list, needed }, limits, room) => {
        const verdicts = planPrune(list, { needed, room }, limits, NOW);
        expect(verdicts.map((one) => one.checkpoint)).toEqual(list);
        const sessions = new Map<string, Verdict[]>();
        for (const verdict of verdicts) {
          const { checkpoint: one, goes, why } = verdict;
          if (
            one.named === true ||
            needed.has(one.id) ||
            (one.reason === 'manual' && one.name === 'Feature X')
          )
            expect(goes).toBe(false);
          if (goes || why === 'rules')
            sessions.set(sessionKey(one), [...(sessions.get(sessionKey(one)) ?? []), verdict]);
        }
        for (const [key, own] of sessions) {
          const stay = own.filter(({ goes }) => !goes).map((one) => Date.parse(one.checkpoint.createdAt));
          const go = own.filter(({ goes }) => goes).map((one) => Date.parse(one.checkpoint.createdAt));
          expect(stay.length).toBeLessThanOrEqual(limits.count);
          expect(stay.length).toBeLessThanOrEqual(Math.max(1, room.get(key) ?? Number.POSITIVE_INFINITY));
          for (const time of stay) expect(NOW - time).toBeLessThanOrEqual(limits.ageMs);
          if (stay.length > 0 && go.length > 0)
            expect(Math.max(...go)).toBeLessThanOrEqual(Math.min(...stay));
          // Nothing goes without a reason: with room left for it, only its age speaks against one.
          if (stay.length < Math.min(limits.count, Math.max(1, room.get(key) ?? 99)))
            for (const time of go) expect(NOW - time).toBeGreaterThan(limits.ageMs);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('is the same for any order of the list, and nothing more a second time', () => {
    fc.assert(
      fc.property(lists, rules, rooms, ({ list, needed }, limits, room) => {
        const facts = { needed, room };
        const first = going(planPrune(list, facts, limits, NOW));
        expect(going(planPrune([...list].reverse(), facts, limits, NOW)).sort()).toEqual([...first].sort());
        const rest = list.filter(({ id }) => !first.includes(id));
        expect(going(planPrune(rest, facts, limits, NOW))).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  it('is less with every limit that is raised', () => {
    fc.assert(
      fc.property(lists, rules, rooms, ({ list, needed }, limits, room) => {
        const first = going(planPrune(list, { needed, room }, limits, NOW));
        for (const more of [{ count: limits.count + 1 }, { ageMs: limits.ageMs + DAY }]) {
          const second = going(planPrune(list, { needed, room }, { ...limits, ...more }, NOW));
          if ('count' in more) expect(first).toEqual(expect.arrayContaining(second));
          else expect(second.length).toBeLessThanOrEqual(first.length);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('keeps what a person named before names were marked', () => {
    const list = [
      checkpoint('a', 50 * DAY, { reason: 'manual', name: 'Feature X' }),
      checkpoint('b', 50 * DAY, { reason: 'manual', name: 'Checkpoint' }),
      checkpoint('c', 50 * DAY, { reason: 'stop', name: 'Feature X' }),
      checkpoint('d', 50 * DAY, { reason: 'stop', name: 'Feature X', named: true }),
    ];
    const verdicts = planPrune(list, { needed: new Map(), room: new Map() }, { count: 9, ageMs: DAY }, NOW);
    expect(verdicts.map(({ goes, why }) => `${goes} ${why}`)).toEqual([
      'false named',
      'true age',
      'true age',
      'false named',
    ]);
  });
});

describe('how many fit', () => {
  /** Each commit's own bytes, as if nothing were shared. */
  const usageOf = (bytes: Record<string, number>) => {
    const asked: number[] = [];
    return {
      asked,
      usage: async (commits: readonly string[]) => {
        asked.push(commits.length);
        return commits.reduce((sum, commit) => sum + (bytes[commit] ?? 0), 0);
      },
    };
  };
  const limits = { count: 200, ageMs: 30 * DAY, sizeBytes: 100 };

  it('is asked once where all fit together', async () => {
    const list = Array.from({ length: 50 }, (_, at) => checkpoint(`c${at}`, at, { session: `s${at % 5}` }));
    const { usage, asked } = usageOf({ c0: 60, c1: 40 });
    expect(await findRoom(list, new Map(), limits, NOW, usage)).toEqual(new Map());
    expect(asked).toEqual([50]);
  });

  it('is the largest number of newest ones, found with few questions', async () => {
    const list = Array.from({ length: 200 }, (_, at) => checkpoint(`c${at}`, at, { session: 's1' }));
    list.push(checkpoint('other', 1, { session: 's2' }), checkpoint('mine', 1, { named: true }));
    const bytes = Object.fromEntries(list.map(({ id }) => [id, 7]));
    const { usage, asked } = usageOf({ ...bytes, mine: 1_000 });
    expect(await findRoom(list, new Map(), limits, NOW, usage)).toEqual(new Map([['s1', 14]]));
    expect(asked.length).toBeLessThan(12);
  });

  it('never lets size take the newest of a session', async () => {
    const list = [checkpoint('a', 0, { session: 's' }), checkpoint('b', 1, { session: 's' })];
    const { usage } = usageOf({ a: 1_000, b: 1 });
    const room = await findRoom(list, new Map(), limits, NOW, usage);
    expect(room).toEqual(new Map([['s', 0]]));
    expect(going(planPrune(list, { needed: new Map(), room }, limits, NOW))).toEqual(['b']);
  });
});
