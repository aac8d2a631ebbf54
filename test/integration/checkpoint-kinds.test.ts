import * as fs from 'node:fs';
import * as path from 'node:path';
import { expect, it } from 'vitest';
import { fingerprint, save, saved, treeOfAddAll, writeOut } from '../support/checkpoints.ts';
import { mountFoldingDisk } from '../support/folding-disk.ts';
import { useCleanup, useIsolatedProcess } from '../support/for-the-file.ts';
import { at, type BuiltRepository, plainRepository, runGitLatin1 } from '../support/repositories.ts';

useIsolatedProcess();
const forThisTest = useCleanup();

function repository(): BuiltRepository {
  return forThisTest(plainRepository());
}

/** `mode name` of every file of a tree, the name byte for byte. */
function entries(built: BuiltRepository, tree: string): string[] {
  return runGitLatin1(built.root, ['ls-tree', '-r', '-z', tree])
    .split('\0')
    .filter((entry) => entry !== '')
    .map((entry) => entry.replace(/^(\d+) \w+ [0-9a-f]+\t/, '$1 '));
}

const place = (built: BuiltRepository, name: string): string => path.join(built.root, name);

it('holds a change of nothing but the mode, in both directions, and a mode that is staged but not there', async () => {
  const built = repository();
  fs.chmodSync(place(built, 'README.md'), 0o755);
  const first = await saved(built.root);
  expect(first.files).toEqual([{ path: 'README.md', status: 'modified' }]);
  expect(entries(built, first.tree)).toContain('100755 README.md');
  built.git('add', 'README.md');
  fs.chmodSync(place(built, 'README.md'), 0o644);
  const second = await saved(built.root);
  expect(entries(built, second.tree)).toContain('100644 README.md');
  expect(entries(built, second.indexTree ?? '')).toContain('100755 README.md');
  expect(second.files).toEqual([]);
  // Git knows no other modes; a change among them is none.
  fs.chmodSync(place(built, 'README.md'), 0o600);
  expect(await save(built.root)).toMatchObject({ cause: 'unchanged' });
});

it('holds empty files, and files that take the place of folders and links, and the reverse', async () => {
  const built = repository();
  built.write('src/b.txt', '');
  built.write('untracked/empty', '');
  fs.mkdirSync(place(built, 'untracked/folder'));
  fs.symlinkSync('src', place(built, 'to-folder'));
  fs.symlinkSync('missing', place(built, 'to-nothing'));
  const first = await saved(built.root);
  const held = entries(built, first.tree);
  for (const entry of ['100644 src/b.txt', '100644 untracked/empty', '120000 to-folder', '120000 to-nothing'])
    expect(held).toContain(entry);
  expect(held.filter((entry) => entry.includes('folder/'))).toEqual([]);

  fs.rmSync(place(built, 'src'), { recursive: true });
  fs.symlinkSync('docs', place(built, 'src'));
  fs.rmSync(place(built, 'to-folder'));
  built.write('to-folder/now one', 'x\n');
  fs.rmSync(place(built, 'untracked'), { recursive: true });
  built.write('untracked', '');
  fs.rmSync(place(built, 'to-nothing'));
  built.write('to-nothing', 'missing');
  const second = await saved(built.root);
  expect(entries(built, second.tree)).toEqual(
    expect.arrayContaining([
      '120000 src',
      '100644 to-folder/now one',
      '100644 untracked',
      '100644 to-nothing',
    ]),
  );
  expect(second.tree).toBe(treeOfAddAll(built.root, [], ['.claude/checkpoints']));
});

it('holds every name git allows, byte for byte, and gives the same files back', async () => {
  const built = repository();
  const texts = [
    ' leading',
    'trailing ',
    'tab\tin it',
    'line\nbreak',
    'carriage\rreturn',
    '\u0001control\u007f',
    'quote"quote\'',
    'back\\slash',
    '-rf',
    '--',
    ':(glob)**',
    ':/top',
    '!not',
    '#hash',
    '$(touch canary)',
    '`x`',
    '*?[a]',
    '...',
    'name.',
    'CON',
    'aux.txt',
    'é',
    'e\u0301',
    'ß',
    'SS',
    'I\u0307',
    '日本語',
    '💥\u200d',
    '\u202egnp.exe',
    'x'.repeat(255),
    `${'deep/'.repeat(60)}end`,
  ];
  const raw = [[0xff], [0xc3, 0x28], [0xed, 0xa0, 0x80], [0x61, 0xfe, 0x0a, 0xff], [0xe9]].map((bytes) =>
    Buffer.from(bytes),
  );
  const names = [...texts.map((text) => Buffer.from(text)), ...raw];
  for (const [number, name] of names.entries()) {
    const file = Buffer.concat([Buffer.from(`${built.root}/odd/`), name]);
    fs.mkdirSync(file.subarray(0, file.lastIndexOf(0x2f)), { recursive: true });
    fs.writeFileSync(file, `${number}\n`);
  }
  const before = fingerprint(built.base);
  const checkpoint = await saved(built.root);
  expect(fingerprint(built.base)).toEqual(before);
  const held = entries(built, checkpoint.tree).filter((entry) => entry.includes('odd/'));
  expect(held.sort()).toEqual(names.map((name) => `100644 odd/${name.toString('latin1')}`).sort());
  const out = path.join(built.base, 'out');
  writeOut(built.root, checkpoint.tree, out);
  const content = (root: string): string[] =>
    Object.entries(fingerprint(path.join(root, 'odd'))).map(
      ([name, print]) => `${name} ${print.split(' ')[2]}`,
    );
  expect(content(out)).toEqual(content(built.root));
  expect(await save(built.root)).toMatchObject({ cause: 'unchanged' });

  for (const name of raw) fs.rmSync(Buffer.concat([Buffer.from(`${built.root}/odd/`), name]));
  const second = await saved(built.root);
  expect(entries(built, second.tree)).toHaveLength(entries(built, checkpoint.tree).length - raw.length);
  expect(built.tryGit('fsck', '--strict')).toBe(true);
});

it('holds names that differ only in case, although the settings say that the disk takes them for one', async () => {
  const built = repository();
  built.git('config', 'core.ignoreCase', 'true');
  built.write('Case.txt', 'upper\n');
  built.write('case.txt', 'lower\n');
  built.write('readme.md', 'another one\n');
  built.write('SRC/a.txt', 'another one\n');
  const before = fingerprint(built.base);
  const checkpoint = await saved(built.root);
  expect(entries(built, checkpoint.tree)).toEqual(
    expect.arrayContaining(
      ['Case.txt', 'SRC/a.txt', 'case.txt', 'readme.md'].map((name) => `100644 ${name}`),
    ),
  );
  expect(checkpoint.counts).toEqual({ new: 4, modified: 0, deleted: 0 });
  expect(fingerprint(built.base)).toEqual(before);
});

it('holds a file once on a disk that folds case, whatever the settings say', async ({ skip }) => {
  const disk = mountFoldingDisk();
  if (typeof disk === 'string') {
    console.warn(`Not tested: ${disk}`);
    return skip(disk);
  }
  try {
    const built = at(disk.root, path.join(disk.root, 'repo'));
    fs.mkdirSync(built.root);
    built.git('init', '-q', '-b', 'main');
    built.write('Read.me', 'one\n');
    built.write('src/a.txt', 'a\n');
    built.git('add', '-A');
    built.git('commit', '-q', '-m', 'First');
    built.git('config', 'core.ignoreCase', 'false');
    fs.renameSync(place(built, 'Read.me'), place(built, 'READ.ME'));
    built.write('SRC/b.txt', 'b\n');
    const checkpoint = await saved(built.root);
    const names = entries(built, checkpoint.tree).map((entry) => entry.toLowerCase());
    expect(new Set(names).size).toBe(names.length);
    expect(names).toHaveLength(3);
    expect(await save(built.root)).toMatchObject({ cause: 'unchanged' });
  } finally {
    disk.unmount();
  }
});

it('holds what git-lfs manages as pointers, which its clean filter makes', async () => {
  const built = repository();
  const filter = path.join(built.base, 'clean.sh');
  fs.writeFileSync(
    filter,
    '#!/bin/sh\nprintf "version https://git-lfs.github.com/spec/v1\\noid sha256:%s\\nsize 6\\n" "$(sha256sum | cut -c1-64)"\n',
    { mode: 0o755 },
  );
  built.git('config', 'filter.lfs.clean', `'${filter}'`);
  built.git('config', 'filter.lfs.required', 'true');
  built.write('.gitattributes', '*.bin filter=lfs -text\n');
  built.write('asset.bin', 'a'.repeat(100_000));
  const checkpoint = await saved(built.root, { maxFileBytes: 1_000_000 });
  expect(built.git('show', `${checkpoint.tree}:asset.bin`)).toMatch(
    /^version https:\/\/git-lfs\.github\.com\/spec\/v1\noid sha256:[0-9a-f]{64}\n/,
  );
  expect(checkpoint.remarks).toEqual([]);
  expect(await save(built.root)).toMatchObject({ cause: 'unchanged' });
});
