import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { listCheckpoints } from '../../src/checkpoints/list.ts';
import { listSnapshots, loadSnapshot, saveSnapshot } from '../../src/flows/snapshot.ts';
import { useIsolatedProcess } from '../support/for-the-file.ts';
import { type BuiltRepository, plainRepository } from '../support/repositories.ts';
import { savedSnapshot, workplaceOf } from '../support/snapshots.ts';

let built: BuiltRepository;
let folder: string;
let mounted = false;
useIsolatedProcess();
beforeAll(() => {
  built = plainRepository();
  folder = path.join(built.root, '.claude/snapshots');
  fs.mkdirSync(folder, { recursive: true });
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder], { stdio: 'ignore' });
    mounted = true;
  } catch {
    console.warn(
      'No right to mount a small disk here: snapshots on a full or read-only disk are not tested.',
    );
  }
});
afterAll(() => {
  if (mounted) execFileSync('umount', [folder]);
  built.cleanup();
});

it('leaves the old documents whole on a full and on a read-only disk, says so once, and goes on after', async () => {
  if (!mounted) return;
  const first = await savedSnapshot(built.root, { name: 'First' });
  const text = fs.readFileSync(first.file, 'utf8');
  const place = await workplaceOf(built.root);
  const { bavail, bsize } = fs.statfsSync(folder);
  fs.writeFileSync(path.join(folder, 'ballast'), Buffer.alloc(bavail * bsize));
  await expect(saveSnapshot(place, { name: 'Full' })).rejects.toMatchObject({
    code: 'snapshot-not-written',
    message: 'The snapshot was not saved: the disk is full',
    hint: expect.stringMatching(
      /^The checkpoint of this moment was saved: claude-hooks checkpoint load full-/,
    ),
  });
  expect(fs.readdirSync(folder)).toEqual(['ballast', path.basename(first.file)]);
  fs.rmSync(path.join(folder, 'ballast'));
  await savedSnapshot(built.root, { name: 'Room again' });

  const checkpoints = (await listCheckpoints(place.repository)).length;
  expect(checkpoints).toBe(3);
  execFileSync('mount', ['-o', 'remount,ro', folder]);
  await expect(saveSnapshot(place, { name: 'Read-only' })).rejects.toMatchObject({
    code: 'snapshot-not-written',
    message: `The snapshot was not saved: ${folder} cannot be written`,
  });
  expect(await listCheckpoints(place.repository)).toHaveLength(checkpoints);
  expect(loadSnapshot(place, 'First').id).toBe(first.snapshot.id);
  expect(fs.readFileSync(first.file, 'utf8')).toBe(text);
  expect(listSnapshots(place)).toMatchObject({
    snapshots: [{ name: 'Room again' }, { name: 'First' }],
    skipped: [],
  });
});
