import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { listCheckpoints } from '../../src/checkpoints/list.ts';
import { listSnapshots } from '../../src/flows/snapshot.ts';
import { tidyState } from '../../src/flows/tidy.ts';
import { bundleScript } from '../support/bundle.ts';
import { fingerprint } from '../support/checkpoints.ts';
import { useIsolatedProcess } from '../support/for-the-file.ts';
import { killPoints, runKilledAt, writeKillPreload } from '../support/kill-points.ts';
import { makeDirty, plainRepository } from '../support/repositories.ts';
import { PROJECT_ROOT } from '../support/sandbox.ts';
import { publishedSchema, savedSnapshot, workplaceOf } from '../support/snapshots.ts';

const STEP = process.env.CLAUDE_HOOKS_FULL === '1' ? 1 : 12;
/** Calls at the end of a save among which the document is written; each is a point in every run. */
const LAST = 6;

let folder: string;
useIsolatedProcess();
beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'claude-hooks-script-'));
});
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

it('has whole documents only, whenever a save is killed, and saves as if nothing had been', async () => {
  const preload = writeKillPreload(folder);
  const script = bundleScript(
    `import { saveSnapshot } from './src/flows/snapshot.ts';
     import { openWorkplace } from './src/flows/workplace.ts';
     openWorkplace({ cwd: process.argv[2], env: process.env, runtime: ${JSON.stringify(PROJECT_ROOT)}, now: Date.now })
       .then((place) => saveSnapshot(place, { name: 'cut off' }))
       .then((snapshot) => console.log(snapshot.id));`,
    path.join(folder, 'save.cjs'),
  );
  const built = plainRepository();
  try {
    makeDirty(built);
    built.write('.claude/context.md', '# Context\n');
    const first = await savedSnapshot(built.root, { name: 'First' });
    const text = fs.readFileSync(first.file, 'utf8');
    const whole = await runKilledAt(preload, script, [built.root], undefined);
    expect(whole.code).toBe(0);
    const before = fingerprint(built.root, /(?:^|\/)(?:\.git|\.claude\/(?:checkpoints|snapshots))(?:\/|$)/);
    const points = [
      ...killPoints(whole.calls - LAST, STEP),
      ...killPoints(whole.calls, 1).filter((point) => point.call > whole.calls - LAST),
    ];
    const documents = path.join(built.root, '.claude/snapshots');
    let known = 2;
    let cutOff = 0;
    for (const point of points) {
      const run = await runKilledAt(preload, script, [built.root], point);
      const { snapshots, skipped } = listSnapshots(built.root);
      expect(skipped, JSON.stringify(point)).toEqual([]);
      // The old documents, and at most the new one.
      expect([known, known + 1]).toContain(snapshots.length);
      if (run.code === null && snapshots.length === known) cutOff += 1;
      known = snapshots.length;
      const ids = new Set((await listCheckpoints(first.place.repository)).map((one) => one.id));
      for (const snapshot of snapshots) {
        expect(publishedSchema.safeParse(snapshot).success).toBe(true);
        expect(ids.has(snapshot.checkpoint)).toBe(true);
      }
    }
    expect(cutOff).toBeGreaterThan(points.length / 3);
    expect(fs.readFileSync(first.file, 'utf8')).toBe(text);
    const last = await savedSnapshot(built.root, { name: 'After' });
    expect(last.snapshot.tree).toBe(first.snapshot.tree);
    expect(fingerprint(built.root, /(?:^|\/)(?:\.git|\.claude\/(?:checkpoints|snapshots))(?:\/|$)/)).toEqual(
      before,
    );
    // What killed saves left aside is swept once it is an hour old.
    const left = fs.readdirSync(documents).filter((name) => name.startsWith('.'));
    expect(left.length).toBeGreaterThan(0);
    const old = new Date(Date.now() - 2 * 3_600_000);
    for (const name of left) fs.utimesSync(path.join(documents, name), old, old);
    const place = await workplaceOf(built.root);
    tidyState({ ...place, now: Date.now });
    expect(fs.readdirSync(documents)).toHaveLength(known + 1);
  } finally {
    built.cleanup();
  }
}, 600_000);
