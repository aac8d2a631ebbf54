import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { indexInfo, isInScope, isSameKind, scopeOf } from '../../../src/checkpoints/restore/changes.ts';
import { deepestFirst, foldersAbove, parentOf } from '../../../src/checkpoints/restore/disk.ts';
import { quoteName } from '../../../src/checkpoints/restore/held.ts';
import type { RawStat } from '../../../src/platform/raw-files.ts';
import { emptyFolder } from '../../support/repositories.ts';

const built = emptyFolder();
built.git('init', '-q');
afterAll(() => built.cleanup());

/** A file name as git allows it: any bytes but NUL and the slash; as latin1 text. */
const rawName = fc
  .uint8Array({ minLength: 1, maxLength: 12 })
  .map((bytes) =>
    Buffer.from(bytes.map((byte) => (byte === 0 || byte === 0x2f ? 0x78 : byte))).toString('latin1'),
  )
  .filter((name) => !/^\.{1,2}$|^\.git$/i.test(name) && !/git~1/i.test(name));

describe('the words git reads', () => {
  it('an index is brought to any names, removals first', () => {
    const id = '5'.repeat(40);
    const text = indexInfo(
      [
        { name: 'a/b', to: { mode: '100644', id } },
        { name: 'a', to: undefined },
      ],
      40,
    ).toString('latin1');
    expect(text).toBe(`0 ${'0'.repeat(40)}\ta\x00100644 ${id}\ta/b\0`);
    expect(indexInfo([{ name: 'x', to: undefined }], 64).toString()).toBe(`0 ${'0'.repeat(64)}\tx\0`);
  });

  it('a quoted name means the file of that name', () => {
    fc.assert(
      fc.property(fc.array(rawName, { minLength: 1, maxLength: 8 }), fc.string(), (names, content) => {
        const folder = fs.mkdtempSync(`${built.root}/n-`);
        const below = folder.slice(built.root.length + 1);
        const all = [...new Set(names)];
        for (const [at, name] of all.entries())
          fs.writeFileSync(
            Buffer.concat([Buffer.from(`${folder}/`), Buffer.from(name, 'latin1')]),
            `${at}${content}`,
          );
        const input = all.map((name) => `${quoteName(`${below}/${name}`)}\n`).join('');
        const ids = execFileSync('git', ['hash-object', '--no-filters', '--stdin-paths'], {
          cwd: built.root,
          input,
        });
        const wanted = all.map((_name, at) =>
          execFileSync('git', ['hash-object', '--stdin'], {
            cwd: built.root,
            input: `${at}${content}`,
          }).toString(),
        );
        expect(ids.toString()).toBe(wanted.join(''));
      }),
      { numRuns: 10 },
    );
  });
});

describe('the scope of --only', () => {
  it('is relative to where the person is, and never outside', () => {
    expect(scopeOf('/r', '/r/src', ['a.txt', '../docs/', './x//y'])).toEqual([
      'src/a.txt',
      'docs',
      'src/x/y',
    ]);
    expect(scopeOf('/r', '/r/src', ['..'])).toEqual([]);
    expect(scopeOf('/r', '/r', ['a', '.'])).toEqual([]);
    expect(scopeOf('/r', '/r', ['..a'])).toEqual(['..a']);
    for (const path of ['..', '/', '../r2', '/etc/passwd'])
      expect(() => scopeOf('/r', '/r', [path])).toThrow(/does not lie in the working tree/);
  });

  it('holds a file, or all below a folder, by bytes', () => {
    const raw = Buffer.from('ü/x').toString('latin1');
    expect(isInScope([], 'anything')).toBe(true);
    expect(isInScope(['ü'], raw)).toBe(true);
    expect(isInScope(['src'], 'src')).toBe(true);
    expect(isInScope(['src'], 'srcx/a')).toBe(false);
    expect(isInScope(['src/a'], 'src')).toBe(false);
  });
});

it('tells whether what stands somewhere is of the kind a tree asks for', () => {
  const stat = (kind: RawStat['kind'], mode: number): RawStat => ({
    ...{ kind, mode, size: 0, dev: '', ino: '', mtimeNs: '', ctimeNs: '', links: 1 },
  });
  const entry = (mode: string): { mode: string; id: string } => ({ mode, id: '' });
  expect(isSameKind(entry('100644'), stat('file', 0o644))).toBe(true);
  expect(isSameKind(entry('100644'), stat('file', 0o755))).toBe(false);
  expect(isSameKind(entry('100755'), stat('file', 0o700))).toBe(true);
  expect(isSameKind(entry('120000'), stat('link', 0o777))).toBe(true);
  expect(isSameKind(entry('120000'), stat('file', 0o644))).toBe(false);
  expect(isSameKind(entry('100644'), stat('directory', 0o755))).toBe(false);
});

it('names the folders above, and sorts them so that each comes after what lies in it', () => {
  const folders = foldersAbove(['a/b/c/d', 'a/x', 'top']);
  expect([...folders].sort()).toEqual(['a', 'a/b', 'a/b/c']);
  expect(deepestFirst(folders)).toEqual(['a/b/c', 'a/b', 'a']);
  expect([parentOf('a/b'), parentOf('a')]).toEqual(['a', '']);
});
