import * as fs from 'node:fs';
import * as path from 'node:path';
import { describe, expect, it } from 'vitest';
import { save, saved } from '../support/checkpoints.ts';
import { useCleanup, useIsolatedProcess } from '../support/for-the-file.ts';
import { type BuiltRepository, plainRepository, runGit } from '../support/repositories.ts';
import { filesOf, restore, restored, stagedOf, undo } from '../support/restore.ts';

useIsolatedProcess();
const forThisTest = useCleanup();

function start(): BuiltRepository {
  return forThisTest(plainRepository());
}

const has = (built: BuiltRepository, file: string): boolean => fs.existsSync(path.join(built.root, file));
const read = (built: BuiltRepository, file: string): string =>
  fs.readFileSync(path.join(built.root, file), 'utf8');

describe('what other tools lost, by the report that tells of it', () => {
  it('github/copilot-cli#1675: untracked output that no checkpoint holds is not destroyed', async () => {
    const built = start();
    const checkpoint = await saved(built.root, { name: 'before' });
    built.write('output/result.txt', 'hours of work\n');
    built.write('output/huge.bin', Buffer.alloc(300_000, 7));
    built.write('ignored/cache.bin', Buffer.alloc(10_000, 8));
    built.write('src/a.txt', 'edited\n');

    // What is too large to be held, and what is ignored, stays; what is held goes, and comes back.
    const { restoreTree } = await import('../../src/checkpoints/restore/restore.ts');
    const { placeOf } = await import('../support/checkpoints.ts');
    const result = await restoreTree(
      { ...placeOf(built.root), maxFileBytes: 100_000, now: Date.now() },
      { tree: checkpoint.tree, indexTree: checkpoint.indexTree, title: 'Restore', checkpoint },
      { only: [], keepIndex: false, dryRun: false, mode: 'exact' },
    );
    expect(result.restored).toBe(true);
    expect(has(built, 'output/huge.bin')).toBe(true);
    expect(has(built, 'ignored/cache.bin')).toBe(true);
    expect(read(built, 'ignored/secret')).toBe('not held\n');
    expect(has(built, 'output/result.txt')).toBe(false);
    await undo(built.root);
    expect(read(built, 'output/result.txt')).toBe('hours of work\n');
    expect(read(built, 'src/a.txt')).toBe('edited\n');
  });

  it('cline/cline#14367: files ignored only by the newer .gitignore survive the older one coming back', async () => {
    const built = start();
    const checkpoint = await saved(built.root, { name: 'before' });
    built.write('.gitignore', 'ignored/\n*.log\ndata/\n.env\n');
    built.write('data/model.bin', 'trained for a day\n');
    built.write('.env', 'KEY=value\n');
    // Tracked in spite of the rules, so that git's own list of ignored files does not name it.
    built.write('data/forced.txt', 'forced\n');
    built.git('add', '-f', 'data/forced.txt');

    const { plan } = await restored(built.root, checkpoint);
    expect(read(built, '.gitignore')).toBe('ignored/\n*.log\n');
    expect(read(built, 'data/model.bin')).toBe('trained for a day\n');
    expect(read(built, '.env')).toBe('KEY=value\n');
    expect(read(built, 'data/forced.txt')).toBe('forced\n');
    expect(plan.left).toEqual([{ path: 'data/forced.txt', why: 'ignored' }]);
  });

  it('cline/cline#14367, the other way round: files ignored only by the older .gitignore survive', async () => {
    const built = start();
    built.write('.gitignore', 'build/\n');
    const checkpoint = await saved(built.root, { name: 'before' });
    built.write('.gitignore', '\n');
    built.write('build/out.bin', 'built\n');
    built.write('other.txt', 'other\n');

    const { plan } = await restored(built.root, checkpoint);
    expect(read(built, '.gitignore')).toBe('build/\n');
    expect(read(built, 'build/out.bin')).toBe('built\n');
    expect(has(built, 'other.txt')).toBe(false);
    expect(plan.left).toEqual([{ path: 'build/out.bin', why: 'ignored' }]);
  });

  it('unarbos/arbos#390: without an identity the checkpoint is whole, and no restore wipes the tree', async () => {
    const built = start();
    built.git('config', 'user.useConfigOnly', 'true');
    built.write('src/a.txt', 'work of the day\n');
    built.write('new.txt', 'new\n');
    const before = filesOf(built.root);
    const result = await save(built.root, { name: 'before' });
    if (!result.saved) throw new Error('it has to be saved');
    expect(runGit(built.root, ['ls-tree', '-r', '--name-only', result.checkpoint.tree])).toContain('new.txt');
    for (const file of ['src/a.txt', 'new.txt', 'README.md']) fs.rmSync(path.join(built.root, file));
    await restored(built.root, result.checkpoint);
    expect(filesOf(built.root)).toEqual(before);
    await undo(built.root);
    expect(has(built, 'README.md')).toBe(false);
  });

  it('unarbos/arbos#390: where what is there cannot be saved, nothing is restored', async () => {
    const built = start();
    const checkpoint = await saved(built.root, { name: 'before' });
    built.write('src/a.txt', 'precious\n');
    built.write('.gitattributes', '*.txt filter=broken\n');
    built.git('config', 'filter.broken.clean', 'false');
    built.git('config', 'filter.broken.required', 'true');
    const before = filesOf(built.root);
    await expect(restore(built.root, checkpoint)).rejects.toThrow(/Nothing was changed: the filter "broken"/);
    expect(filesOf(built.root)).toEqual(before);
  });

  it('cline/cline#12831: untracked files come back, and deletions are replayed', async () => {
    const built = start();
    built.write('untracked/deep/one.txt', 'one\n');
    built.write('two.txt', 'two\n');
    fs.rmSync(path.join(built.root, 'src/b.txt'));
    fs.rmSync(path.join(built.root, 'docs'), { recursive: true });
    const before = filesOf(built.root);
    const checkpoint = await saved(built.root, { name: 'before' });
    fs.rmSync(path.join(built.root, 'untracked'), { recursive: true });
    built.write('two.txt', 'changed\n');
    built.git('checkout', '--', '.');
    expect(has(built, 'src/b.txt')).toBe(true);

    await restored(built.root, checkpoint);
    expect(filesOf(built.root)).toEqual(before);
    expect(has(built, 'src/b.txt')).toBe(false);
    expect(has(built, 'docs')).toBe(false);
  });

  it('laurigates/claude-plugins#2610: staged work comes back staged, apart from what is not, and the stash stays', async () => {
    const built = start();
    built.write('staged.txt', 'mine, stashed\n');
    built.git('stash', 'push', '-q');
    built.write('staged.txt', 'staged part\n');
    built.git('add', 'staged.txt');
    built.write('staged.txt', 'staged part\nand not staged\n');
    built.write('only-staged.txt', 'never committed\n');
    built.git('add', 'only-staged.txt');
    fs.rmSync(path.join(built.root, 'only-staged.txt'));
    const [files, staged] = [filesOf(built.root), stagedOf(built.root)];
    const checkpoint = await saved(built.root, { name: 'before' });
    const stash = built.git('stash', 'list');

    built.git('reset', '-q', '--hard');
    built.write('staged.txt', 'overwritten\n');
    built.git('add', '-A');
    const [filesNow, stagedNow] = [filesOf(built.root), stagedOf(built.root)];
    await restored(built.root, checkpoint);
    expect(filesOf(built.root)).toEqual(files);
    expect(stagedOf(built.root)).toBe(staged);
    expect(built.git('show', ':only-staged.txt')).toBe('never committed\n');
    await undo(built.root);
    expect([filesOf(built.root), stagedOf(built.root)]).toEqual([filesNow, stagedNow]);
    expect(built.git('stash', 'list')).toBe(stash);
  });
});
