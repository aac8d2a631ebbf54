import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CheckpointBrief } from '../../../src/checkpoints/choose.ts';
import type { Cli } from '../../../src/cli/cli.ts';
import { cell, checkpointRow, layOut } from '../../../src/cli/render/checkpoint.ts';
import { drawGraph } from '../../../src/cli/render/graph.ts';
import { cutTo, displayWidth, padTo } from '../../../src/cli/render/width.ts';
import { madeUp } from '../../support/plant-checkpoints.ts';

function terminal(width: number, more: Partial<Cli> = {}): Cli {
  return { width, color: false, env: { LANG: 'C.UTF-8' }, ...more } as Cli;
}

const text = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom('漢字 kanji', 'e\u0301', '🎉🎉', '\u001b[31mred'),
);
const brief: fc.Arbitrary<CheckpointBrief> = fc
  .record({
    id: fc.stringMatching(/^[a-z0-9]{1,46}$/),
    name: text,
    branch: fc.option(text, { nil: undefined }),
    reason: fc.constantFrom('manual', 'stop'),
    worktree: fc.constantFrom('main', 'side'),
    previous: fc.option(fc.stringMatching(/^[a-z0-9]{1,46}$/), { nil: undefined }),
  })
  .map((one) => ({ ...madeUp(one.id), ...one, commit: 'c', tree: 't' }));
const list = fc.uniqueArray(brief, { minLength: 1, maxLength: 8, selector: ({ id }) => id });

describe('the table of checkpoints', () => {
  it('has a row for each, with its whole id, no wider than the terminal as far as ids allow', () => {
    fc.assert(
      fc.property(list, fc.integer({ min: 1, max: 200 }), fc.boolean(), (items, width, reason) => {
        const cli = terminal(width);
        const layout = layOut(cli, items, 'main', { reason });
        const longest = Math.max(...items.map(({ id }) => id.length));
        for (const one of items) {
          const row = checkpointRow(cli, one, layout);
          expect(row.startsWith(one.id)).toBe(true);
          expect(row).not.toMatch(/[\n\u001b]/);
          expect(displayWidth(row)).toBeLessThanOrEqual(Math.max(width, longest));
        }
      }),
      { numRuns: 300 },
    );
  });

  it('gives columns up one after the other', () => {
    const one = {
      ...madeUp('end-of-turn-0mwsh9ul4a0kn', { branch: 'main', worktree: 'side' }),
      commit: 'c',
      tree: 't',
    };
    const row = (width: number): string => {
      const cli = terminal(width);
      return checkpointRow(cli, one, layOut(cli, [one], 'main', { reason: true }));
    };
    expect(row(100)).toMatch(
      /^end-of-turn-0mwsh9ul4a0kn {2}2026-11-22 \d\d:\d\d {2}\+0 ~0 -0 {4}End of turn \[main, in side, stop\]$/,
    );
    expect(row(70)).toMatch(
      /^end-of-turn-0mwsh9ul4a0kn {2}11-22 \d\d:\d\d {2}\+0 ~0 -0 {4}End of turn \[mai…\]$/,
    );
    expect(row(62)).toMatch(/^end-of-turn-0mwsh9ul4a0kn {2}11-22 \d\d:\d\d {2}End of turn \[main, i…\]$/);
    expect(row(40)).toMatch(/^end-of-turn-0mwsh9ul4a0kn {2}11-22 \d\d:\d\d$/);
    expect(row(30)).toBe('end-of-turn-0mwsh9ul4a0kn');
  });

  it('is drawn as a tree no wider than the terminal, with colours only where they are wanted', () => {
    fc.assert(
      fc.property(list, fc.integer({ min: 20, max: 160 }), fc.boolean(), (items, width, ascii) => {
        const cli = terminal(width, { env: { LANG: ascii ? 'C' : 'de_DE.UTF-8' } });
        const lines = drawGraph(cli, items, 'main');
        const longest = Math.max(...items.map(({ id }) => id.length));
        for (const one of items)
          expect(lines.filter((row) => row.split(/\s+/).includes(one.id)).length).toBeGreaterThan(0);
        for (const row of lines) {
          expect(displayWidth(row)).toBeLessThanOrEqual(Math.max(width, longest + 23));
          expect(row).not.toContain('\u001b');
        }
        const art = lines.map((row) => row.replace(/ {2}.*$/, '')).join('');
        if (ascii) expect(art).toMatch(/^[\x20-\x7e]*$/);
        const painted = drawGraph({ ...cli, color: true }, items, 'main').join('\n');
        expect(painted.replace(/\u001b\[\d+m/g, '')).toBe(lines.join('\n'));
      }),
    );
  });
});

describe('the width of a text', () => {
  it.each([
    ['abc', 3],
    ['漢字', 4],
    ['e\u0301', 1],
    ['🎉', 2],
    ['ｗ', 2],
    ['ü–…', 3],
  ])('%s takes %i columns', (shown, width) => expect(displayWidth(shown)).toBe(width));

  it('is never more than what it is cut to, and what fits is not cut', () => {
    fc.assert(
      fc.property(text, fc.nat(30), (shown, width) => {
        expect(displayWidth(cutTo(shown, width))).toBeLessThanOrEqual(width);
        expect(displayWidth(cell(shown, width))).toBeLessThanOrEqual(width);
        if (displayWidth(shown) <= width) {
          expect(cutTo(shown, width)).toBe(shown);
          expect(displayWidth(padTo(shown, width))).toBe(width);
        }
      }),
    );
  });
});
