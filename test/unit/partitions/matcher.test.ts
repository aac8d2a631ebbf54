import fc from 'fast-check';
import picomatch from 'picomatch';
import { describe, expect, it } from 'vitest';
import { expandBraces } from '../../../src/partitions/braces.ts';
import { readGlob } from '../../../src/partitions/glob.ts';
import { compilePartitions } from '../../../src/partitions/matcher.ts';
import { resolvePartitions } from '../../../src/partitions/resolve.ts';

const FULL = process.env.CLAUDE_HOOKS_FULL === '1';
const repeats = (few: number, many: number): number => (FULL ? many : few);

const holds = (file: string, ...globs: string[]): boolean =>
  compilePartitions([{ name: 'x', globs }]).holders(file).length > 0;

const compiled = new Map<string, (file: string) => boolean>();
function picomatcher(glob: string): (file: string) => boolean {
  // Only with another option of it does `!` in brackets mean what it means to a shell and to git.
  const known =
    compiled.get(glob) ??
    picomatch(glob.replaceAll('[!', '[^'), { dot: true, noextglob: true, nonegate: true });
  compiled.set(glob, known);
  return known;
}

/** What picomatch says, one glob and one file at a time, and what a partition makes of it: the last match decides. */
function oracle(globs: readonly string[], file: string): boolean {
  let held = false;
  for (const glob of globs) {
    const negated = glob.startsWith('!');
    const text = glob.slice(negated ? 1 : 0);
    // A path without a wildcard stands for a folder as well: the one thing beyond picomatch that is generated here.
    const plain = text.replaceAll('[ab]', '\\[ab\\]');
    const all = /[*?[]/.test(plain.replace(/\\./g, '')) ? [text] : [text, `${plain}/**`];
    if (all.some((one) => picomatcher(one)(file))) held = !negated;
  }
  return held;
}

const word = fc.constantFrom(
  'a',
  'b',
  'ab',
  'ba',
  'a.b',
  '.a',
  'src',
  'x.ts',
  'a b',
  'é',
  'a-b',
  '+a',
  '$',
  'A',
);
const pattern = fc.oneof(
  { weight: 4, arbitrary: word },
  fc.constantFrom(
    '*',
    '?',
    '*a',
    'a*',
    '*a*b',
    '*.ts',
    '?b',
    '[ab]',
    '[!a]',
    '[a-c]b',
    '[ab]*',
    '.*',
    'a*b*',
  ),
  fc.constantFrom('{a,b}', '{a,ab}*', 'x.{ts,js}', '{a,{b,src}}', '{src,a}', 'a\\*'),
);
const glob = fc
  .tuple(
    fc.boolean(),
    fc.array(fc.oneof({ weight: 3, arbitrary: pattern }, fc.constant('**')), { minLength: 1, maxLength: 5 }),
  )
  .map(([negated, parts]) => `${negated ? '!' : ''}${parts.join('/')}`);
const file = fc
  .array(fc.oneof(word, fc.constantFrom('a*', '[ab]', 'c')), { minLength: 1, maxLength: 5 })
  .map((parts) => parts.join('/'));

describe('a glob', () => {
  it.each([
    ['src/ui/**', 'src/ui/a/b.ts', true],
    ['src/ui/**', 'src/uix/b.ts', false],
    ['src/ui/', 'src/ui/a/b.ts', true],
    ['src/ui', 'src/ui/a/b.ts', true],
    ['src/ui', 'src/ui', true],
    ['/src/ui/**', 'src/ui/a', true],
    ['./src/**', 'src/ui/a', true],
    ['*.md', 'README.md', true],
    ['*.md', 'docs/README.md', false],
    ['**/*.md', 'README.md', true],
    ['**', '.github/workflows/x.yml', true],
    ['src/*', 'src/.hidden', true],
    ['vendor/lib/**', 'vendor/lib', true],
    ['app/[id]/page.tsx', 'app/[id]/page.tsx', true],
    ['app/[id]/page.tsx', 'app/i/page.tsx', true],
    ['app/[[...rest]]/*', 'app/[[...rest]]/page.tsx', true],
    ['app/[...rest]/*', 'app/[...rest]/page.tsx', true],
    ['app/\\[id\\]/*', 'app/i/page.tsx', false],
    ['{src/ui,lib/ui}/**', 'lib/ui/x', true],
    ['a{,.b}', 'a', true],
    ['{a}', '{a}', true],
    ['{a', '{a', true],
    ['a[', 'a[', true],
    ['SRC/**', 'src/a', false],
    ['src/a.b', 'src/aXb', false],
    ['a?c', 'a/c', false],
    ['a**c', 'a/c', false],
    ['a**c', 'abbc', true],
  ])('%s for %s: %s', (text, name, expected) => {
    expect(holds(name, text)).toBe(expected);
  });

  it('that takes files out counts by its place: the last match decides', () => {
    expect(holds('src/legacy/a', 'src/**', '!src/legacy/**')).toBe(false);
    expect(holds('src/legacy/keep', 'src/**', '!src/legacy/**', 'src/legacy/keep')).toBe(true);
    expect(holds('src/legacy/a', '!src/legacy/**', 'src/**')).toBe(true);
    expect(holds('other', '!src/**')).toBe(false);
  });

  it.each([
    ['a/../b', 'it leads out of the working tree'],
    ['!', 'it is empty'],
    ['./', 'it is empty'],
    ['@(a|b)', '@(...) is not understood; write {a,b}'],
    ['!(a)', '!(...) is not understood; write {a,b}'],
    ['x{1..9}', 'a range such as {1..9} is not understood; write {1,2,3} or [1-9]'],
    ['[[:alpha:]]', 'a class such as [[:alpha:]] is not understood; write [a-zA-Z]'],
    ['a\nb', 'it holds a control character'],
    ['{a,b}'.repeat(20), 'its braces stand for more than 128 globs'],
    ['a'.repeat(1_001), 'it is longer than 1000 characters'],
  ])('%j is refused: %s', (text, reason) => {
    expect(readGlob(text)).toBe(reason);
    const { refused, holders } = compilePartitions([{ name: 'x', globs: [text, 'ok'] }]);
    expect(refused).toEqual([{ partition: 'x', glob: text, reason }]);
    expect(holders('ok')).toEqual([0]);
  });

  it('means what picomatch says it means', () => {
    fc.assert(
      fc.property(
        fc.array(glob, { minLength: 1, maxLength: 4 }),
        fc.array(file, { maxLength: 12 }),
        (globs, files) => {
          const { holders, refused } = compilePartitions([{ name: 'x', globs }]);
          expect(refused).toEqual([]);
          for (const name of files)
            expect([globs, name, holders(name).length > 0]).toEqual([globs, name, oracle(globs, name)]);
        },
      ),
      { numRuns: repeats(2_000, 40_000) },
    );
  });

  it('is never an error, whatever it is', () => {
    const letters = fc.constantFrom(...'ab/*?[]{}!,\\.-()^: ');
    fc.assert(
      fc.property(
        fc.string({ unit: letters, maxLength: 30 }),
        fc.string({ unit: letters, maxLength: 12 }),
        (text, name) => {
          const { holders, refused } = compilePartitions([{ name: 'x', globs: [text] }]);
          expect(holders(name).length + refused.length).toBeLessThanOrEqual(1);
        },
      ),
      { numRuns: repeats(2_000, 40_000) },
    );
  });
});

describe('a hostile glob', () => {
  /** Steps are counted by the names that are looked at, not by a clock. */
  it.each([
    ['**/**/**/*a*a*a*b', 'a/'.repeat(100) + 'a'.repeat(250)],
    [`${'*a'.repeat(140)}b`, 'a'.repeat(255)],
    [`${'**/a/'.repeat(59)}b`, `${'a/'.repeat(500)}c`],
    [`${'**/*a*/'.repeat(40)}b`, `${'aa/'.repeat(500)}c`],
    [`${'?*'.repeat(149)}b`, 'a'.repeat(255)],
    [`${'[a-z]*'.repeat(49)}!`, 'a'.repeat(255)],
    [`{${'a,'.repeat(126)}a}/**/b`, `${'a/'.repeat(500)}c`],
    ['{'.repeat(300), '{'.repeat(299)],
    [`${'{a,'.repeat(90)}b${'}'.repeat(90)}`, 'a'],
    ['{a,b}'.repeat(60), 'ab'.repeat(30)],
    ['['.repeat(300), 'a'],
    ['\\'.repeat(299), 'a'],
    [`${'!'.repeat(299)}a`, 'a'],
  ])(
    '%.40s is done with at once',
    (text, name) => {
      const globs = Array.from({ length: 100 }, () => text.slice(0, 300));
      // With a matcher that goes back more than once, the first of these alone takes hours: the test would time out.
      const partitions = Array.from({ length: 5 }, (_, index) => ({ name: `p${index}`, globs }));
      expect(resolvePartitions([name, name], partitions).owners).toHaveLength(2);
    },
    10_000,
  );

  it('with braces becomes at most 128 globs', () => {
    expect(expandBraces('{a,b}'.repeat(7))).toHaveLength(128);
    expect(() => expandBraces('{a,b}'.repeat(8))).toThrow('more than 128');
  });
});

describe('resolvePartitions', () => {
  it('gives each of 1,000 files to the first of 20 partitions that holds it, and names the overlaps', () => {
    const folders = ['src', 'lib', 'test', 'docs', 'infra'];
    const globsOf = fc.array(
      fc.oneof(
        glob,
        fc
          .tuple(fc.constantFrom(...folders), glob)
          .map(([folder, text]) =>
            text.startsWith('!') ? `!${folder}/${text.slice(1)}` : `${folder}/${text}`,
          ),
      ),
      { minLength: 1, maxLength: 4 },
    );
    const matrix = fc.tuple(
      fc.array(
        fc.tuple(fc.constantFrom('', ...folders), file).map((parts) => parts.filter(Boolean).join('/')),
        { minLength: 1_000, maxLength: 1_000 },
      ),
      fc.array(globsOf, { minLength: 20, maxLength: 20 }),
    );
    fc.assert(
      fc.property(matrix, ([files, all]) => {
        const partitions = all.map((globs, index) => ({ name: `p${index}`, globs }));
        const { owners, overlaps } = resolvePartitions(files, partitions);
        const expected = files.map((name) =>
          all.flatMap((globs, index) => (oracle(globs, name) ? [index] : [])),
        );
        expect(owners).toEqual(expected.map((held) => held[0]));
        expect(overlaps).toEqual(
          files.flatMap((name, index) => {
            const held = expected[index] ?? [];
            return held.length > 1 ? [{ file: name, partitions: held }] : [];
          }),
        );
      }),
      { numRuns: repeats(2, 40), endOnFailure: true },
    );
  });
});
