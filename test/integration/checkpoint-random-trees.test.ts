import * as fs from 'node:fs';
import * as path from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  fingerprint,
  placeOf,
  save,
  saved,
  stagedTree,
  treeOfAddAll,
  writeOut,
} from '../support/checkpoints.ts';
import { useIsolatedProcess } from '../support/for-the-file.ts';
import { apply, edit } from '../support/random-trees.ts';
import { type BuiltRepository, emptyFolder, runGitLatin1 } from '../support/repositories.ts';

useIsolatedProcess();

const RUNS = process.env.CLAUDE_HOOKS_FULL === '1' ? 500 : 25;

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
