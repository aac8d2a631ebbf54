import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findIn, matcherFor } from '../../../src/replay/page/model/search.ts';
import type { ReplayStep } from '../../../src/replay/types.ts';

const step: ReplayStep = { number: 1, at: 0, lane: 'tool', type: 'tool', description: 'one line' };
const found = (part: Partial<ReplayStep>, query: string): string | undefined => {
  const matcher = matcherFor(query);
  return matcher === undefined ? undefined : findIn({ ...step, ...part }, matcher)?.match;
};

describe('searching a replay', () => {
  it.each<[string, Partial<ReplayStep>]>([
    ['description', { description: 'the Needle' }],
    ['text', { text: 'a\nneedle' }],
    ['file', { file: 'src/needle.ts' }],
    ['change', { hunks: [{ oldStart: 1, newStart: 1, lines: ['+a needle'] }] }],
    ['tool', { tool: 'Needle' }],
    ['arguments', { input: { deep: [{ in: 'NEEDLE' }] } }],
    ['result', { result: 'needle' }],
    ['sub-agent', { agent: 'needle' }],
  ])('finds a text in the %s, whatever its case', (_where, part) => {
    expect(found(part, ' needle ')?.toLowerCase()).toBe('needle');
    expect(found({}, 'needle')).toBeUndefined();
  });

  it('takes every query as it is written', () => {
    const word = fc.string({ minLength: 1 }).filter((text) => text.trim() !== '');
    fc.assert(
      fc.property(word, fc.string(), (query, around) => {
        const text = `${around}${query.trim()}${around}`;
        expect(found({ description: text }, query)).toBeDefined();
      }),
    );
    expect(matcherFor('  ')).toBeUndefined();
    expect(found({ description: 'axb' }, 'a.b')).toBeUndefined();
  });
});
