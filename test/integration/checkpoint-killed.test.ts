import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bundleScript } from '../support/bundle.ts';
import { fingerprint, placeOf, save, saved, treeOfAddAll } from '../support/checkpoints.ts';
import { useIsolatedProcess } from '../support/for-the-file.ts';
import { type BuiltRepository, makeDirty, plainRepository } from '../support/repositories.ts';

const RUNS = process.env.CLAUDE_HOOKS_FULL === '1' ? 1_000 : 30;
const FILES = 60;

let script: string;
let folder: string;
useIsolatedProcess();
beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'claude-hooks-script-'));
  script = bundleScript(
    `import { saveCheckpoint } from './src/checkpoints/save.ts';
     import { locateRepository, statePaths, stateRoot, userPaths } from './src/store/paths.ts';
     const repository = locateRepository(process.argv[2]);
     const state = statePaths(stateRoot(repository, userPaths(process.env)));
     const started = process.hrtime.bigint();
     saveCheckpoint({ repository, state, name: 'cut off', reason: 'manual', maxFileBytes: 1e9, now: Date.now() })
       .then((result) => console.log(Number(process.hrtime.bigint() - started) / 1e6, result.saved));`,
    path.join(folder, 'save.cjs'),
  );
});
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

/** Runs a save in a process of its own, killed after `afterMs`; `group` kills its gits with it. */
function killedSave(root: string, afterMs: number | undefined, group: boolean): Promise<string> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [script, root], {
      detached: true,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    const timer =
      afterMs === undefined
        ? undefined
        : setTimeout(() => {
            if (child.pid !== undefined) process.kill(group ? -child.pid : child.pid, 'SIGKILL');
          }, afterMs);
    child.on('exit', () => {
      clearTimeout(timer);
      resolve(said);
    });
  });
}

function edit(built: BuiltRepository, round: number): void {
  for (let file = 0; file < FILES; file += 1)
    built.write(`work/${file}.txt`, `${round} ${file} ${'x'.repeat(2_000)}\n`);
  fs.rmSync(path.join(built.root, `work/${round % FILES}.txt`));
}

it(`saves as if nothing had been after a kill at any of ${RUNS} moments`, async () => {
  const built = plainRepository();
  try {
    makeDirty(built);
    edit(built, 0);
    const started = performance.now();
    expect(await killedSave(built.root, undefined, false)).toContain('true');
    const whole = performance.now() - started;
    let cutOff = 0;
    for (let round = 1; round <= RUNS; round += 1) {
      edit(built, round);
      const before = fingerprint(built.base);
      const said = await killedSave(built.root, Math.random() * whole * 1.2, round % 2 === 0);
      if (said === '') cutOff += 1;
      const next = await saved(built.root, { name: `after ${round}` });
      expect(fingerprint(built.base)).toEqual(before);
      expect(next.tree).toBe(treeOfAddAll(built.root, [], ['.claude/checkpoints']));
      expect(await save(built.root)).toMatchObject({ saved: false, cause: 'unchanged' });
    }
    expect(cutOff).toBeGreaterThan(RUNS / 10);
    const { state } = placeOf(built.root);
    expect(fs.readdirSync(state.indexes).filter((name) => name.endsWith('.lock'))).toEqual([]);
    expect(built.tryGit('fsck', '--full', '--strict')).toBe(true);
  } finally {
    built.cleanup();
  }
}, 1_800_000);
