import * as fs from 'node:fs';
import * as path from 'node:path';
import { describe, expect, it } from 'vitest';
import { fingerprint, saved } from '../support/checkpoints.ts';
import { useIsolatedProcess } from '../support/for-the-file.ts';
import { REPOSITORY_STATES } from '../support/repository-states.ts';
import { filesOf, historyOf, leftovers, restore, restored, stagedOf, undo } from '../support/restore.ts';

useIsolatedProcess();

/** States in which a restore is refused although a checkpoint can be saved, and why. */
const REFUSED: Record<string, RegExp> = {
  'index.lock held': /another git is at work here, it holds .*index\.lock/,
};

/** A name of the object in the repository's format, for states without a checkpoint. */
const NOWHERE = { id: 'x', name: 'x', tree: 'a'.repeat(40), commit: 'a'.repeat(40) };

/** States in which the restore is taken back too; in full that is all of them. */
const UNDONE = new Set([
  'ordinary branch',
  'merge not committed',
  'sparse checkout',
  'linked worktree',
  'LFS attributes without its program',
  'intent to add',
  'split index',
]);
const FULL = process.env.CLAUDE_HOOKS_FULL === '1';

/** The test's own git must not run what a state sets a trap with. */
const QUIET = ['-c', 'core.fsmonitor=false', '-c', 'core.hooksPath=/dev/null'];

describe.each(Object.entries(REPOSITORY_STATES))('restore in: %s', (name, state) => {
  it('brings files and staging back and leaves the rest, or refuses with the reason and changes nothing', async () => {
    const built = state.build();
    const { root } = built;
    try {
      if (!state.saves) {
        const before = fingerprint(built.base);
        await expect(restore(root, NOWHERE as never)).rejects.toThrow(/^Nothing was changed: .+/);
        expect(fingerprint(built.base)).toEqual(before);
        return;
      }
      // What git cannot stage (an index with unmerged paths) stays as it is; then staging is not asked for.
      const keepIndex = state.staged === false;
      const wanted = { files: filesOf(root), staged: stagedOf(root) };
      const checkpoint = await saved(root, { name: 'then' });
      built.write('README.md', '# Changed since\n');
      built.write('brand/new.txt', 'made since\n');
      fs.rmSync(path.join(root, '-dash'), { force: true });
      if (!keepIndex) built.tryGit(...QUIET, 'add', 'brand/new.txt');
      const now = { files: filesOf(root), staged: stagedOf(root) };
      const history = historyOf(built);

      if (REFUSED[name] !== undefined) {
        const before = fingerprint(built.base);
        await expect(restore(root, checkpoint)).rejects.toThrow(REFUSED[name]);
        expect(fingerprint(built.base)).toEqual(before);
        return;
      }
      const result = await restored(root, checkpoint, { keepIndex });
      expect(result.plan.left).toEqual([]);
      expect(filesOf(root)).toEqual(wanted.files);
      expect(stagedOf(root)).toBe(name === 'intent to add' ? withoutIntent(wanted.staged) : wanted.staged);
      expect(historyOf(built)).toEqual(history);
      expect(leftovers(root)).toEqual([]);
      expect(fs.existsSync(path.join(built.base, 'hook-ran'))).toBe(false);

      if (!FULL && !UNDONE.has(name)) return;
      await undo(root);
      expect(filesOf(root)).toEqual(now.files);
      expect(stagedOf(root)).toBe(name === 'intent to add' ? withoutIntent(now.staged) : now.staged);
      expect(historyOf(built)).toEqual(history);
      expect(leftovers(root)).toEqual([]);
    } finally {
      built.cleanup();
    }
  });
});

/** "Intent to add" is not staged content, so a restore of staged content does not keep it. */
function withoutIntent(staged: string): string {
  return staged
    .split('\0')
    .filter((line) => !line.endsWith('\tnew file.txt'))
    .join('\0');
}
