import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { tidyState } from '../../src/flows/tidy.ts';
import {
  beginSessionPartition,
  readDefaultPartition,
  readSessionPartition,
} from '../../src/store/partition.ts';
import { bundleScript } from '../support/bundle.ts';
import { placeOf } from '../support/checkpoints.ts';
import { useIsolatedProcess } from '../support/for-the-file.ts';
import { killPoints, runKilledAt, writeKillPreload } from '../support/kill-points.ts';
import { plainRepository } from '../support/repositories.ts';
import { workplaceOf } from '../support/snapshots.ts';

let folder: string;
useIsolatedProcess();
beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'claude-hooks-script-'));
});
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

it('has the old choice or the new one, whole, whenever choosing is killed', async () => {
  const preload = writeKillPreload(folder);
  const script = bundleScript(
    `import { writeDefaultPartition, writeSessionPartition } from './src/store/partition.ts';
     import { locateRepository, statePaths, stateRoot, userPaths } from './src/store/paths.ts';
     const repository = locateRepository(process.argv[2]);
     const state = statePaths(stateRoot(repository, userPaths(process.env)));
     const choice = { name: process.argv[3] || undefined, by: 'hand', at: 5 };
     writeDefaultPartition(state, repository, choice);
     writeSessionPartition(state, 's-1', choice);`,
    path.join(folder, 'choose.cjs'),
  );
  const built = plainRepository();
  try {
    const { repository, state } = placeOf(built.root);
    const whole = await runKilledAt(preload, script, [built.root, 'Start'], undefined);
    expect(whole.code).toBe(0);
    const names = ['One', '', 'Three, which is longer'];
    let [before, beforeDefault]: (string | undefined)[] = ['Start', 'Start'];
    let cutOff = 0;
    for (const [index, point] of killPoints(whole.calls, 1).entries()) {
      const name = names[index % names.length] ?? '';
      const run = await runKilledAt(preload, script, [built.root, name], point);
      if (run.code === null) cutOff += 1;
      const [now, nowDefault] = [
        readSessionPartition(state, 's-1')?.name,
        readDefaultPartition(state, repository)?.name,
      ];
      expect([before, name || undefined]).toContain(now);
      expect([beforeDefault, name || undefined]).toContain(nowDefault);
      [before, beforeDefault] = [now, nowDefault];
    }
    expect(cutOff).toBeGreaterThan(10);
    await runKilledAt(preload, script, [built.root, 'Last'], undefined);
    expect(beginSessionPartition(state, repository, 's-2', Date.now())).toMatchObject({
      name: 'Last',
      by: 'default',
    });
    const old = new Date(Date.now() - 2 * 3_600_000);
    for (const place of [state.partition, state.partitionDefault])
      for (const left of fs.readdirSync(place).filter((entry) => entry.startsWith('.')))
        fs.utimesSync(path.join(place, left), old, old);
    tidyState({ ...(await workplaceOf(built.root)), now: Date.now });
    expect([fs.readdirSync(state.partition), fs.readdirSync(state.partitionDefault)]).toEqual([
      ['s-1', 's-2'],
      ['main'],
    ]);
  } finally {
    built.cleanup();
  }
});
