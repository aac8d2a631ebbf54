import fc from 'fast-check';
import { expect, it } from 'vitest';
import { saved } from '../support/checkpoints.ts';
import { useIsolatedProcess } from '../support/for-the-file.ts';
import { apply, type Edit, edit } from '../support/random-trees.ts';
import { type BuiltRepository, emptyFolder } from '../support/repositories.ts';
import { filesOf, historyOf, ignoredFiles, leftovers, restore, stagedOf, undo } from '../support/restore.ts';

useIsolatedProcess();

const RUNS = process.env.CLAUDE_HOOKS_FULL === '1' ? 500 : 12;

const edits = fc.array(edit, { minLength: 1, maxLength: 14 });

function applyAll(built: BuiltRepository, steps: readonly Edit[]): void {
  for (const step of steps) apply(built, step);
}

it('gives back files and staging byte for byte, touches nothing else, and can be undone', async () => {
  await fc.assert(
    fc.asyncProperty(edits, edits, async (before, after) => {
      const built = emptyFolder();
      const { root } = built;
      try {
        built.git('init', '-q', '-b', 'main');
        applyAll(built, before);
        const empty = built.git('hash-object', '-t', 'tree', '-w', '/dev/null').trim();
        built.git('stash', 'store', '-m', 'mine', built.git('commit-tree', '-m', 'x', empty).trim());
        const wanted = { files: filesOf(root), staged: stagedOf(root), ignored: ignoredFiles(root) };
        const checkpoint = await saved(root, { name: 'here' });

        applyAll(built, after);
        const now = { files: filesOf(root), staged: stagedOf(root), ignored: ignoredFiles(root) };
        const history = historyOf(built);
        const result = await restore(root, checkpoint);

        expect(historyOf(built)).toEqual(history);
        expect(leftovers(root)).toEqual([]);
        expect(stagedOf(root)).toBe(wanted.staged);
        expectTree(filesOf(root), wanted, now, new Set(result.plan.left.map(({ path }) => path)));

        if (!result.restored) {
          expect({ files: filesOf(root), staged: stagedOf(root) }).toEqual({
            files: now.files,
            staged: now.staged,
          });
          return;
        }
        const undone = await undo(root);
        expect(undone.restored).toBe(true);
        expect(filesOf(root)).toEqual(now.files);
        expect(stagedOf(root)).toBe(now.staged);
        expect(historyOf(built)).toEqual(history);
        expect(leftovers(root)).toEqual([]);
        expect(built.tryGit('fsck', '--strict')).toBe(true);
      } finally {
        built.cleanup();
      }
    }),
    { numRuns: RUNS },
  );
}, 3_600_000);

interface Seen {
  files: Record<string, string>;
  ignored: Set<string>;
}

/**
 * Each file is as it was when it was saved; those that were ignored at either time are as they were just now, and what
 * stays for another reason was said.
 */
function expectTree(found: Record<string, string>, wanted: Seen, now: Seen, left: ReadonlySet<string>): void {
  const text = (name: string): string => Buffer.from(name, 'latin1').toString('utf8');
  for (const name of new Set([
    ...Object.keys(found),
    ...Object.keys(wanted.files),
    ...Object.keys(now.files),
  ])) {
    if (now.ignored.has(name)) expect(found[name], `${name} is ignored and stays`).toBe(now.files[name]);
    else if (left.has(text(name))) expect(found[name], `${name} stays`).toBe(now.files[name]);
    else if (wanted.ignored.has(name)) continue;
    else expect(found[name], name).toBe(wanted.files[name]);
  }
}
