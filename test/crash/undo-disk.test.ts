import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { expect, it } from 'vitest';
import { HooksError } from '../../src/errors.ts';
import { pruneCheckpoints } from '../../src/flows/prune.ts';
import type { Workplace } from '../../src/flows/workplace.ts';
import { useIsolatedProcess } from '../support/for-the-file.ts';
import { checkpointRefs, makeCheckpoints, writeDocument } from '../support/many-checkpoints.ts';
import type { BuiltRepository } from '../support/repositories.ts';
import { fillDisk, repositoryOn, useSmallDisk } from '../support/small-disk.ts';
import { errorOf, undoAt, workplaceAt } from '../support/undo.ts';

const COUNT = 8;
useIsolatedProcess();
const disk = useSmallDisk('1m', 'undo and prune on a full or read-only disk');

function makeRepository(): BuiltRepository {
  const built = repositoryOn(disk.folder);
  const ids = Array.from({ length: COUNT }, (_, number) => `one-${number}`);
  const more = { session: 'one' };
  makeCheckpoints(
    built,
    ids.map((id, number) => ({ id, at: Date.now() - number * 60_000, content: id, more })),
  );
  for (const id of ids) writeDocument(built.root, id);
  return built;
}

async function place(root: string): Promise<Workplace> {
  const found = await workplaceAt(root);
  found.resolved.config.checkpoints.keep.count = 2;
  return found;
}

it('prune and its undo on a full disk are whole or not at all, with one message', async () => {
  if (!disk.mounted) return;
  const built = makeRepository();
  const { root } = built;
  const stateNow = (): unknown => [
    checkpointRefs(root),
    fs.readdirSync(path.join(root, '.claude/checkpoints')).sort(),
  ];
  const before = stateNow();
  let refused = 0;
  for (const left of [0, 4_096, 8_192, 12_288, 16_384, 24_576, 40_960]) {
    for (const work of ['prune', 'undo'] as const) {
      const opened = await place(root);
      const makeRoom = fillDisk(disk.folder, left);
      try {
        if (work === 'prune') await pruneCheckpoints(opened, { dryRun: false });
        else if (Object.keys(checkpointRefs(root)).length < COUNT) await undoAt(root);
      } catch (error) {
        refused += 1;
        expect(error, `${work} with ${left}`).toBeInstanceOf(HooksError);
        expect((error as HooksError).hint, `${work} with ${left}`).toBeTruthy();
      } finally {
        makeRoom();
      }
      await workplaceAt(root);
      const where = `${work} with ${left} bytes left`;
      expect((await workplaceAt(root)).recovered, where).toEqual([]);
      const [refs, documents] = stateNow() as [object, string[]];
      if (Object.keys(refs).length === 2) expect(documents, where).toHaveLength(2);
      else expect([refs, documents], where).toEqual(before);
    }
    if (Object.keys(checkpointRefs(root)).length < COUNT) await undoAt(root);
    expect(stateNow()).toEqual(before);
  }
  expect(refused).toBeGreaterThan(2);
  execFileSync('mount', ['-o', 'remount,ro', disk.folder]);
  const error = await errorOf(async () => pruneCheckpoints(await place(root), { dryRun: false }));
  expect(error).toMatchObject({ code: 'write-failed', kind: 'failed' });
  expect(stateNow()).toEqual(before);
}, 120_000);
