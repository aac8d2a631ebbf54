import * as fs from 'node:fs';
import * as path from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { changesSince } from '../../src/checkpoints/changes.ts';
import type { SaveInput } from '../../src/checkpoints/save.ts';
import { fingerprint, placeOf, save, saved, treeOfAddAll } from '../support/checkpoints.ts';
import { useCleanup, useIsolatedProcess } from '../support/for-the-file.ts';
import { plainRepository, runGit } from '../support/repositories.ts';

useIsolatedProcess();
const forThisTest = useCleanup();

function start() {
  const built = forThisTest(plainRepository());
  built.write('.gitignore', '.env*\ncache/\nignored/\n*.log\n.claude/\n');
  built.git('commit', '-q', '-am', 'Ignore more');
  built.write('.env', 'TOKEN=one\n');
  built.write('cache/a/x.bin', 'x\n');
  built.write('cache/y.bin', 'y\n');
  const holding = (include: string[], more: Partial<SaveInput> = {}) =>
    saved(built.root, { include, ...more });
  const held = (tree: string): string[] =>
    built
      .git('ls-tree', '-r', '-z', '--name-only', tree)
      .split('\0')
      .filter((name) => /env|cache|modules|log|claude/.test(name));
  const read = (tree: string, name: string): string => built.git('show', `${tree}:${name}`);
  const documentOf = (one: { document: string }): string =>
    fs.readFileSync(path.join(built.root, one.document), 'utf8');
  return { built, holding, held, read, documentOf };
}

it('holds ignored files that are named, follows their changes, and nothing else that is ignored', async () => {
  const { built, holding, held, read } = start();
  const before = fingerprint(built.base);
  const first = await holding(['.env', 'cache/**/*.bin']);
  expect(held(first.tree)).toEqual(['.env', 'cache/a/x.bin', 'cache/y.bin']);
  expect(fingerprint(built.base)).toEqual(before);
  expect(await save(built.root, { include: ['.env', 'cache/**/*.bin'] })).toMatchObject({
    cause: 'unchanged',
  });
  expect(built.git('status', '--porcelain')).toBe('');

  built.write('.env', 'TOKEN=two\n');
  fs.rmSync(path.join(built.root, 'cache/y.bin'));
  built.write('cache/new.bin', 'n\n');
  const second = await holding(['.env', 'cache/**/*.bin']);
  expect(held(second.tree)).toEqual(['.env', 'cache/a/x.bin', 'cache/new.bin']);
  expect(read(second.tree, '.env')).toBe('TOKEN=two\n');
  built.write('.env', 'TOKEN=one\n');
  fs.rmSync(path.join(built.root, 'cache/new.bin'));
  built.write('cache/y.bin', 'y\n');
  expect((await holding(['.env', 'cache/**/*.bin'])).tree).toBe(first.tree);
});

it('notices at once that the list has changed, and holds the same where it is not told', async () => {
  const { built, holding, held } = start();
  const none = await holding([]);
  expect(held(none.tree)).toEqual([]);
  const one = await holding(['.env']);
  expect(held(one.tree)).toEqual(['.env']);
  expect(await save(built.root)).toMatchObject({ cause: 'unchanged', checkpoint: { id: one.id } });
  const place = { ...placeOf(built.root), maxFileBytes: 1e6, now: 0 };
  expect(await changesSince(place, one)).toEqual([]);
  expect(await changesSince({ ...place, include: [] }, one)).toEqual([{ path: '.env', status: 'deleted' }]);
  expect(held((await holding(['cache'])).tree)).toEqual(['cache/a/x.bin', 'cache/y.bin']);
  const last = await holding([], { force: true });
  expect(last.tree).toBe(none.tree);
  expect(last.remarks).toEqual([]);
});

it('keeps them through commits, new ignore rules and files that are no longer ignored', async () => {
  const { built, holding, held } = start();
  const include = ['.env', 'cache/**'];
  await holding(include);
  built.write('README.md', 'edited\n');
  built.git('commit', '-q', '-am', 'Edited');
  expect(held((await holding(include)).tree)).toEqual(['.env', 'cache/a/x.bin', 'cache/y.bin']);
  built.write('.gitignore', 'cache/a/\n.claude/\n');
  const open = await holding(include);
  expect(held(open.tree)).toEqual(['.env', 'cache/a/x.bin', 'cache/y.bin', 'debug.log']);
  expect(open.included).toEqual(['cache/a/x.bin']);
  built.git('add', '-f', '.env', 'cache/a/x.bin');
  built.git('commit', '-q', '-m', 'Tracked');
  const tracked = await holding(include);
  expect(tracked.included).toBeUndefined();
  expect(tracked.tree).toBe(treeOfAddAll(built.root));
});

it('names what it holds in a remark and in the document, and what it was asked for in vain', async () => {
  const { holding, documentOf } = start();
  const checkpoint = await holding(['.env', '../outside', '/cache/y.bin', '', '.git/config']);
  expect(checkpoint.included).toEqual(['.env', 'cache/y.bin']);
  expect(checkpoint.remarks).toEqual([
    'held although git ignores it, whatever secrets are in it (checkpoints.include): `.env`, `cache/y.bin`',
    'checkpoints.include: `../outside` is no path inside the working tree and was not used',
    'checkpoints.include: `` is no path inside the working tree and was not used',
    'checkpoints.include: `.git/config` is no path inside the working tree and was not used',
  ]);
  const text = documentOf(checkpoint);
  expect(text).toContain('- `.env` (new, ignored by git and held by checkpoints.include)');
  expect(text).toContain(`- ${checkpoint.remarks[0]}`);
});

it('leaves out what is too large, and never its own documents', async () => {
  const { built, holding, held } = start();
  built.write('cache/big.bin', 'x'.repeat(5_000));
  const first = await holding(['**'], { maxFileBytes: 1_000 });
  expect(first.leftOut).toEqual([{ path: 'cache/big.bin', bytes: 5_000, why: 'size' }]);
  expect(held(first.tree)).toEqual(['.env', 'cache/a/x.bin', 'cache/y.bin', 'debug.log']);
  expect(first.included).toContain('ignored/secret');
  expect(await save(built.root, { include: ['**'], maxFileBytes: 1_000 })).toMatchObject({
    cause: 'unchanged',
  });
  built.write('cache/y.bin', 'y'.repeat(5_000));
  const second = await holding(['**'], { maxFileBytes: 1_000 });
  expect(held(second.tree)).toEqual(['.env', 'cache/a/x.bin', 'debug.log']);
  expect(second.leftOutCount).toBe(2);
});

it.each([
  [['a*.env'], ['a.env']],
  [['**/[ab].env'], ['a.env', 'd/b.env']],
  [['d'], ['d/[id].env', 'd/b.env', 'd/e f']],
  [['d/'], ['d/[id].env', 'd/b.env', 'd/e f']],
  [['./d/[id].env'], ['d/[id].env']],
  [
    ['d/e f', ':(top)a.env', '-x', '--all'],
    ['-x', 'd/e f'],
  ],
  [['$(touch x)', '!a.env', 'missing/**'], []],
])('takes %j for %j', async (include, names) => {
  const { built, holding } = start();
  built.write('.git/info/exclude', '*.env\ne f\n-x\n');
  for (const name of ['a.env', 'd/b.env', 'd/[id].env', 'd/e f', '-x']) built.write(name, 'x\n');
  const { included = [] } = await holding(include);
  expect(included).toEqual(names);
});

it('holds a repository inside an ignored folder by its commit and leaves out one without a commit', async () => {
  const { built, holding } = start();
  for (const name of ['cache/inner', 'cache/bare']) {
    built.git('init', '-q', name);
    built.write(`${name}/f`, 'f\n');
  }
  built.git('-C', path.join(built.root, 'cache/inner'), 'add', 'f');
  built.git('-C', path.join(built.root, 'cache/inner'), 'commit', '-q', '-m', 'f');
  const checkpoint = await holding(['cache/*']);
  expect(built.git('ls-tree', checkpoint.tree, 'cache/inner')).toMatch(/^160000 commit /);
  expect(checkpoint.leftOut).toEqual([{ path: 'cache/bare/', bytes: 0, why: 'no-commit' }]);
  expect(checkpoint.included).toEqual(['cache/inner', 'cache/y.bin']);
});

const RUNS = process.env.CLAUDE_HOOKS_FULL === '1' ? 200 : 5;
const NAME = fc.constantFrom(
  '.env',
  'a.log',
  'b',
  'd/.env',
  'd/a.log',
  'd/e/x',
  'd/e/b',
  'ign/x',
  'ign/d/y',
  'b/c',
);
const RULES = fc.constantFrom('', '*.log\n', 'd/\n', '.env\nign\n', '*\n!b\n', 'ign/*\n!ign/x\n');
const PATTERN = fc.constantFrom(
  '.env',
  '**/.env',
  'd',
  'ign/**',
  '*.log',
  '**',
  'd/e/?',
  '[ab]',
  'missing',
  './b',
);

/** What git adds to a copy of the index where it is told to add these although they are ignored. */
function treeWithForced(root: string, include: readonly string[]): string {
  const [index, original] = ['.git/test-index', '.git/index'].map((name) => path.join(root, name)) as [
    string,
    string,
  ];
  fs.copyFileSync(original, index);
  // A younger copy would hide a change of the same size within the second.
  const time = Math.floor(fs.statSync(original).mtimeMs) / 1000;
  fs.utimesSync(index, time, time);
  const env = { GIT_INDEX_FILE: index };
  fs.rmSync(path.join(root, '.claude'), { recursive: true });
  runGit(root, ['add', '-A'], env);
  for (const pattern of include) {
    try {
      runGit(root, ['add', '-f', '--', `:(glob)${pattern.replace(/^\.\//, '')}`], env);
    } catch (error) {
      if (!String(error).includes('did not match any files')) throw error;
    }
  }
  return runGit(root, ['write-tree'], env).trim();
}

it('holds exactly what git add -f of the same names would, after any edits', async () => {
  const step = fc.record({
    name: NAME,
    text: fc.constantFrom('1\n', '2\n', undefined),
    rules: fc.option(RULES),
    track: fc.boolean(),
  });
  const round = fc.record({
    steps: fc.array(step, { minLength: 1, maxLength: 6 }),
    include: fc.array(PATTERN, { maxLength: 3 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(round, { minLength: 1, maxLength: 3 }), async (rounds) => {
      const built = plainRepository();
      try {
        for (const { steps, include } of rounds) {
          for (const { name, text, rules, track } of steps) {
            const file = path.join(built.root, name);
            if (rules !== null) built.write('.gitignore', rules);
            if (fs.existsSync(path.dirname(file)) && !fs.statSync(path.dirname(file)).isDirectory())
              fs.rmSync(path.dirname(file));
            fs.rmSync(file, { recursive: true, force: true });
            if (text !== undefined) built.write(name, text);
            if (text !== undefined && track) built.git('add', '-f', '--', name);
          }
          const checkpoint = await saved(built.root, { include, force: true });
          expect(checkpoint.tree).toBe(treeWithForced(built.root, include));
          expect(await save(built.root)).toMatchObject({ cause: 'unchanged' });
        }
      } finally {
        built.cleanup();
      }
    }),
    { numRuns: RUNS },
  );
}, 900_000);
