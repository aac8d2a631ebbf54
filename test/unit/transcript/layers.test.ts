import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderLayers } from '../../../src/transcript/layer-view.ts';
import {
  dropOrder,
  estimateTokens,
  fitLayers,
  ITEM_KINDS,
  isKept,
  type LayerItem,
  layerOf,
} from '../../../src/transcript/layers.ts';

const NOW = Date.parse('2026-11-28T12:00:00Z');
const ago = (text: string): number => {
  const [hours = 0, minutes = 0, seconds = 0] = text.split(':').map(Number);
  return NOW - ((hours * 60 + minutes) * 60 + seconds) * 1_000;
};

const place = { transcript: '/t.jsonl', line: 1, offset: 0, length: 10 };
const arbitraryItem: fc.Arbitrary<LayerItem> = fc
  .record({
    kind: fc.constantFrom(...ITEM_KINDS),
    text: fc
      .string({ minLength: 1, maxLength: 200, unit: 'grapheme' })
      .map((text) => text.replace(/\s+/g, ' ')),
    at: fc.integer({ min: NOW - 30 * 3_600_000, max: NOW }),
    session: fc.constantFrom('11111111-a', '22222222-b'),
    sources: fc.constant<LayerItem['sources']>([{ place, agent: undefined }]),
  })
  .filter((item) => isKept(item, NOW));
const render = (shown: LayerItem[], leftOut: Parameters<typeof renderLayers>[1]): string =>
  renderLayers(shown, leftOut, { now: NOW, transcripts: new Map([['11111111-a', '/a.jsonl']]) });

describe('layers', () => {
  it('change at one hour and at four', () => {
    const layer = (text: string): number => layerOf({ kind: 'prompt', at: ago(text) }, NOW);
    expect(layer('0:59:59')).toBe(1);
    expect(layer('1:00:00')).toBe(2);
    expect(layer('3:59:59')).toBe(2);
    expect(layer('4:00:00')).toBe(3);
    expect(layerOf({ kind: 'prompt', at: NOW + 5_000 }, NOW)).toBe(1);
    expect(layerOf({ kind: 'session', at: NOW }, NOW)).toBe(4);
  });

  it('drop what is no longer worth its place as it grows old, decisions and open errors never', () => {
    const kept = (text: string): string[] =>
      ITEM_KINDS.filter((kind) => isKept({ kind, at: ago(text) }, NOW));
    expect(kept('0:59:59')).toEqual([...ITEM_KINDS]);
    expect(kept('1:00:00')).not.toContain('output');
    expect(kept('1:00:00')).toContain('file');
    expect(kept('4:00:00')).toEqual(['session', 'brief', 'todo', 'unresolved', 'decision']);
  });
});

describe('a budget', () => {
  it('is met, with the count of what was left out, and decisions go last', () => {
    fc.assert(
      fc.property(
        fc.array(arbitraryItem, { maxLength: 60 }),
        fc.integer({ min: 1, max: 3_000 }),
        (items, budget) => {
          const fitted = fitLayers(items, budget, render);
          expect(estimateTokens(fitted.text)).toBeLessThanOrEqual(budget);
          expect(fitted.tokens).toBe(estimateTokens(fitted.text));
          const left = Object.values(fitted.leftOut).reduce((sum, count) => sum + count, 0);
          expect(fitted.shown.length + left).toBe(items.length);
          for (const item of fitted.shown) expect(fitted.text).toContain(item.text);
          if (left > 0 && fitted.text !== '') expect(fitted.text).toContain('Left out: ');
          if ((fitted.leftOut.decision ?? 0) > 0) {
            expect(fitted.shown.filter(({ kind }) => kind !== 'decision')).toEqual([]);
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  it('leaves out no more than it has to', () => {
    fc.assert(
      fc.property(
        fc.array(arbitraryItem, { minLength: 1, maxLength: 30 }),
        fc.integer({ min: 50, max: 2_000 }),
        (items, budget) => {
          const fitted = fitLayers(items, budget, render);
          const order = dropOrder(items);
          const left = items.length - fitted.shown.length;
          if (left === 0) return;
          // One more line, the last that was dropped, would not have fitted.
          const shown = items.filter((item) => !order.slice(0, left - 1).includes(item));
          const leftOut: Record<string, number> = {};
          for (const { kind } of order.slice(0, left - 1)) leftOut[kind] = (leftOut[kind] ?? 0) + 1;
          expect(estimateTokens(render(shown, leftOut))).toBeGreaterThan(budget);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('shows everything where there is none, whatever stands in a text', () => {
    const items = [
      {
        kind: 'decision',
        text: 'use sqlite',
        at: ago('5:00:00'),
        session: 'x',
        sources: [{ place, agent: 'a49d44215' }],
      },
    ] as LayerItem[];
    const { text } = fitLayers(items, undefined, render);
    expect(text).toBe(
      '## Layer 3: more than 4 hours ago, in brief\n- 2026-11-28 07:00 Decision: use sqlite (a49d4421:1)\n',
    );
  });
});
