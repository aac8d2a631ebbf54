import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recoverRestore } from '../../src/checkpoints/restore/recover.ts';
import type { Checkpoint } from '../../src/checkpoints/types.ts';
import { acquireLock } from '../../src/store/lock.ts';
import { pendingOperations } from '../../src/store/operations.ts';
import { bundleScript } from '../support/bundle.ts';
import { placeOf, saved } from '../support/checkpoints.ts';
import { useCleanup, useIsolatedProcess } from '../support/for-the-file.ts';
import { at, type BuiltRepository, plainRepository } from '../support/repositories.ts';
import { filesOf, historyOf, leftovers, restored, stagedOf, undo } from '../support/restore.ts';

/**
 * Restores in a process of its own. `TAMPER` is code run after each rename of a file until it sets `tampered`: `to` and
 * `from` are its ends, `renames` counts them, `kill()` kills the process.
 */
const DRIVER = `
import { restoreTree } from './src/checkpoints/restore/restore.ts';
import { locateRepository, statePaths, stateRoot, userPaths } from './src/store/paths.ts';
const fs = require('node:fs');
const path = require('node:path');
const root = process.argv[2];
const kill = () => process.kill(process.pid, 'SIGKILL');
const tamper = new Function('fs', 'path', 'root', 'from', 'to', 'renames', 'kill', 'real', process.env.TAMPER ?? '');
const real = fs.renameSync;
let renames = 0;
fs.renameSync = (from, to) => {
  real(from, to);
  renames += 1;
  if (globalThis.tampered !== true) tamper(fs, path, root, String(from), String(to), renames, kill, real);
};
const repository = locateRepository(root);
const state = statePaths(stateRoot(repository, userPaths(process.env)));
const checkpoint = JSON.parse(process.argv[3]);
const { tree, indexTree } = checkpoint;
restoreTree({ repository, state, maxFileBytes: 1e9, now: Date.now() }, { tree, indexTree, title: 'Restore "then"', checkpoint },
  { only: [], keepIndex: false, dryRun: false, mode: 'exact' }).then(
  () => process.stdout.write('restored'), (error) => process.stdout.write(error.code + ': ' + error.message));
`;

let folder: string;
let driver: string;
useIsolatedProcess();
const forThisTest = useCleanup();
beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'claude-hooks-driver-'));
  driver = bundleScript(DRIVER, path.join(folder, 'driver.cjs'));
});
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

interface Scene {
  built: BuiltRepository;
  checkpoint: Checkpoint;
  before: unknown;
  run(tamper: string): string;
}

/** A repository with something of every kind to restore. */
async function start(): Promise<Scene> {
  const built = forThisTest(plainRepository());
  built.write('gone/one.txt', 'one\n');
  built.write('kind', 'a file\n');
  const checkpoint = await saved(built.root, { name: 'then' });
  built.write('src/a.txt', 'changed\n');
  fs.rmSync(path.join(built.root, 'gone'), { recursive: true });
  fs.rmSync(path.join(built.root, 'kind'));
  built.write('kind/of/folder.txt', 'x\n');
  built.write('new/file.txt', 'new\n');
  built.git('add', 'new/file.txt');
  return {
    built,
    checkpoint,
    before: stateOf(built),
    run: (tamper) =>
      spawnSync(process.execPath, [driver, built.root, JSON.stringify(checkpoint)], {
        env: { ...process.env, TAMPER: tamper },
        encoding: 'utf8',
      }).stdout,
  };
}

function stateOf(built: BuiltRepository): unknown {
  return { files: filesOf(built.root), staged: stagedOf(built.root), history: historyOf(built) };
}

const INTO = (name: string): string => `to === path.join(root, ${JSON.stringify(name)})`;

describe('a restore that does not lead to the expected tree is taken back', () => {
  it.each([
    [
      'a file that was moved in changes',
      `if (${INTO('src/a.txt')}) { tampered = true; fs.appendFileSync(to, 'more'); }`,
    ],
    [
      'a file that was moved in loses its kind',
      `if (${INTO('src/a.txt')}) { tampered = true; fs.chmodSync(to, 0o755); }`,
    ],
    ['a file that was moved in vanishes', `if (${INTO('gone/one.txt')}) { tampered = true; fs.rmSync(to); }`],
  ])('%s', async (_what, tamper) => {
    const { built, before, run } = await start();
    expect(run(tamper)).toMatch(
      /^restore-not-verified: Nothing was changed: the tree on disk was not the expected/,
    );
    const { files, ...rest } = stateOf(built) as { files: Record<string, string> };
    expect({ files, ...rest }).toEqual(before);
    expect(leftovers(built.root)).toEqual([]);
  });

  it('a file of others that changes meanwhile keeps its change', async () => {
    const { built, before, run } = await start();
    const said = run(
      `if (${INTO('src/a.txt')}) fs.writeFileSync(path.join(root, 'README.md'), 'other program');`,
    );
    expect(said).toContain('(README.md). Files and staging are as before.');
    expect(fs.readFileSync(path.join(built.root, 'README.md'), 'utf8')).toBe('other program');
    built.write('README.md', '# Demo\n');
    expect(stateOf(built)).toEqual(before);
  });

  it('a removed file that is back, and one that appears where another belongs', async () => {
    const { built, before, run } = await start();
    const back = run(`if (${INTO('src/a.txt')}) { fs.mkdirSync(path.join(root, 'new'), { recursive: true });
      fs.writeFileSync(path.join(root, 'new/file.txt'), 'again'); }`);
    expect(back).toContain('restore-not-verified');
    // What stood in the way of the old file is kept and named.
    const [, kept = ''] = /new\/file\.txt -> (\S+?)\.?$/.exec(back) ?? [];
    expect(fs.readFileSync(kept, 'utf8')).toBe('again');
    expect(stateOf(built)).toEqual(before);
    expect(run(`if (renames === 2) fs.writeFileSync(path.join(root, 'kind'), 'mine');`)).toMatch(
      /tree-changed|in the way|EISDIR|ENOTDIR|ENOTEMPTY|kind/,
    );
  });

  it('staging that changes in the last moment', async () => {
    const { built, run } = await start();
    const said = run(`if (${INTO('src/a.txt')}) {
        tampered = true;
        process.getBuiltinModule('node:child_process').execFileSync('git', ['rm', '-q', '--cached', 'README.md'], { cwd: root });
      }`);
    expect(said).toMatch(/^staging-changed: Nothing was changed: something else was staged/);
    expect(fs.readFileSync(path.join(built.root, 'src/a.txt'), 'utf8')).toBe('changed\n');
    expect(built.git('diff', '--cached', '--name-only')).toBe('README.md\nnew/file.txt\n');
    expect(leftovers(built.root)).toEqual([]);
  });

  it('an index that git only refreshes in the meantime is no reason', async () => {
    const { built, run } = await start();
    const said =
      run(`if (${INTO('src/a.txt')}) process.getBuiltinModule('node:child_process').execFileSync('git',
      ['-c', 'core.trustctime=false', 'update-index', '-q', '--really-refresh', '--no-assume-unchanged', 'README.md'], { cwd: root });
      if (${INTO('src/a.txt')}) fs.utimesSync(path.join(root, '.git/index'), new Date(), new Date());`);
    expect(said).toBe('restored');
    expect(built.git('diff', '--cached', '--name-only')).toBe('');
  });
});

describe('a restore that was cut off', () => {
  it('is left to its owner while that is at work, and mended after', async () => {
    const { built, before, run } = await start();
    run(`if (${INTO('src/a.txt')}) kill();`);
    expect(stateOf(built)).not.toEqual(before);
    const { state, repository } = placeOf(built.root);
    const [stored] = pendingOperations(state);
    if (stored === undefined) throw new Error('it has to be pending');
    const lock = acquireLock(state.locks, 'checkpoint-main');
    expect(await recoverRestore({ state, now: Date.now() }, stored)).toBeUndefined();
    lock?.release();
    expect(await recoverRestore({ state, now: Date.now() }, stored)).toBe(
      '"Restore "then"" was cut off and is taken back: files and staging are as before it.',
    );
    expect(stateOf(built)).toEqual(before);
    expect(await recoverRestore({ state, now: Date.now() }, stored)).toBeUndefined();
    expect(repository.root).toBe(built.root);
    expect(leftovers(built.root)).toEqual([]);
  });

  it('gives back what was there and keeps what a person wrote since', async () => {
    const { built, before, run } = await start();
    run(`if (${INTO('src/a.txt')}) kill();`);
    built.write('src/a.txt', 'written after the kill\n');
    built.write('new/file.txt', 'written after the kill, too\n');
    const { state } = placeOf(built.root);
    const [stored] = pendingOperations(state);
    if (stored === undefined) throw new Error('it has to be pending');
    const sentence = (await recoverRestore({ state, now: Date.now() }, stored)) ?? '';
    expect(stateOf(built)).toEqual(before);
    const kept = [...sentence.matchAll(/(\S+) -> ([^,\s]+?)[.,]?(?=\s|$)/g)].map((match) => [
      match[1],
      fs.readFileSync(match[2] ?? '', 'utf8'),
    ]);
    expect(Object.fromEntries(kept)).toEqual({
      'src/a.txt': 'written after the kill\n',
      'new/file.txt': 'written after the kill, too\n',
    });
  });

  it('after its last change is completed, staging and all, and can be undone', async () => {
    const { built, before, checkpoint, run } = await start();
    run(`if (to.endsWith('/verified')) kill();`);
    await saved(built.root, { name: 'the next command' });
    expect(leftovers(built.root)).toEqual([]);
    expect(built.git('diff', '--cached', '--name-only')).toBe('');
    expect(fs.readFileSync(path.join(built.root, 'gone/one.txt'), 'utf8')).toBe('one\n');
    await undo(built.root);
    expect(stateOf(built)).toEqual(before);
    run(`if (to.endsWith('/swapping')) kill();`);
    expect(fs.existsSync(path.join(built.root, '.git/index.lock'))).toBe(true);
    await saved(built.root, { name: 'the next command' });
    expect(leftovers(built.root)).toEqual([]);
    expect(built.git('diff', '--cached', '--name-only')).toBe('');
    await undo(built.root);
    expect(stateOf(built)).toEqual(before);
    await restored(built.root, checkpoint);
  });

  it('is completed in spite of the lock of a ref that a killed git left', async () => {
    const { built, run } = await start();
    run(`if (to.endsWith('/verified')) kill();`);
    const [stored] = pendingOperations(placeOf(built.root).state);
    if (stored === undefined) throw new Error('it has to be pending');
    const { id, data } = stored.operation;
    built.write(`.git/refs/claude-hooks/operations/${id}.lock`, '');
    const next = await saved(built.root, { name: 'the next command' });
    expect(next.name).toBe('the next command');
    expect(leftovers(built.root)).toEqual([]);
    const pin = built.git('rev-parse', `refs/claude-hooks/operations/${id}`).trim();
    expect(pin).toBe((data as { safety: { commit: string } }).safety.commit);
  });

  it('after its last change is taken back where something else was staged since', async () => {
    const { built, run } = await start();
    run(`if (to.endsWith('/verified')) kill();`);
    built.git('add', 'gone/one.txt');
    await saved(built.root, { name: 'the next command' });
    expect(fs.readFileSync(path.join(built.root, 'src/a.txt'), 'utf8')).toBe('changed\n');
    expect(built.git('diff', '--cached', '--name-only')).toBe('gone/one.txt\nnew/file.txt\n');
    expect(leftovers(built.root)).toEqual([]);
  });

  it('is mended by the next save also where the repository was moved meanwhile', async () => {
    const { built, before, run } = await start();
    run(`if (${INTO('src/a.txt')}) kill();`);
    const moved = at(built.base, path.join(built.base, 'elsewhere'));
    fs.renameSync(built.root, moved.root);
    await saved(moved.root, { name: 'the next command' });
    expect(stateOf(moved)).toEqual(before);
    expect(leftovers(moved.root)).toEqual([]);
  });

  it('is mended also when the mending is cut off again and again', async () => {
    const { built, before, run } = await start();
    run(`if (${INTO('src/a.txt')}) kill();`);
    for (let renames = 1; renames <= 6; renames += 2) {
      run(`if (renames === ${renames}) kill();`);
    }
    await saved(built.root, { name: 'the next command' });
    expect(stateOf(built)).toEqual(before);
    expect(leftovers(built.root)).toEqual([]);
  });
});

it('can be undone again and again, each time to the very state of before', async () => {
  const { built, before, checkpoint } = await start();
  await restored(built.root, checkpoint);
  const after = stateOf(built);
  for (const wanted of [before, after, before]) {
    await undo(built.root);
    expect(stateOf(built)).toEqual(wanted);
  }
});
