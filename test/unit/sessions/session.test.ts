import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nameOfPrompt, newSessionId } from '../../../src/sessions/name.ts';
import { foldSession, type SessionRecord } from '../../../src/sessions/session.ts';
import { isId } from '../../../src/store/names.ts';

const at = (t: number, type: string, more: Record<string, unknown> = {}): SessionRecord => ({
  t,
  type,
  ...more,
});

describe('a session', () => {
  it('is one piece of work over resume, fork and clear', () => {
    const session = foldSession('s', [
      at(1, 'created', { root: '/r', branch: 'main' }),
      at(1, 'start', { conversation: 'a', how: 'startup' }),
      at(2, 'prompt', { conversation: 'a', prompt: 'Make the search fast\nplease' }),
      at(3, 'stop', { conversation: 'a' }),
      at(4, 'start', { conversation: 'b', how: 'fork', parent: 'a' }),
      at(5, 'end', { conversation: 'a', reason: 'clear' }),
      at(6, 'start', { conversation: 'c', how: 'clear', parent: 'a' }),
      at(7, 'prompt', { conversation: 'c', prompt: 'and now?' }),
    ]);
    expect(session).toMatchObject({
      name: 'Make the search fast',
      state: 'Working',
      prompts: 2,
      branch: 'main',
    });
    expect(session.conversations.map(({ id, status, how, parent }) => [id, status, how, parent])).toEqual([
      ['a', 'ended', 'startup', undefined],
      ['b', 'open', 'fork', 'a'],
      ['c', 'working', 'clear', 'a'],
    ]);
    expect(session.history.map(({ from, by, to }) => `${from} ${by} ${to}`)).toEqual([
      'New start Active',
      'Active work Working',
      'Working idle Active',
      'Active work Working',
    ]);
    expect(session.history[0]?.cause).toBe('SessionStart (startup) of a');
  });

  it('takes events in the order of their times, as they are told late', () => {
    const told = [
      at(10.4, 'start', { conversation: 'a' }),
      at(30, 'start', { conversation: 'a', how: 'resume' }),
      at(20, 'prompt', { conversation: 'a' }),
      at(29.9, 'end', { conversation: 'a' }),
    ];
    expect(foldSession('s', told).state).toBe('Active');
    // Found lost in the millisecond in which the next client starts.
    expect(foldSession('s', [...told.slice(0, 3), at(30.7, 'lost', { conversation: 'a' })]).state).toBe(
      'Active',
    );
  });

  it('keeps variables, a name and a partition that were given', () => {
    const session = foldSession('s', [
      at(1, 'created', { name: 'Search' }),
      at(2, 'prompt', { conversation: 'a', prompt: 'something else' }),
      at(3, 'set', { key: 'A', value: '1' }),
      at(4, 'set', { key: 'B', value: '2' }),
      at(5, 'set', { key: 'A', value: '3' }),
      at(6, 'unset', { key: 'B' }),
      at(7, 'partition', { partition: 'frontend' }),
      at(8, 'child', { conversation: 'kid' }),
    ]);
    expect(session).toMatchObject({
      name: 'Search',
      variables: { A: '3' },
      partition: 'frontend',
      children: ['kid'],
    });
    expect(foldSession('s', [at(1, 'name', { name: 'x' }), at(2, 'name', { name: 'y' })]).name).toBe('y');
  });

  it('completes at its end when the work is done, and is opened again by who goes on', () => {
    const records = [
      at(1, 'start', { conversation: 'a' }),
      at(2, 'done'),
      at(3, 'end', { conversation: 'a' }),
    ];
    expect(foldSession('s', records).state).toBe('Complete');
    const again = foldSession('s', [...records, at(4, 'start', { conversation: 'a', how: 'resume' })]);
    expect(again).toMatchObject({ state: 'Active', done: false });
  });

  it('passes over a command that was not allowed when its turn came', () => {
    const session = foldSession('s', [
      at(1, 'start', { conversation: 'a' }),
      at(2, 'command', { by: 'resume' }),
    ]);
    expect(session).toMatchObject({ state: 'Active', refused: 1 });
  });

  it('is folded from any records without failing, and ends the same however they are ordered', () => {
    const record = fc.record({
      t: fc.integer({ min: 0, max: 1_000_000 }),
      type: fc.constantFrom('created', 'start', 'prompt', 'stop', 'end', 'lost', 'set', 'name', 'nonsense'),
      conversation: fc.oneof(fc.constantFrom('a', 'b'), fc.integer()),
      key: fc.constantFrom('A', 'B', 3),
      value: fc.anything(),
      name: fc.string(),
    });
    fc.assert(
      fc.property(
        fc.uniqueArray(record, { selector: ({ t }) => t, maxLength: 20 }),
        fc.integer({ min: 0, max: 20 }),
        (records, turn) => {
          const plain = foldSession('s', records as SessionRecord[]);
          const turned = [...records.slice(turn), ...records.slice(0, turn)] as SessionRecord[];
          expect(foldSession('s', turned)).toEqual(plain);
        },
      ),
    );
  });
});

describe('names', () => {
  it('are the first words of the first prompt', () => {
    expect(nameOfPrompt('\n\n## Make the *search* fast\nnow')).toBe('Make the *search* fast');
    expect(nameOfPrompt('<task-notification>x</task-notification>')).toBeUndefined();
    expect(nameOfPrompt('word '.repeat(40))).toMatch(/^(word )+word…$/);
    expect([...(nameOfPrompt('x'.repeat(300)) ?? '')].length).toBeLessThanOrEqual(60);
  });

  it('make ids that are fit for a file name and a command line', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (about) => {
        const id = newSessionId(about, 1_795_886_419_286);
        expect(isId(id)).toBe(true);
        expect(id).toMatch(/^2026-11-28-[a-z0-9-]+-[0-9a-f]{4}$/);
      }),
    );
  });
});
