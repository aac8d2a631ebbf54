import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { saved } from '../support/checkpoints.ts';
import { useCleanup, useIsolatedProcess } from '../support/for-the-file.ts';
import { at, type BuiltRepository, plainRepository } from '../support/repositories.ts';
import { REPOSITORY_STATES } from '../support/repository-states.ts';
import { filesOf, leftovers, restore, restored, stagedOf, undo } from '../support/restore.ts';

const mounts: string[] = [];
useIsolatedProcess();
const forThisTest = useCleanup();
afterEach(() => {
  for (const place of mounts.splice(0)) execFileSync('umount', [place]);
});

function start(build: () => BuiltRepository = plainRepository): BuiltRepository {
  return forThisTest(build());
}

const read = (built: BuiltRepository, file: string): string =>
  fs.readFileSync(path.join(built.root, file), 'utf8');

function mount(args: string[], place: string): boolean {
  fs.mkdirSync(place, { recursive: true });
  try {
    execFileSync('mount', [...args, place], { stdio: 'ignore' });
    mounts.push(place);
    return true;
  } catch {
    console.warn('No right to mount here: mounts inside a working tree are not tested.');
    return false;
  }
}

describe('what no checkpoint holds', () => {
  it('is not written over, is not removed with its folder, and is listed with the reason', async () => {
    const built = start();
    built.write('one.txt', 'held then\n');
    built.write('folder/two.txt', 'held then\n');
    built.write('same.txt', 'the same\n');
    built.write('was/a/file', 'x\n');
    const checkpoint = await saved(built.root);
    for (const name of ['one.txt', 'folder', 'same.txt', 'was'])
      fs.rmSync(path.join(built.root, name), { recursive: true });
    built.write('.git/info/exclude', 'one.txt\nsame.txt\nfolder\nwas\n');
    built.write('one.txt', 'mine, ignored\n');
    built.write('same.txt', 'the same\n');
    built.write('folder', 'a file where a folder was, ignored\n');
    built.write('was/a/file/deep.txt', 'a folder where a file was, ignored\n');

    const result = await restore(built.root, checkpoint);
    expect(result).toMatchObject({ restored: false, cause: 'nothing' });
    expect(result.plan.left).toEqual([
      { path: 'folder/two.txt', why: 'in-the-way' },
      { path: 'one.txt', why: 'not-held' },
      { path: 'was/a/file', why: 'in-the-way' },
    ]);
    expect(read(built, 'one.txt')).toBe('mine, ignored\n');
    expect(read(built, 'was/a/file/deep.txt')).toBe('a folder where a file was, ignored\n');
  });

  it('an ignored link where a folder was is never followed', async () => {
    const built = start();
    built.write('place/file.txt', 'then\n');
    const checkpoint = await saved(built.root);
    const outside = path.join(built.base, 'outside');
    fs.mkdirSync(outside);
    fs.rmSync(path.join(built.root, 'place'), { recursive: true });
    fs.symlinkSync(outside, path.join(built.root, 'place'));
    built.write('.git/info/exclude', 'place\n');
    built.write('README.md', 'changed\n');
    const { plan } = await restored(built.root, checkpoint);
    expect(plan.left).toEqual([{ path: 'place/file.txt', why: 'in-the-way' }]);
    expect(fs.readdirSync(outside)).toEqual([]);
    expect(read(built, 'README.md')).toBe('# Demo\n');
  });

  it('a repository inside the tree stays as it is, also where the checkpoint has files there', async () => {
    const built = start();
    built.write('lib/mine.txt', 'mine\n');
    const checkpoint = await saved(built.root);
    fs.rmSync(path.join(built.root, 'lib'), { recursive: true });
    const inner = at(built.base, path.join(built.root, 'lib'));
    fs.mkdirSync(inner.root);
    inner.git('init', '-q', '-b', 'main');
    inner.write('theirs.txt', 'theirs\n');
    built.write('README.md', 'changed\n');
    const { plan } = await restored(built.root, checkpoint);
    expect(plan.left).toContainEqual({ path: 'lib/mine.txt', why: 'submodule' });
    expect(fs.readdirSync(inner.root).sort()).toEqual(['.git', 'theirs.txt']);
  });

  it('a submodule at another commit stays, and its commit of then is told', async () => {
    const built = start(REPOSITORY_STATES['with a submodule']?.build);
    const checkpoint = await saved(built.root);
    const inside = at(built.base, path.join(built.root, 'lib'));
    const commit = inside.git('rev-parse', 'HEAD').trim();
    inside.write('lib.txt', 'newest\n');
    inside.git('commit', '-q', '-am', 'Newest');
    built.write('README.md', 'changed\n');
    const { plan } = await restored(built.root, checkpoint);
    expect(plan.left).toEqual([{ path: 'lib', why: 'submodule' }]);
    expect(plan.notes.join('\n')).toContain(`at commit ${commit}`);
    expect(read(inside, 'lib.txt')).toBe('newest\n');
  });

  it('what a sparse checkout leaves out is not put on disk', async () => {
    const built = start();
    built.write('docs/guide.txt', 'newer guide\n');
    built.git('commit', '-q', '-am', 'Third');
    built.git('sparse-checkout', 'set', 'src/deep');
    const checkpoint = await saved(built.root);
    built.git('checkout', '-q', '--detach', 'HEAD~1');
    built.write('src/deep/c.txt', 'changed\n');
    const { plan } = await restored(built.root, checkpoint);
    expect(plan.left).toEqual([{ path: 'docs/guide.txt', why: 'sparse' }]);
    expect(plan.notes.join(' ')).toContain('HEAD and branches stay');
    expect(fs.existsSync(path.join(built.root, 'docs'))).toBe(false);
    expect(read(built, 'src/deep/c.txt')).toBe('c\n');
    expect(built.git('diff', '--name-only')).toBe('');
    expect(built.git('show', ':docs/guide.txt')).toBe('newer guide\n');
  });

  it('documents of claude-hooks stay, even where the person put them into git', async () => {
    const built = start();
    const checkpoint = await saved(built.root, { name: 'first' });
    built.git('add', '-A');
    built.write('README.md', 'changed\n');
    const { plan } = await restored(built.root, checkpoint);
    expect(plan.left).toEqual([{ path: checkpoint.document, why: 'document' }]);
    expect(fs.existsSync(path.join(built.root, checkpoint.document))).toBe(true);
    expect(stagedOf(built.root)).not.toContain('.claude');
  });

  it('a disk mounted inside the tree is left alone, and the rest restored', async () => {
    const built = start();
    if (!mount(['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs'], path.join(built.root, 'mnt'))) return;
    built.write('mnt/then.txt', 'then\n');
    const checkpoint = await saved(built.root);
    built.write('mnt/then.txt', 'now\n');
    built.write('mnt/new.txt', 'now\n');
    built.write('README.md', 'now\n');
    const { plan } = await restored(built.root, checkpoint);
    expect(plan.left).toEqual([
      { path: 'mnt/new.txt', why: 'other-disk' },
      { path: 'mnt/then.txt', why: 'other-disk' },
    ]);
    expect([read(built, 'mnt/then.txt'), read(built, 'README.md')]).toEqual(['now\n', '# Demo\n']);
  });

  it('a working tree that is another mount of the same disk is restored all the same', async () => {
    const built = start();
    const tree = path.join(built.base, 'linked');
    built.git('worktree', 'add', '-q', tree);
    const view = path.join(built.base, 'view');
    if (!mount(['--bind', tree], view)) return;
    const linked = at(built.base, view);
    const checkpoint = await saved(view);
    linked.write('README.md', 'now\n');
    linked.write('new/file.txt', 'now\n');
    const now = filesOf(view);
    await restored(view, checkpoint);
    expect(read(linked, 'README.md')).toBe('# Demo\n');
    expect(fs.existsSync(path.join(view, 'new'))).toBe(false);
    await undo(view);
    expect(filesOf(view)).toEqual(now);
    expect(leftovers(view)).toEqual([]);
  });
});

describe('what was asked to stay', () => {
  it('--only restores those files and folders and their staging, and nothing else', async () => {
    const built = start();
    built.write('src/a.txt', 'a then\n');
    built.git('add', 'src/a.txt');
    const checkpoint = await saved(built.root);
    built.git('reset', '-q');
    for (const file of ['src/a.txt', 'src/new.txt', 'srcx/file', 'README.md']) built.write(file, 'now\n');
    built.git('add', 'README.md', 'src/new.txt');
    const now = { files: filesOf(built.root), staged: stagedOf(built.root) };
    const { plan } = await restored(built.root, checkpoint, { only: ['src'] });
    expect(plan.changes).toEqual([
      { path: 'src/a.txt', action: 'change' },
      { path: 'src/new.txt', action: 'remove' },
    ]);
    expect(read(built, 'src/a.txt')).toBe('a then\n');
    expect(read(built, 'srcx/file')).toBe('now\n');
    expect(built.git('diff', '--cached', '--name-only').trim().split('\n')).toEqual([
      'README.md',
      'src/a.txt',
    ]);
    built.write('srcx/file', 'after\n');
    await undo(built.root);
    expect(filesOf(built.root)).toEqual({ ...now.files, 'srcx/file': expect.anything() });
    expect(read(built, 'srcx/file')).toBe('after\n');
    expect(stagedOf(built.root)).toBe(now.staged);

    await expect(restore(built.root, checkpoint, { only: ['scr'] })).rejects.toMatchObject({
      code: 'path-unknown',
      kind: 'usage',
    });
    const same = await restore(built.root, checkpoint, { only: ['docs'] });
    expect(same).toMatchObject({ restored: false, cause: 'nothing' });
  });

  it('--keep-index leaves every byte of the index', async () => {
    const built = start();
    const checkpoint = await saved(built.root);
    built.write('staged.txt', 'staged since\n');
    built.git('add', 'staged.txt');
    const index = fs.readFileSync(path.join(built.root, '.git/index'));
    const { plan } = await restored(built.root, checkpoint, { keepIndex: true });
    expect(plan.staging).toBe('kept');
    expect(fs.readFileSync(path.join(built.root, '.git/index'))).toEqual(index);
    expect(read(built, 'staged.txt')).toBe('old\n');
  });

  it('unmerged paths are not given up: refused, or kept', async () => {
    const built = start(REPOSITORY_STATES['merge stopped at a conflict']?.build);
    const during = await saved(built.root, { name: 'during' });
    built.write('README.md', 'now\n');
    const { plan } = await restored(built.root, during);
    expect(plan.staging).toBe('kept');
    expect(plan.notes.join(' ')).toContain('paths were unmerged');

    const clean = { ...during, indexTree: built.git('rev-parse', 'HEAD^{tree}').trim() };
    const before = { files: filesOf(built.root), staged: stagedOf(built.root) };
    await expect(restore(built.root, clean)).rejects.toMatchObject({
      code: 'restore-unmerged',
      kind: 'conflict',
    });
    expect({ files: filesOf(built.root), staged: stagedOf(built.root) }).toEqual(before);
  });

  it('a dry run and a no change nothing; a plan that changed while a person thought is shown again', async () => {
    const built = start();
    const checkpoint = await saved(built.root);
    built.write('README.md', 'now\n');
    const before = { files: filesOf(built.root), staged: stagedOf(built.root) };
    expect(await restore(built.root, checkpoint, { dryRun: true })).toMatchObject({ cause: 'dry-run' });
    expect(await restore(built.root, checkpoint, { confirm: async () => false })).toMatchObject({
      cause: 'declined',
    });
    expect({ files: filesOf(built.root), staged: stagedOf(built.root) }).toEqual(before);

    const shown: string[][] = [];
    const result = await restored(built.root, checkpoint, {
      confirm: async (plan) => {
        shown.push(plan.changes.map((one) => one.path));
        if (shown.length === 1) built.write('since.txt', 'since\n');
        return true;
      },
    });
    expect(shown).toEqual([['README.md'], ['README.md', 'since.txt']]);
    expect(result.plan.changes).toHaveLength(2);
  });
});

it('gives a file that only its owner may read back as private as it was', async () => {
  const built = start();
  const checkpoint = await saved(built.root);
  built.write('secret.txt', 'mine\n');
  fs.chmodSync(path.join(built.root, 'secret.txt'), 0o600);
  built.write('script.sh', '#!/bin/sh\necho\n');
  fs.chmodSync(path.join(built.root, 'script.sh'), 0o700);
  const now = filesOf(built.root);
  await restored(built.root, checkpoint);
  expect(fs.statSync(path.join(built.root, 'script.sh')).mode & 0o777).toBe(0o600);
  await undo(built.root);
  expect(filesOf(built.root)).toEqual(now);
});

it('uses the attributes of the checkpoint, not those of now', async () => {
  const built = start();
  built.write('.gitattributes', '*.txt eol=crlf\n');
  built.write('lines.txt', 'one\r\ntwo\r\n');
  built.write('raw.dat', 'one\r\ntwo\n');
  const wanted = filesOf(built.root);
  const checkpoint = await saved(built.root);
  built.write('.gitattributes', '* -text\n');
  built.write('lines.txt', 'changed\n');
  built.write('raw.dat', 'changed\n');
  const now = filesOf(built.root);
  await restored(built.root, checkpoint);
  expect(filesOf(built.root)).toMatchObject({
    'lines.txt': wanted['lines.txt'],
    'raw.dat': wanted['raw.dat'],
  });
  await undo(built.root);
  expect(filesOf(built.root)).toEqual(now);
});
