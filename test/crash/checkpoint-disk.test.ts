import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { listCheckpoints } from '../../src/checkpoints/list.ts';
import { fingerprint, placeOf, save, saved } from '../support/checkpoints.ts';
import { at, isolateProcess } from '../support/repositories.ts';
import { mountSmallDisk, type SmallDisk } from '../support/small-disk.ts';

let home: string;
let small: SmallDisk;
let disk: string;
let mounted = false;
beforeAll(() => {
  home = isolateProcess();
  small = mountSmallDisk('1m', 'checkpoints on a full or read-only disk');
  disk = small.folder;
  mounted = small.mounted;
});
afterAll(() => {
  small.remove();
  fs.rmSync(home, { recursive: true, force: true });
});

it('refuses on a full disk and on a read-only one, with the old state whole, and goes on after', async () => {
  if (!mounted) return;
  const root = path.join(disk, 'repo');
  fs.mkdirSync(root);
  const built = at(disk, root);
  built.git('init', '-q', '-b', 'main');
  built.write('a.txt', 'a\n');
  built.git('add', '-A');
  built.git('commit', '-q', '-m', 'First');
  const first = await saved(root);
  const content = Buffer.from(
    Array.from({ length: 300_000 }, (_byte, position) => (position * 7919 * (position >> 3)) & 0xff),
  );
  // Fill the disk a little more each time, so that another of the writes is the one that fails.
  let refused = 0;
  for (let left = 0; left < 120_000; left += 12_000) {
    built.write('big.bin', content);
    const { bavail, bsize } = fs.statfsSync(disk);
    fs.writeFileSync(path.join(disk, 'ballast'), Buffer.alloc(Math.max(0, bavail * bsize - left)));
    const before = fingerprint(root);
    const result = await save(root, { name: `left ${left}` });
    expect(fingerprint(root)).toEqual(before);
    if (!result.saved) {
      refused += 1;
      expect(result).toMatchObject({ cause: 'refused', reason: 'the disk is full' });
    }
    fs.rmSync(path.join(disk, 'ballast'));
    fs.rmSync(path.join(root, 'big.bin'));
    expect(await listCheckpoints(placeOf(root).repository)).toContainEqual(
      expect.objectContaining({ id: first.id }),
    );
  }
  expect(refused).toBeGreaterThan(0);
  expect(built.tryGit('fsck', '--full', '--strict')).toBe(true);
  expect((await saved(root, { name: 'after' })).tree).toBe(first.tree);

  execFileSync('mount', ['-o', 'remount,ro', disk]);
  expect(await save(root, { name: 'read-only' })).toMatchObject({
    cause: 'refused',
    reason: expect.stringContaining('cannot be written'),
  });
  expect(await listCheckpoints(placeOf(root).repository)).toContainEqual(
    expect.objectContaining({ name: 'after' }),
  );
});
