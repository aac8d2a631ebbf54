import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { expect, it } from 'vitest';
import { listCheckpoints } from '../../src/checkpoints/list.ts';
import { fingerprint, placeOf, save, saved } from '../support/checkpoints.ts';
import { useIsolatedProcess } from '../support/for-the-file.ts';
import { fillDisk, repositoryOn, useSmallDisk } from '../support/small-disk.ts';

useIsolatedProcess();
const disk = useSmallDisk('1m', 'checkpoints on a full or read-only disk');

it('refuses on a full disk and on a read-only one, with the old state whole, and goes on after', async () => {
  if (!disk.mounted) return;
  const built = repositoryOn(disk.folder);
  const { root } = built;
  const first = await saved(root);
  const content = Buffer.from(
    Array.from({ length: 300_000 }, (_byte, position) => (position * 7919 * (position >> 3)) & 0xff),
  );
  // Fill the disk a little more each time, so that another of the writes is the one that fails.
  let refused = 0;
  for (let left = 0; left < 120_000; left += 12_000) {
    built.write('big.bin', content);
    const makeRoom = fillDisk(disk.folder, left);
    const before = fingerprint(root);
    const result = await save(root, { name: `left ${left}` });
    expect(fingerprint(root)).toEqual(before);
    if (!result.saved) {
      refused += 1;
      expect(result).toMatchObject({ cause: 'refused', reason: 'the disk is full' });
    }
    makeRoom();
    fs.rmSync(path.join(root, 'big.bin'));
    expect(await listCheckpoints(placeOf(root).repository)).toContainEqual(
      expect.objectContaining({ id: first.id }),
    );
  }
  expect(refused).toBeGreaterThan(0);
  expect(built.tryGit('fsck', '--full', '--strict')).toBe(true);
  expect((await saved(root, { name: 'after' })).tree).toBe(first.tree);

  execFileSync('mount', ['-o', 'remount,ro', disk.folder]);
  expect(await save(root, { name: 'read-only' })).toMatchObject({
    cause: 'refused',
    reason: expect.stringContaining('cannot be written'),
  });
  expect(await listCheckpoints(placeOf(root).repository)).toContainEqual(
    expect.objectContaining({ name: 'after' }),
  );
});
