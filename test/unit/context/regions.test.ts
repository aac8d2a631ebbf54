import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  beginMarker,
  endMarker,
  joinLines,
  linesOf,
  readRegion,
  replaceRegion,
  scanRegions,
} from '../../../src/context/regions.ts';

const RUNS = process.env.CLAUDE_HOOKS_FULL === '1' ? 10_000 : 1_000;
const BEGIN = beginMarker('work');
const END = endMarker('work');

/** Lines as people write them, sometimes with what looks like a marker. */
const line = fc.oneof(
  { weight: 8, arbitrary: fc.string({ maxLength: 20 }).map((text) => text.replace(/[\n]/g, '')) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('<!-- claude-hooks:begin next', 'claude-hooks:end', '```', '\uFEFF', '\r'),
  },
);
const eol = fc.constantFrom('\n', '\r\n');
const rows = fc.array(fc.tuple(line, eol), { maxLength: 8 });
const textOf = (list: readonly (readonly [string, string])[]): string =>
  list.map(([text, end]) => text + end).join('');

describe('lines of a text', () => {
  it('give it back byte for byte', () => {
    const letters = fc
      .array(fc.constantFrom('a', '\n', '\r', '\r\n', '\uFEFF', '\u2028', ' '))
      .map((all) => all.join(''));
    fc.assert(
      fc.property(letters, (text) => {
        expect(joinLines(linesOf(text))).toBe(text);
      }),
      { numRuns: RUNS },
    );
  });
});

describe('a region', () => {
  it('is replaced without a byte of the rest, whatever stands there and whatever the line ends', () => {
    fc.assert(
      fc.property(rows, rows, rows, eol, fc.boolean(), (before, old, after, end, isLast) => {
        const inner = old.filter(([text]) => !text.includes('claude-hooks:'));
        const head = textOf(before.filter(([text]) => !text.startsWith('claude-hooks:')));
        const tail = `${END}${isLast ? '' : end}${isLast ? '' : textOf(after)}`;
        const next = replaceRegion(`${head}${BEGIN}${end}${textOf(inner)}${tail}`, 'work', ['- x', '- y']);
        expect(next).toBe(`${head}${BEGIN}${end}- x${end}- y${end}${tail}`);
      }),
      { numRuns: RUNS },
    );
  });

  it('keeps every line that is not its own, in their order, byte for byte', () => {
    const isOwn = (text: string): boolean => text.startsWith('- ');
    const inner = fc.array(
      fc.tuple(
        fc.oneof(
          line.filter((text) => !/claude-hooks:/.test(text)),
          fc.constant('- ours'),
        ),
        eol,
      ),
    );
    fc.assert(
      fc.property(inner, eol, (old, end) => {
        const text = `a${end}${BEGIN}${end}${textOf(old)}${END}`;
        const next = replaceRegion(text, 'work', ['- x'], isOwn);
        const theirs = (all: string): string[] =>
          linesOf(all)
            .filter((one) => one.text.trim() !== '' && !isOwn(one.text))
            .map((one) => one.text + one.eol);
        expect(theirs(next)).toEqual(theirs(text));
        expect(readRegion(next, 'work').filter(isOwn)).toEqual(['- x']);
        expect(replaceRegion(next, 'work', ['- x'], isOwn)).toBe(next);
      }),
      { numRuns: RUNS },
    );
  });

  it.each([
    ['no region', 'text\n', 0],
    ['no end', `${BEGIN}\nx\n`, 1],
    ['no begin', `x\n${END}\n`, 2],
    ['end first', `${END}\n${BEGIN}\n`, 1],
    ['two begins', `${BEGIN}\n${BEGIN}\n${END}\n`, 1],
    ['twice', `${BEGIN}\n${END}\n${BEGIN}\n${END}\n`, 1],
    ['a begin that was cut', `<!-- claude-hooks:begin work\nx\n${END}\n`, 1],
    ['an end without its start', `${BEGIN}\nx\nclaude-hooks:end work -->\n`, 1],
    ['indented', `  ${BEGIN}\nx\n${END}\n`, 1],
    ['another inside', `${BEGIN}\n${beginMarker('next')}\n${endMarker('next')}\n${END}\n`, 1],
    ['crossed', `${BEGIN}\n${beginMarker('next')}\n${END}\n${endMarker('next')}\n`, 1],
  ])('is left alone where it is damaged, and that is told: %s', (_name, text, first) => {
    expect(replaceRegion(text, 'work', ['new'])).toBe(text);
    expect(readRegion(text, 'work')).toEqual([]);
    const { damage } = scanRegions(linesOf(text));
    expect(damage[0]?.line ?? 0).toBe(first);
  });

  it('is found behind a byte order mark and with blanks at the end of its markers', () => {
    const text = `\uFEFF${BEGIN}  \r\nx\r\n${END}\t`;
    expect(replaceRegion(text, 'work', ['y'])).toBe(`\uFEFF${BEGIN}  \r\ny\r\n${END}\t`);
  });
});
