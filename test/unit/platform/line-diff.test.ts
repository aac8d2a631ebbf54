import fc from 'fast-check';
import { expect, it } from 'vitest';
import { diffLines, readHunks } from '../../../src/platform/line-diff.ts';

it('shows lines with what is around them, and where some were left out', async () => {
  const before = Array.from({ length: 30 }, (_value, at) => `line ${at}`);
  const after = before.toSpliced(20, 1, 'other', '-- more').toSpliced(2, 1);
  const lines = await diffLines(`${before.join('\n')}\n`, `${after.join('\n')}\n`);
  expect(lines.map(({ sign, text }) => sign + text)).toEqual([
    ' line 0',
    ' line 1',
    '-line 2',
    ' line 3',
    ' line 4',
    ' line 5',
    '…',
    ' line 17',
    ' line 18',
    ' line 19',
    '-line 20',
    '+other',
    '+-- more',
    ' line 21',
    ' line 22',
    ' line 23',
  ]);
  expect(await diffLines('same', 'same')).toEqual([]);
  expect(readHunks('')).toEqual([]);
});

it('tells both texts whole where enough is shown around each difference', async () => {
  const text = fc
    .array(fc.constantFrom('a', 'b', '', '@@ -1 +1 @@', '--- a', '+++ b', '\\ No newline', '\0', 'ü', '\r'), {
      maxLength: 6,
    })
    .map((lines) => lines.join('\n'));
  const linesOf = (whole: string): string[] => (whole === '' ? [] : whole.replace(/\n$/, '').split('\n'));
  await fc.assert(
    fc.asyncProperty(text, text, async (before, after) => {
      const lines = await diffLines(before, after, 100);
      const side = (sign: string): string[] =>
        lines.filter((line) => line.sign === ' ' || line.sign === sign).map((line) => line.text);
      expect(side('-')).toEqual(before === after ? [] : linesOf(before));
      expect(side('+')).toEqual(before === after ? [] : linesOf(after));
    }),
    { numRuns: 60 },
  );
});
