import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { placeOf, saved } from '../support/checkpoints.ts';
import { useIsolatedProcess } from '../support/for-the-file.ts';
import { runKilled, writeShim } from '../support/kill-at.ts';
import {
  at,
  type BuiltRepository,
  emptyFolder,
  makeDirty,
  plainRepository,
} from '../support/repositories.ts';
import { filesOf, historyOf, leftovers, stagedOf } from '../support/restore.ts';
import { PROJECT_ROOT } from '../support/sandbox.ts';

const FULL = process.env.CLAUDE_HOOKS_FULL === '1';
const RANDOM_KILLS = FULL ? 1_000 : 6;

let folder: string;
let shim: string;
let cli: string;
useIsolatedProcess();
beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'claude-hooks-kill-'));
  shim = writeShim(folder);
  // A copy: the thousandth kill still meets the same program, whoever builds meanwhile.
  fs.cpSync(path.join(PROJECT_ROOT, 'dist'), path.join(folder, 'dist'), { recursive: true });
  cli = path.join(folder, 'dist/cli.cjs');
});
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

/** Everything a restore has to do: create, change, remove, a file for a folder and the reverse, links, staging. */
async function prepare(built: BuiltRepository): Promise<void> {
  makeDirty(built);
  built.write('gone/deep/one.txt', 'one\n');
  built.write('swap', 'a file\n');
  built.write('turn/x.txt', 'in a folder\n');
  await saved(built.root, { name: 'then' });
  fs.rmSync(path.join(built.root, 'gone'), { recursive: true });
  fs.rmSync(path.join(built.root, 'swap'));
  built.write('swap/now/a/folder.txt', 'f\n');
  fs.rmSync(path.join(built.root, 'turn'), { recursive: true });
  built.write('turn', 'now a file\n');
  built.write('README.md', '# Rewritten\n');
  built.write('later/new.txt', 'made since\n');
  built.write('later/also.txt', 'made since, too\n');
  fs.rmSync(path.join(built.root, 'link'));
  fs.symlinkSync('somewhere else', path.join(built.root, 'link'));
  built.write('staged.txt', 'staged again\n');
  built.git('add', 'staged.txt', 'later/new.txt');
}

interface State {
  files: Record<string, string>;
  staged: string;
}

function stateOf(root: string): State {
  return { files: filesOf(root), staged: stagedOf(root) };
}

/** Copies of one prepared repository, each for one kill. */
interface Scene {
  root: string;
  copy(): BuiltRepository;
  old: State;
  cleanup(): void;
}

async function sceneOf(built: BuiltRepository): Promise<Scene> {
  await prepare(built);
  let number = 0;
  return {
    root: built.root,
    old: stateOf(built.root),
    copy() {
      number += 1;
      const base = path.join(folder, `copy-${number}`);
      execFileSync('cp', ['-a', built.base, base]);
      return at(base, path.join(base, path.relative(built.base, built.root)));
    },
    cleanup: () => built.cleanup(),
  };
}

const RESTORE = ['checkpoint', 'restore', 'then'];
const SAVE = ['checkpoint', 'save', 'cut off'];

/** What the command makes of the scene when nothing kills it, and at how many calls it can be killed. */
async function whole(scene: Scene, args: string[]): Promise<{ calls: number; done: State; ms: number }> {
  const built = scene.copy();
  const countFile = path.join(folder, 'count');
  const started = performance.now();
  const ended = await runKilled(['--require', shim, cli, ...args], {
    cwd: built.root,
    env: { COUNT_FILE: countFile },
  });
  const ms = performance.now() - started;
  expect(ended).toMatchObject({ code: 0, stderr: '' });
  const done = stateOf(built.root);
  built.cleanup();
  return { calls: Number(fs.readFileSync(countFile, 'utf8')), done, ms };
}

/** After the next command: all old or all new, no lock and no leftover, nothing of the person's lost, all readable. */
async function expectMended(
  built: BuiltRepository,
  scene: Scene,
  done: State,
  history: unknown,
  nextCommand: 'list' | 'save',
): Promise<boolean> {
  if (nextCommand === 'list') {
    const listed = await runKilled([cli, 'checkpoint', 'list'], { cwd: built.root, env: {} });
    expect(listed.code, listed.stderr).toBe(0);
  }
  const listedState = stateOf(built.root);
  const next = await saved(built.root, { name: 'after the kill' });
  const found = stateOf(built.root);
  if (nextCommand === 'list') expect(found, 'any command mends it, not only a save').toEqual(listedState);
  const isOld = JSON.stringify(found) === JSON.stringify(scene.old);
  if (!isOld) expect(found).toEqual(done);
  expect(historyOf(built)).toEqual(history);
  expect(leftovers(built.root)).toEqual([]);
  expect(fs.existsSync(path.join(placeOf(built.root).state.root, 'operations', 'found'))).toBe(false);
  expect(built.git('cat-file', '-t', next.commit).trim()).toBe('commit');
  expect(built.tryGit('fsck', '--strict')).toBe(true);
  return isOld;
}

/** Which calls are killed: every one in full, else a few, others in each run. */
function callsToKill(calls: number, some: number): number[] {
  if (FULL) return Array.from({ length: calls }, (_none, at) => at + 1);
  const step = calls / some;
  return Array.from({ length: some }, (_none, at) => 1 + Math.floor(step * (at + Math.random())));
}

async function killAtCalls(
  scene: Scene,
  args: string[],
  some: number,
): Promise<{ old: number; done: number }> {
  const { calls, done } = await whole(scene, args);
  expect(calls).toBeGreaterThan(100);
  const ends = { old: 0, done: 0 };
  for (const call of callsToKill(calls, some)) {
    const built = scene.copy();
    const history = historyOf(built);
    const env = { KILL_AT: String(call), KILL_GROUP: String(call % 2) };
    const ended = await runKilled(['--require', shim, cli, ...args], { cwd: built.root, env });
    // A run can need a call or two less than the one that was counted.
    if (call < calls - 10) expect(ended.code, `killed at call ${call} of ${calls}`).toBe(null);
    const isOld = await expectMended(built, scene, done, history, call % 3 === 0 ? 'list' : 'save');
    ends[isOld ? 'old' : 'done'] += 1;
    built.cleanup();
  }
  return ends;
}

describe('restore', () => {
  it('killed at any of its file-system calls leaves all old or all new', async () => {
    const scene = await sceneOf(plainRepository());
    const ends = await killAtCalls(scene, RESTORE, 6);
    expect(ends.old).toBeGreaterThan(0);
    if (FULL) expect(ends.done).toBeGreaterThan(0);
    scene.cleanup();
  }, 3_600_000);

  it('killed at any moment leaves all old or all new', async () => {
    const scene = await sceneOf(plainRepository());
    const { done, ms } = await whole(scene, RESTORE);
    for (let round = 0; round < RANDOM_KILLS; round += 1) {
      const built = scene.copy();
      const history = historyOf(built);
      const killAfterMs = Math.random() * ms * 1.1;
      await runKilled([cli, ...RESTORE], { cwd: built.root, env: {}, killAfterMs, group: round % 2 === 0 });
      await expectMended(built, scene, done, history, round % 3 === 0 ? 'list' : 'save');
      built.cleanup();
    }
    scene.cleanup();
  }, 3_600_000);

  it.skipIf(!fs.existsSync('/dev/shm'))(
    'killed where the git directory is on another disk leaves all old or all new',
    async () => {
      const elsewhere = fs.mkdtempSync('/dev/shm/claude-hooks-');
      const built = emptyFolder();
      built.git('init', '-q', '-b', 'main', `--separate-git-dir=${path.join(elsewhere, 'git')}`);
      built.write('.gitignore', '*.log\n');
      built.write('a.txt', 'a\n');
      built.write('b/c.txt', 'c\n');
      built.git('add', '-A');
      built.git('commit', '-q', '-m', 'First');
      await saved(built.root, { name: 'then' });
      built.write('a.txt', 'changed\n');
      fs.rmSync(path.join(built.root, 'b'), { recursive: true });
      built.write('new/d.txt', 'd\n');
      const old = stateOf(built.root);
      const history = historyOf(built);
      const { calls } = await countOnly(built, elsewhere);
      for (const call of callsToKill(calls, 3)) {
        const env = { KILL_AT: String(call) };
        await runKilled(['--require', shim, cli, ...RESTORE], { cwd: built.root, env });
        await saved(built.root, { name: 'after the kill' });
        const found = stateOf(built.root);
        if (JSON.stringify(found) !== JSON.stringify(old)) {
          expect(Object.keys(found.files).sort()).toEqual(['.gitignore', 'a.txt', 'b/c.txt']);
          fs.rmSync(path.join(built.root, 'b'), { recursive: true });
          built.write('new/d.txt', 'd\n');
          built.write('a.txt', 'changed\n');
        }
        expect(historyOf(built)).toEqual(history);
        expect(leftovers(built.root)).toEqual([]);
      }
      built.cleanup();
      fs.rmSync(elsewhere, { recursive: true, force: true });
    },
    3_600_000,
  );
});

async function countOnly(built: BuiltRepository, elsewhere: string): Promise<{ calls: number }> {
  const countFile = path.join(elsewhere, 'count');
  const args = ['--require', shim, cli, ...RESTORE, '--dry-run'];
  await runKilled(args, { cwd: built.root, env: { COUNT_FILE: countFile } });
  // The dry run makes about a third of the calls of the real one.
  return { calls: 3 * Number(fs.readFileSync(countFile, 'utf8')) };
}

describe('save', () => {
  it('killed at any of its file-system calls changes nothing, and the next one works', async () => {
    const scene = await sceneOf(plainRepository());
    const ends = await killAtCalls(scene, SAVE, 3);
    expect(ends.done).toBe(0);
    scene.cleanup();
  }, 3_600_000);
});
