import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shortenTexts } from '../../../src/transcript/shorten.ts';

const LIMIT = 64 * 1024;
const word = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 5 }),
  fc.constantFrom('"', '\\', '\\"', '\n', '\u0001', '\ud83d\ude00', '價', 'plain '),
);
/** Texts around the limit and far below it. */
const text = fc.tuple(word, word, fc.constantFrom(1, 40_000)).map(([a, b, times]) => a + b.repeat(times));

describe('a line with long texts', () => {
  it('is cut where it stays what it was: each text as it is, or a beginning of it', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.oneof(text, fc.array(text, { maxLength: 2 }), fc.integer()), {
          maxKeys: 4,
        }),
        (value) => {
          const line = Buffer.from(JSON.stringify(value));
          const short = JSON.parse(shortenTexts(line).toString('utf8')) as Record<string, unknown>;
          expect(Object.keys(short)).toEqual(Object.keys(value));
          const pairs = (from: Record<string, unknown>): unknown[] => Object.values(from).flat();
          for (const [index, cut] of pairs(short).entries()) {
            const whole = pairs(value)[index];
            if (typeof cut !== 'string' || typeof whole !== 'string') expect(cut).toEqual(whole);
            else {
              // A character of two parts may lose its second one.
              expect(whole.startsWith(cut.replace(/[\ud800-\udbff\ufffd]$/, ''))).toBe(true);
              const bytes = Buffer.byteLength(JSON.stringify(whole)) - 2;
              if (bytes < LIMIT) expect(cut).toBe(whole);
              else expect(Buffer.byteLength(JSON.stringify(cut))).toBeGreaterThanOrEqual(LIMIT);
              expect(Buffer.byteLength(JSON.stringify(cut))).toBeLessThan(LIMIT + 16);
            }
          }
        },
      ),
      { numRuns: 100 },
    );
  });

  it('stays as it is where a text does not end', () => {
    const torn = Buffer.from(`{"a":"${'x'.repeat(100_000)}`);
    expect(shortenTexts(torn)).toBe(torn);
  });
});
