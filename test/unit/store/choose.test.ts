import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HooksError } from '../../../src/errors.ts';
import { redactText } from '../../../src/redact/redact.ts';
import { chooseNamed, type Named, type Wording } from '../../../src/store/choose.ts';
import { cleanName } from '../../../src/store/names.ts';

const WORDS: Wording<Named> = {
  one: 'thing',
  many: 'things',
  place: 'this drawer',
  mark: () => 'then',
  none: 'Put one in.',
  all: 'Open it.',
};
const LIST: Named[] = [
  { id: 'feature-x-1', name: 'Feature X' },
  { id: 'feature-x-2', name: 'Feature X again' },
  { id: 'tests-3', name: 'Tests' },
  { id: 'tests-4', name: 'Tests' },
];

function errorOf(wanted: string, list = LIST): HooksError {
  try {
    chooseNamed(list, wanted, WORDS);
  } catch (error) {
    if (error instanceof HooksError) return error;
  }
  throw new Error('no error');
}

describe('the thing a person means', () => {
  it('is found by the words it was saved with, also where they were not kept as they were', () => {
    const token = `ghp_${'Zq7'.repeat(12)}`;
    for (const text of ['word '.repeat(100), `with ${token}`, ' a\u0000\nb ', '💥'.repeat(500)]) {
      const name = cleanName(redactText(cleanName(text)));
      expect(chooseNamed([...LIST, { id: 'x', name }], text, WORDS).id).toBe('x');
    }
  });

  it.each([
    ['feature-x-2', 'feature-x-2'],
    ['Feature X', 'feature-x-1'],
    [' Feature\n X ', 'feature-x-1'],
    ['FEATURE X A', 'feature-x-2'],
    ['tests-4', 'tests-4'],
  ])('%j is %s', (wanted, id) => {
    expect(chooseNamed(LIST, wanted, WORDS).id).toBe(id);
  });

  it('is asked for again, with candidates, where it is not clear', () => {
    expect(errorOf('Tests')).toMatchObject({ code: 'thing-ambiguous', kind: 'usage' });
    expect(errorOf('Tests').message).toBe(
      '"Tests" could be 2 things: tests-3 ("Tests", then), tests-4 ("Tests", then)',
    );
    expect(errorOf('Featur Y').message).toMatch(/^There is no thing "Featur Y"\. Near it: feature-x-1 /);
    expect(errorOf('x', []).message).toBe('There is no thing "x": this drawer has none yet');
    expect(errorOf('x', []).hint).toBe('Put one in.');
    expect(errorOf('x\u202e\u0085y').message).toContain('"x\\u{202e}\\x85y"');
    expect(errorOf('💥'.repeat(10_000)).message.length).toBeLessThan(700);
    const many = Array.from({ length: 9 }, (_value, at) => ({ id: `a-${at}`, name: `A ${at}` }));
    expect(errorOf('A', many).message).toMatch(/, and 4 more$/);
  });

  it('is none where nothing that can be seen was given', () => {
    for (const wanted of ['', ' ', '\u200b', '\u202e'])
      expect(errorOf(wanted)).toMatchObject({ code: 'thing-unknown' });
  });

  it('is found by its id whatever the others are called, and errors show no control characters', () => {
    const named = fc.record({ name: fc.string({ unit: 'binary' }) });
    fc.assert(
      fc.property(fc.array(named, { minLength: 1 }), fc.string({ unit: 'binary' }), (names, wanted) => {
        const list = names.map(({ name }, at) => ({ id: `id-${at}`, name }));
        for (const { id } of list) expect(chooseNamed(list, id, WORDS).id).toBe(id);
        try {
          chooseNamed(list, wanted, WORDS);
        } catch (error) {
          expect(error).toBeInstanceOf(HooksError);
          expect((error as HooksError).message).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}]/u);
        }
      }),
    );
  });
});
