import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { redactText, redactValue } from '../../../src/redact/redact.ts';
import { POSITIVES } from './corpus.ts';

const sample = fc.constantFrom(...POSITIVES);
/** Words that cannot touch a secret: no key words, no characters that tokens are made of at the edges. */
const prose = fc
  .array(
    fc.constantFrom('the', 'build', 'failed', 'in', 'src/app.ts:12', 'ünïcode', '🎉', '42 %', '(again)'),
    { maxLength: 8 },
  )
  .map((words) => words.join(' '));
const rough = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc
    .array(
      fc.constantFrom(
        'password',
        '=',
        ':',
        '"',
        "'",
        '\\',
        '\n',
        ' ',
        'token',
        'secret_key',
        '[redacted:',
        'x]',
        '://',
        '@',
        'a1B2c3D4e5F6',
        'Authorization: ',
        'Bearer ',
        'Cookie: ',
        '-----BEGIN PRIVATE KEY-----',
        '-----END PRIVATE KEY-----',
        'eyJ',
        '.',
        'sk-',
      ),
      { maxLength: 40 },
    )
    .map((parts) => parts.join('')),
);

describe('redactText, whatever the text', () => {
  it('changes nothing the second time', () => {
    fc.assert(
      fc.property(rough, fc.option(sample), (text, positive) => {
        const once = redactText(positive === null ? text : text + positive.text + text);
        expect(redactText(once)).toBe(once);
      }),
      { numRuns: 3_000 },
    );
  });

  it('finds each sample wherever it stands, and keeps the words around it', () => {
    fc.assert(
      fc.property(prose, sample, prose, (before, positive, after) => {
        const result = redactText(`${before}\n${positive.text}\n${after}`);
        expect(result).not.toContain(positive.secret);
        expect(result.startsWith(`${before}\n`)).toBe(true);
        expect(result.endsWith(`\n${after}`)).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });

  it('only replaces: what is left appears in the same order in the original', () => {
    fc.assert(
      fc.property(rough, sample, (text, positive) => {
        const original = `${text} ${positive.text}`.replaceAll('[redacted:', '');
        let at = 0;
        for (const piece of redactText(original).split(/\[redacted:[a-z0-9-]+\]/)) {
          const found = original.indexOf(piece, at);
          expect(found).toBeGreaterThanOrEqual(at);
          at = found + piece.length;
        }
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('redactValue, whatever the value', () => {
  it('keeps the shape, changes nothing the second time, and leaks no sample', () => {
    fc.assert(
      fc.property(fc.jsonValue(), sample, (value, positive) => {
        const once = redactValue({ value, list: [positive.text], deep: { text: positive.text } });
        expect(redactValue(once)).toEqual(once);
        expect(once.list[0]).not.toContain(positive.secret);
        expect(once.deep.text).not.toContain(positive.secret);
      }),
      { numRuns: 500 },
    );
  });
});
