import * as fs from 'node:fs';
import * as path from 'node:path';
import { describe, expect, it } from 'vitest';
import { changesSince, filesOf } from '../../src/checkpoints/changes.ts';
import { findCheckpoint, listCheckpoints } from '../../src/checkpoints/list.ts';
import {
  fingerprint,
  placeOf,
  save,
  saved,
  stagedTree,
  treeOfAddAll,
  writeOut,
} from '../support/checkpoints.ts';
import { useCleanup, useIsolatedProcess } from '../support/for-the-file.ts';
import { type BuiltRepository, makeDirty, plainRepository } from '../support/repositories.ts';

useIsolatedProcess();
const forThisTest = useCleanup();

function repository(build: () => BuiltRepository = plainRepository): BuiltRepository {
  return forThisTest(build());
}

function namesIn(built: BuiltRepository, tree: string): string[] {
  return built
    .git('ls-tree', '-r', '-z', '--name-only', tree)
    .split('\0')
    .filter((name) => name !== '');
}

describe('repositories inside the working tree', () => {
  const remark = (name: string): string =>
    `\`${name}\` is a git repository of its own: only its commit is held, not its changes`;
  const within = (built: BuiltRepository, folder: string, ...args: string[]): string =>
    built.git('-C', path.join(built.root, folder), ...args);

  it('says of an untracked one that its changes are not held, at every save', async () => {
    const built = repository();
    built.git('init', '-q', 'sub');
    built.write('sub/a.txt', 'a\n');
    within(built, 'sub', 'add', 'a.txt');
    within(built, 'sub', 'commit', '-q', '-m', 'a');
    built.write('sub/a.txt', 'changed\n');
    const before = fingerprint(built.base);
    const first = await saved(built.root);
    expect(first.remarks).toEqual([remark('sub')]);
    expect(fs.readFileSync(path.join(built.root, first.document), 'utf8')).toContain(`- ${remark('sub')}`);
    expect(await save(built.root)).toMatchObject({ cause: 'unchanged' });
    expect((await saved(built.root, { force: true })).remarks).toEqual([remark('sub')]);
    expect(fingerprint(built.base)).toEqual(before);
  });

  it('says it of a submodule only while it has changes, and saves where one cannot be read', async () => {
    const source = repository();
    const built = repository();
    built.git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', source.root, 'sub');
    built.git('commit', '-q', '--no-verify', '-m', 'sub');
    within(built, 'sub', 'reset', '-q', '--hard');
    expect((await saved(built.root, { force: true })).remarks).toEqual([]);
    built.write('sub/untracked.txt', 'x\n');
    const before = fingerprint(built.base);
    const dirty = await saved(built.root, { force: true });
    expect(dirty.remarks).toEqual([remark('sub')]);
    expect(dirty.files.map((file) => file.path)).not.toContain('sub');
    expect(fingerprint(built.base)).toEqual(before);
    fs.rmSync(path.join(built.root, '.git/modules/sub/HEAD'));
    expect((await saved(built.root, { force: true })).remarks.join()).toMatch(
      /^(?:changes inside submodules|$)/,
    );
  });
});

describe('what a checkpoint holds', () => {
  it('leaves out a large untracked file, lists it, and holds it once it is small or tracked', async () => {
    const built = repository();
    built.write('big.bin', 'x'.repeat(2_000));
    built.write('src/a.txt', 'y'.repeat(5_000));
    const first = await saved(built.root, { maxFileBytes: 1_000 });
    expect(first.leftOut).toEqual([{ path: 'big.bin', bytes: 2_000, why: 'size' }]);
    expect(namesIn(built, first.tree)).not.toContain('big.bin');
    expect(built.git('show', `${first.tree}:src/a.txt`)).toHaveLength(5_000);
    expect(fs.readFileSync(path.join(built.root, first.document), 'utf8')).toContain(
      '`big.bin` (not held: too large',
    );
    expect(await save(built.root, { maxFileBytes: 1_000 })).toMatchObject({ cause: 'unchanged' });

    built.write('big.bin', 'small now');
    expect(namesIn(built, (await saved(built.root, { maxFileBytes: 1_000 })).tree)).toContain('big.bin');
    built.write('big.bin', 'x'.repeat(3_000));
    const grown = await saved(built.root, { maxFileBytes: 1_000 });
    expect(namesIn(built, grown.tree)).not.toContain('big.bin');
    expect(grown.leftOutCount).toBe(1);
    built.git('add', 'big.bin');
    expect(namesIn(built, (await saved(built.root, { maxFileBytes: 1_000 })).tree)).toContain('big.bin');
    built.write('big.bin', 'z'.repeat(4_000));
    const staged = await saved(built.root, { maxFileBytes: 1_000 });
    expect(built.git('show', `${staged.tree}:big.bin`)).toHaveLength(4_000);
  });

  it('holds what a mark in the index would hide: assume-unchanged and skip-worktree', async () => {
    const built = repository();
    built.git('update-index', '--assume-unchanged', 'README.md');
    built.git('update-index', '--skip-worktree', 'staged.txt');
    built.write('README.md', 'hidden edit\n');
    built.write('staged.txt', 'also hidden\n');
    const before = fingerprint(built.base);
    const checkpoint = await saved(built.root);
    expect(built.git('show', `${checkpoint.tree}:README.md`)).toBe('hidden edit\n');
    expect(built.git('show', `${checkpoint.tree}:staged.txt`)).toBe('also hidden\n');
    expect(fingerprint(built.base)).toEqual(before);
  });

  it('drops a file that became ignored and takes up one that was forced in', async () => {
    const built = repository();
    built.write('cache/x', 'x');
    expect(namesIn(built, (await saved(built.root)).tree)).toContain('cache/x');
    built.write('.gitignore', 'ignored/\n*.log\ncache/\n');
    expect(namesIn(built, (await saved(built.root)).tree)).not.toContain('cache/x');
    built.git('add', '-f', 'debug.log');
    expect(namesIn(built, (await saved(built.root)).tree)).toContain('debug.log');
    built.git('rm', '-q', '--cached', 'debug.log');
    expect(namesIn(built, (await saved(built.root)).tree)).not.toContain('debug.log');
    fs.appendFileSync(path.join(built.root, '.git/info/exclude'), 'private\n');
    built.write('private', 'p');
    built.write('other', 'o');
    const last = namesIn(built, (await saved(built.root)).tree);
    expect(last).toContain('other');
    expect(last).not.toContain('private');
  });

  it('does not take files outside a sparse checkout for deleted', async () => {
    const built = repository();
    const whole = await saved(built.root);
    built.git('sparse-checkout', 'set', 'src/deep');
    expect(fs.existsSync(path.join(built.root, 'docs/guide.txt'))).toBe(false);
    built.write('src/deep/c.txt', 'changed\n');
    const sparse = await saved(built.root);
    expect(namesIn(built, sparse.tree)).toEqual(namesIn(built, whole.tree));
    expect(sparse.files).toEqual([{ path: 'src/deep/c.txt', status: 'modified' }]);
    built.git('sparse-checkout', 'disable');
    expect((await saved(built.root, { name: 'whole again' })).tree).toBe(sparse.tree);
  });

  it('follows branches, commits and resets without a trace of the old tree', async () => {
    const built = repository();
    await saved(built.root);
    built.git('checkout', '-q', '-b', 'other');
    built.git('rm', '-q', '-r', 'src');
    built.git('commit', '-q', '-m', 'No src');
    await saved(built.root);
    built.git('checkout', '-q', 'main');
    makeDirty(built);
    const checkpoint = await saved(built.root);
    expect(checkpoint.tree).toBe(treeOfAddAll(built.root, [], ['.claude/checkpoints']));
    expect(checkpoint.indexTree).toBe(stagedTree(built.root));
  });

  it('notices a change of the same size in the same instant', async () => {
    const built = repository();
    for (let round = 0; round < 8; round += 1) {
      built.write('src/b.txt', `${round}\n`);
      const checkpoint = await saved(built.root, { name: 'r' });
      expect(built.git('show', `${checkpoint.tree}:src/b.txt`)).toBe(`${round}\n`);
      built.write('src/b.txt', `x\n`);
      expect(built.git('show', `${(await saved(built.root, { name: 'r' })).tree}:src/b.txt`)).toBe('x\n');
    }
  });

  it('does not trust times of a copied index more than git trusts those of the index', async () => {
    const built = repository();
    built.git('config', 'core.trustctime', 'false');
    const time = new Date('2026-01-01T00:00:00Z');
    const at = (name: string): string => path.join(built.root, name);
    built.write('src/b.txt', 'old\n');
    fs.utimesSync(at('src/b.txt'), time, time);
    built.git('add', 'src/b.txt');
    // Written again in the same instant, with the same size: only the time of the index tells that git has to look.
    fs.writeFileSync(at('src/b.txt'), 'new\n');
    fs.utimesSync(at('src/b.txt'), time, time);
    fs.utimesSync(at('.git/index'), time, time);
    const checkpoint = await saved(built.root);
    expect(built.git('show', `${checkpoint.tree}:src/b.txt`)).toBe('new\n');
  });

  it('keeps what is staged alive through later checkpoints, with one commit for the same staging', async () => {
    const built = repository();
    makeDirty(built);
    const checkpoints = [];
    for (let round = 0; round < 3; round += 1) {
      built.write('README.md', `round ${round}\n`);
      checkpoints.push(await saved(built.root));
    }
    const stagings = checkpoints.map((one) => built.git('rev-parse', `${one.commit}^2`).trim());
    expect(new Set(stagings).size).toBe(1);
    built.git('update-ref', '-d', `refs/claude-hooks/checkpoints/${checkpoints[0]?.id}`);
    built.git('gc', '-q', '--prune=now');
    for (const one of checkpoints.slice(1)) {
      expect(built.git('rev-parse', `${one.commit}^2^{tree}`).trim()).toBe(one.indexTree);
    }
    built.git('add', 'README.md');
    const next = await saved(built.root);
    expect(built.git('rev-parse', `${next.commit}^2^{tree}`).trim()).toBe(next.indexTree);
    expect(next.indexTree).toBe(stagedTree(built.root));
  });

  it('keeps objects alive through a garbage collection that prunes everything else', async () => {
    const built = repository();
    makeDirty(built);
    const checkpoint = await saved(built.root);
    fs.rmSync(path.join(built.root, '.git/claude-hooks'), { recursive: true });
    built.git('reset', '-q', '--hard');
    built.git('reflog', 'expire', '--expire=now', '--all');
    built.git('gc', '-q', '--prune=now');
    writeOut(built.root, checkpoint.tree, path.join(built.base, 'out'));
    expect(fs.readFileSync(path.join(built.base, 'out/partly.txt'), 'utf8')).toBe('staged part\nand more\n');
    expect(built.git('show', `${checkpoint.indexTree}:partly.txt`)).toBe('staged part\n');
    expect((await findCheckpoint(placeOf(built.root).repository, checkpoint.id)).commit).toBe(
      checkpoint.commit,
    );
  });
});

describe('when a checkpoint is saved', () => {
  it('saves an unchanged tree again only for a name, a note or by force', async () => {
    const built = repository();
    const first = await saved(built.root);
    expect(await save(built.root)).toMatchObject({
      saved: false,
      cause: 'unchanged',
      checkpoint: { id: first.id },
    });
    for (const more of [{ name: 'Named' }, { note: 'Noted' }, { force: true }]) {
      expect((await saved(built.root, more)).tree).toBe(first.tree);
    }
    expect(await save(built.root)).toMatchObject({ saved: false, cause: 'unchanged' });
  });

  it('saves again where only what is staged has changed', async () => {
    const built = repository();
    built.write('README.md', 'edited\n');
    const first = await saved(built.root);
    built.git('add', 'README.md');
    const second = await saved(built.root);
    expect(second.tree).toBe(first.tree);
    expect(second.indexTree).not.toBe(first.indexTree);
  });

  it('saves again where someone removed the last one', async () => {
    const built = repository();
    const first = await saved(built.root);
    built.git('update-ref', '-d', `refs/claude-hooks/checkpoints/${first.id}`);
    expect((await saved(built.root)).tree).toBe(first.tree);
  });

  it('lists the newest first, with what was said, and finds by name', async () => {
    const built = repository();
    const names = ['One', 'Two "quoted"', '3: $(touch canary) `x` ../.. 日本'];
    for (const name of names) await saved(built.root, { name, note: `about ${name}`, session: 's-1' });
    const { repository: place } = placeOf(built.root);
    const list = await listCheckpoints(place);
    expect(list.map((one) => one.name)).toEqual([...names].reverse());
    expect(list[0]).toMatchObject({
      note: `about ${names[2]}`,
      session: 's-1',
      branch: 'main',
      worktree: 'main',
    });
    expect(await listCheckpoints(place, { limit: 1 })).toEqual(list.slice(0, 1));
    expect((await findCheckpoint(place, 'Two "quoted"')).id).toBe(list[1]?.id);
    await expect(findCheckpoint(place, 'Twoo')).rejects.toMatchObject({ code: 'checkpoint-unknown' });
    expect(fs.existsSync(path.join(built.root, 'canary'))).toBe(false);
  });

  it('says what has changed since, and changes nothing by asking', async () => {
    const built = repository();
    const checkpoint = await saved(built.root);
    built.write('src/a.txt', 'changed\n');
    fs.rmSync(path.join(built.root, 'src/b.txt'));
    built.write('new.txt', 'new\n');
    const before = fingerprint(built.base);
    const place = { ...placeOf(built.root), maxFileBytes: 1e6, now: 0 };
    expect(await changesSince(place, checkpoint)).toEqual([
      { path: 'new.txt', status: 'new' },
      { path: 'src/a.txt', status: 'modified' },
      { path: 'src/b.txt', status: 'deleted' },
    ]);
    expect(await filesOf(place.repository, checkpoint)).toEqual([]);
    expect(fingerprint(built.base)).toEqual(before);
    expect((await saved(built.root)).files).toHaveLength(3);
  });
});
