import * as fs from 'node:fs';
import * as path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  fingerprint,
  placeOf,
  save,
  saved,
  stagedTree,
  treeOfAddAll,
  writeOut,
} from '../support/checkpoints.ts';
import { type BuiltRepository, emptyFolder, isolateProcess, runGitLatin1 } from '../support/repositories.ts';

let home: string;
beforeAll(() => {
  home = isolateProcess();
});
afterAll(() => fs.rmSync(home, { recursive: true, force: true }));

const RUNS = process.env.CLAUDE_HOOKS_FULL === '1' ? 500 : 25;

/** Few names, so that files, folders and links take each other's place. */
const NAMES = ['a', 'b', 'dir', 'x y', '-n', 'ü', 'q"\'\\', 'nl\n', 'ign.log', ':(top)z', '*'];
const pathOf = fc
  .array(fc.constantFrom(...NAMES), { minLength: 1, maxLength: 3 })
  .map((parts) => parts.join('/'));
const content = fc.oneof(
  fc.constantFrom('', 'one\n', 'two\n', 'a\r\nb\r\n', '\0\x01'),
  fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
);
const edit = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('write' as const), path: pathOf, content }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('bytes' as const), path: pathOf, content }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('remove' as const), path: pathOf }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('mode' as const), path: pathOf }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('link' as const), path: pathOf, to: pathOf }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('rename' as const), path: pathOf, to: pathOf }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('touch' as const), path: pathOf }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('ignore' as const),
      path: fc.constantFrom('', 'dir/'),
      rules: fc.constantFrom('*.log\n', 'a\n', 'dir/\n', '!a\n', ''),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('stage' as const), path: pathOf }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('force' as const), path: pathOf }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('untrack' as const), path: pathOf }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('flag' as const), path: pathOf }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('commit' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('branch' as const) }) },
);
type Edit = typeof edit extends fc.Arbitrary<infer T> ? T : never;

function entryAt(file: string): fs.Stats | undefined {
  try {
    return fs.lstatSync(file);
  } catch {
    return undefined;
  }
}

/** Does what a person or a program might do to a tree; what cannot be done is not done. */
function apply(built: BuiltRepository, step: Edit): void {
  const at = (name: string): string => path.join(built.root, name);
  const makeWay = (file: string): void => {
    for (let folder = path.dirname(file); folder !== built.root; folder = path.dirname(folder)) {
      if (entryAt(folder)?.isDirectory() === false) fs.rmSync(folder);
    }
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.rmSync(file, { recursive: true, force: true });
  };
  switch (step.do) {
    case 'write':
      makeWay(at(step.path));
      fs.writeFileSync(at(step.path), step.content);
      break;
    case 'bytes': {
      makeWay(at(step.path));
      fs.writeFileSync(Buffer.concat([Buffer.from(at(step.path)), Buffer.from([0xff, 0xc3])]), step.content);
      break;
    }
    case 'remove':
      if (entryAt(at(step.path))) fs.rmSync(at(step.path), { recursive: true });
      break;
    case 'mode':
      if (entryAt(at(step.path))?.isFile()) fs.chmodSync(at(step.path), 0o755);
      break;
    case 'link':
      makeWay(at(step.path));
      fs.symlinkSync(step.to, at(step.path));
      break;
    case 'rename':
      if (
        fs.existsSync(at(step.path)) &&
        !`${step.to}/`.startsWith(`${step.path}/`) &&
        !`${step.path}/`.startsWith(`${step.to}/`)
      ) {
        makeWay(at(step.to));
        if (fs.existsSync(at(step.path))) fs.renameSync(at(step.path), at(step.to));
      }
      break;
    case 'touch':
      if (fs.existsSync(at(step.path))) fs.utimesSync(at(step.path), new Date(0), new Date(0));
      break;
    case 'ignore':
      if (step.path === '' || entryAt(at(step.path))?.isDirectory()) {
        fs.writeFileSync(at(`${step.path}.gitignore`), step.rules);
      }
      break;
    case 'stage':
      built.tryGit('--literal-pathspecs', 'add', '--', step.path);
      break;
    case 'force':
      built.tryGit('--literal-pathspecs', 'add', '-f', '--', step.path);
      break;
    case 'untrack':
      built.tryGit('--literal-pathspecs', 'rm', '-r', '-q', '--cached', '--', step.path);
      break;
    case 'flag':
      // Git would commit old content of such a file; the expected tree is computed without the mark.
      built.tryGit('update-index', '--assume-unchanged', '--', step.path);
      break;
    case 'commit':
      built.tryGit('commit', '-q', '--allow-empty', '-m', 'commit');
      break;
    case 'branch':
      if (!built.tryGit('checkout', '-q', 'other')) built.tryGit('checkout', '-q', '-b', 'other');
      else built.tryGit('checkout', '-q', 'main');
      break;
  }
}

/** What the person has, as far as git tells: everything a save must not change. */
function held(built: BuiltRepository): unknown {
  const refs = built
    .git('for-each-ref')
    .split('\n')
    .filter((ref) => !ref.includes('refs/claude-hooks/'));
  return {
    files: fingerprint(built.root),
    refs,
    stash: built.tryGit('rev-parse', '-q', '--verify', 'refs/stash'),
  };
}

const PLAIN = (file: string): boolean => !/^(?:\.git|\.claude)(?:\/|$)/.test(file);

it('holds exactly what git add -A of a copy would, after any edits, and gives every byte back', async () => {
  const batches = fc.array(fc.array(edit, { minLength: 1, maxLength: 12 }), { minLength: 1, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(batches, async (edits) => {
      const built = emptyFolder();
      try {
        built.git('init', '-q', '-b', 'main');
        for (const [round, batch] of edits.entries()) {
          for (const step of batch) apply(built, step);
          if (round === 0) built.tryGit('stash', 'push', '-q', '--include-untracked');
          const before = held(built);
          const checkpoint = await saved(built.root, { name: `round ${round}` });
          expect(held(built)).toEqual(before);
          expect(checkpoint.indexTree).toBe(stagedTree(built.root));
          built.tryGit('update-index', '--really-refresh');
          built
            .git('ls-files', '-v', '-z')
            .split('\0')
            .filter((entry) => /^[a-z] /.test(entry))
            .forEach((entry) => {
              built.git('update-index', '--no-assume-unchanged', '--', entry.slice(2));
            });
          expect(checkpoint.tree).toBe(treeOfAddAll(built.root, [], ['.claude/checkpoints']));
          expectGivenBack(built, checkpoint.tree);
          const again = await save(built.root);
          expect(again).toMatchObject({
            saved: false,
            cause: 'unchanged',
            checkpoint: { tree: checkpoint.tree },
          });
          const listed = built
            .git('diff-tree', '-r', '-z', '--name-only', checkpoint.head ?? EMPTY_TREE, checkpoint.tree)
            .split('\0')
            .filter((file) => file !== '');
          expect(checkpoint.files.map((file) => file.path).sort()).toEqual(listed.sort());
        }
        expect(fs.readdirSync(placeOf(built.root).state.indexes).sort()).toEqual(['main', 'main.json']);
        expect(built.tryGit('fsck', '--strict')).toBe(true);
      } finally {
        built.cleanup();
      }
    }),
    { numRuns: RUNS },
  );
}, 600_000);

const EMPTY_TREE = '4b825dc642cb6eb9a060e54bf8d69288fbee4904';

/** The tree written out holds every file that is not ignored, byte for byte and mode for mode. */
function expectGivenBack(built: BuiltRepository, tree: string): void {
  const target = path.join(built.base, 'out');
  writeOut(built.root, tree, target);
  const timeless = (prints: Record<string, string>): Record<string, string> =>
    Object.fromEntries(
      Object.entries(prints)
        .filter(([file]) => PLAIN(file))
        .map(([file, print]) => [file, print.replace(/ \d* /, ' ')]),
    );
  const kept = timeless(fingerprint(target));
  const there = timeless(fingerprint(built.root));
  for (const [file, print] of Object.entries(kept)) expect(there[file]).toBe(print);
  const ignored = new Set(
    runGitLatin1(built.root, ['ls-files', '-z', '-o', '-i', '--exclude-standard']).split('\0'),
  );
  for (const file of Object.keys(there)) if (!ignored.has(file)) expect(kept).toHaveProperty([file]);
  fs.rmSync(target, { recursive: true, force: true });
}
