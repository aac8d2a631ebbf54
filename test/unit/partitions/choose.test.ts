import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { choosePartition } from '../../../src/partitions/choose.ts';
import { commandWord, contextFileOf, findPartition, reservedName } from '../../../src/partitions/find.ts';
import { pathspecsOf } from '../../../src/partitions/pathspecs.ts';

describe('choosePartition', () => {
  it.each([
    ['nothing touched', [], undefined],
    ['one file', [0], undefined],
    ['two files of one', [1, 1], 1],
    ['a tie', [0, 0, 1, 1], undefined],
    ['half, the rest in none', [0, 0, undefined, undefined], undefined],
    ['more than half', [0, 0, 0, 1, undefined], 0],
    ['spread', [0, 1, 2, 2], undefined],
    ['only files in none', [undefined, undefined, undefined], undefined],
  ])('%s', (_what, owners, expected) => {
    expect(choosePartition(owners)).toBe(expected);
  });

  it('is the only one with more than half, whatever the order', () => {
    const owners = fc.array(fc.option(fc.nat(3), { nil: undefined }), { maxLength: 30 });
    fc.assert(
      fc.property(owners, (all) => {
        const chosen = choosePartition(all);
        expect(choosePartition([...all].reverse())).toBe(chosen);
        for (const one of [0, 1, 2, 3]) {
          const count = all.filter((owner) => owner === one).length;
          expect(chosen === one).toBe(count >= 2 && count > all.length - count);
        }
      }),
    );
  });
});

describe('a partition', () => {
  const all = ['Frontend', 'Back End', 'Über', '日本', 'a.b_c', 'back-end.2'].map((name) => ({ name }));

  it.each([
    ['frontend', 'Frontend'],
    ['  FRONTEND ', 'Frontend'],
    ['back   end', 'Back End'],
    ['back-end', 'Back End'],
    ['u\u0308ber', 'Über'],
    ['日本', '日本'],
    ['A.B_C', 'a.b_c'],
    ['fronten', undefined],
    ['', undefined],
  ])('is found by %j: %s', (word, expected) => {
    expect(findPartition(all, word)?.name).toBe(expected);
  });

  it('is found again by the word a command line is shown, and each has a file of its own', () => {
    for (const one of all) expect(findPartition(all, commandWord(one).replaceAll('"', ''))).toBe(one);
    const files = all.map((one) => contextFileOf(one));
    expect(files.slice(0, 4)).toEqual([
      '.claude/partitions/frontend.md',
      '.claude/partitions/back-end.md',
      '.claude/partitions/uber.md',
      '.claude/partitions/%E6%97%A5%E6%9C%AC.md',
    ]);
    expect(new Set(files).size).toBe(all.length);
    expect(contextFileOf({ name: 'x', context: 'docs/x.md' })).toBe('docs/x.md');
  });

  it('cannot be called none or auto', () => {
    expect([reservedName(' None '), reservedName('AUTO'), reservedName('automatic')]).toEqual([
      'none',
      'auto',
      undefined,
    ]);
  });

  it('is told to git without an order: what may be taken in again is not left out', () => {
    expect(pathspecsOf({ globs: ['src/{a,b}/**', '!src/a/x'] })).toEqual([
      ':(top,glob)src/a/**',
      ':(top,glob)src/b/**',
      ':(top,glob,exclude)src/a/x',
    ]);
    expect(pathspecsOf({ globs: ['src/**', '!src/a/**', 'src/a/keep'] })).toEqual([
      ':(top,glob)src/**',
      ':(top,glob)src/a/keep',
    ]);
    expect(pathspecsOf({ globs: ['a?/[!b]\\?/[é]/[ab]', '!a?'] })).toEqual([
      ':(top,glob)a*/*\\?/*/[ab]',
      ':(top,glob)a*/*\\?/*/\\[ab\\]',
      ':(top,glob,exclude)a?',
    ]);
    expect(pathspecsOf({ globs: ['!src/**', '@(x)'] })).toEqual([]);
  });
});
