import { execFileSync, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { CheckpointSummary } from '../../src/checkpoints/types.ts';
import { messageOf } from '../../src/errors.ts';
import { bundleScript } from '../support/bundle.ts';
import { saved } from '../support/checkpoints.ts';
import { useIsolatedProcess } from '../support/for-the-file.ts';
import { type BuiltRepository, plainRepository } from '../support/repositories.ts';
import { filesOf, historyOf, leftovers, restore, restored, stagedOf } from '../support/restore.ts';
import { fillDisk, repositoryOn, useSmallDisk } from '../support/small-disk.ts';

const FULL = process.env.CLAUDE_HOOKS_FULL === '1';

useIsolatedProcess();
const disk = useSmallDisk('2m', 'restores on a full or read-only disk');

/** Bytes that do not compress. */
function noise(bytes: number, seed: number): Buffer {
  return Buffer.from(
    Array.from({ length: bytes }, (_byte, at) => ((at + seed) * 7919 * ((at + seed) >> 3)) & 0xff),
  );
}

function stateOf(built: BuiltRepository): unknown {
  return { files: filesOf(built.root), staged: stagedOf(built.root), history: historyOf(built) };
}

/** What a refused restore says. */
async function refusalOf(root: string, checkpoint: CheckpointSummary): Promise<string> {
  try {
    await restore(root, checkpoint);
    return '';
  } catch (error) {
    return messageOf(error);
  }
}

describe('a disk that is full', () => {
  it('at any stage leaves all as it was, says so once, and the next restore works', async () => {
    if (!disk.mounted) return;
    const built = repositoryOn(disk.folder);
    const { root } = built;
    built.write('big.bin', noise(200_000, 1));
    built.write('sub/more.bin', noise(100_000, 2));
    const checkpoint = await saved(root, { name: 'then' });
    built.write('big.bin', 'small now\n');
    fs.rmSync(path.join(root, 'sub'), { recursive: true });
    built.write('other/new.bin', noise(60_000, 3));
    built.git('add', 'other/new.bin');
    const before = stateOf(built);
    const said = new Map<string, number>();
    const step = FULL ? 4_096 : 16_384;
    // A little more room each time, so that another of the writes is the one that fails.
    for (let left = 0; left < 420_000; left += left < 60_000 ? step : 2 * step) {
      const makeRoom = fillDisk(disk.folder, left);
      const message = await refusalOf(root, checkpoint);
      makeRoom();
      if (message === '') break;
      said.set(message, (said.get(message) ?? 0) + 1);
      expect(stateOf(built), `with ${left} bytes left`).toEqual(before);
      expect(leftovers(root)).toEqual([]);
    }
    const messages = [...said.keys()];
    expect(messages.length).toBeGreaterThan(0);
    for (const message of messages) expect(message).toMatch(/^Nothing was changed: the disk is full/);
    // Before the first change, and after it began.
    expect(messages.some((message) => message.endsWith('Files and staging are as before.'))).toBe(true);
    expect(built.tryGit('fsck', '--full', '--strict')).toBe(true);
    if (JSON.stringify(stateOf(built)) === JSON.stringify(before)) await restored(root, checkpoint);
    expect(filesOf(root)['big.bin']).toBeDefined();
    expect(filesOf(root)['sub/more.bin']).toBeDefined();
    expect(filesOf(root)['other/new.bin']).toBeUndefined();

    built.write('a.txt', 'changed\n');
    execFileSync('mount', ['-o', 'remount,ro', disk.folder]);
    try {
      expect(await refusalOf(root, checkpoint)).toMatch(
        /^Nothing was changed: .*(?:cannot be written|read-only)/i,
      );
    } finally {
      execFileSync('mount', ['-o', 'remount,rw', disk.folder]);
    }
    await restored(root, checkpoint);
    expect(fs.readFileSync(path.join(root, 'a.txt'), 'utf8')).toBe('a\n');
  }, 300_000);

  it('for every single write: each renames everything back', async () => {
    const built = plainRepository();
    built.write('untracked.txt', 'u\n');
    built.git('rm', '-q', '-r', '--cached', 'docs');
    const checkpoint = await saved(built.root, { name: 'then' });
    built.write('src/a.txt', 'changed\n');
    fs.rmSync(path.join(built.root, 'src/deep'), { recursive: true });
    built.write('new/x.txt', 'x\n');
    built.git('add', '-A');
    const before = stateOf(built);
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'claude-hooks-fail-'));
    const driver = bundleScript(DRIVER, path.join(folder, 'driver.cjs'));
    const run = (failAt: number): { message: string; writes: number } => {
      const ended = spawnSync(process.execPath, [driver, built.root, JSON.stringify(checkpoint)], {
        env: { ...process.env, FAIL_AT: String(failAt) },
        encoding: 'utf8',
      });
      return JSON.parse(ended.stdout) as { message: string; writes: number };
    };
    const { writes } = run(0);
    expect(filesOf(built.root)['new/x.txt']).toBeUndefined();
    const { undo } = await import('../support/restore.ts');
    await undo(built.root);
    expect(stateOf(built)).toEqual(before);
    expect(writes).toBeGreaterThan(20);
    const step = FULL ? 1 : 17;
    let refused = 0;
    for (let failAt = 1; failAt <= writes; failAt += step) {
      const { message } = run(failAt);
      if (message === '') {
        // A write that only saves work (a log, a record) may fail in silence: then it is restored.
        await undo(built.root);
      } else {
        refused += 1;
        expect(message).toMatch(/disk is full/);
      }
      if (!message.startsWith('The files are restored'))
        expect(stateOf(built), `write ${failAt}`).toEqual(before);
      else {
        await saved(built.root);
        await undo(built.root);
        expect(stateOf(built), `write ${failAt}`).toEqual(before);
      }
      expect(leftovers(built.root)).toEqual([]);
    }
    expect(refused).toBeGreaterThan(writes / step / 2);
    fs.rmSync(folder, { recursive: true });
    built.cleanup();
  }, 600_000);
});

/** Restores in a process of its own whose `FAIL_AT`th write to the disk finds it full, and no other. */
const DRIVER = `
import { restoreTree } from './src/checkpoints/restore/restore.ts';
import { locateRepository, statePaths, stateRoot, userPaths } from './src/store/paths.ts';
const fs = require('node:fs');
const failAt = Number(process.env.FAIL_AT);
let count = 0;
for (const name of ['openSync', 'writeSync', 'mkdirSync', 'renameSync', 'linkSync', 'writeFileSync', 'copyFileSync']) {
  const real = fs[name];
  fs[name] = (...args) => {
    if (name === 'openSync' && (args[1] ?? 'r') === 'r') return real(...args);
    count += 1;
    if (count === failAt) throw Object.assign(new Error('ENOSPC: no space left on device, ' + name), { code: 'ENOSPC' });
    return real(...args);
  };
}
const repository = locateRepository(process.argv[2]);
const state = statePaths(stateRoot(repository, userPaths(process.env)));
const checkpoint = JSON.parse(process.argv[3]);
const { tree, indexTree } = checkpoint;
restoreTree({ repository, state, maxFileBytes: 1e9, now: Date.now() }, { tree, indexTree, title: 'Restore', checkpoint },
  { only: [], keepIndex: false, dryRun: false, mode: 'exact' }).then(
  () => '', (error) => error.message).then((message) => {
    const writes = count;
    count = Number.NEGATIVE_INFINITY;
    process.stdout.write(JSON.stringify({ message, writes }));
  });
`;

describe('folders and files that cannot be written or read', () => {
  const unprivileged = process.getuid?.() !== 0 || spawnSync('setpriv', ['--version']).status === 0;

  it.skipIf(!unprivileged)('leave all as it was, with the reason', async () => {
    const built = plainRepository();
    const checkpoint = await saved(built.root, { name: 'then' });
    built.write('src/a.txt', 'changed\n');
    built.write('docs/new.txt', 'new\n');
    const cli = path.resolve(import.meta.dirname, '../../dist/cli.cjs');
    execFileSync('chmod', ['-R', 'a+rwX', built.base]);
    if (process.getuid?.() === 0) execFileSync('chown', ['-R', '65534:65534', built.base]);
    const before = filesOf(built.root);
    const run = (): { status: number | null; stderr: string; stdout: string } =>
      asNobody(process.execPath, [cli, 'checkpoint', 'restore', checkpoint.id], built.root);
    fs.chmodSync(path.join(built.root, 'docs'), 0o555);
    const refused = run();
    expect(refused.stderr).toMatch(
      /Nothing was changed: a folder cannot be written \(EACCES.*Files and staging are as before/,
    );
    expect(filesOf(built.root)).toEqual(before);
    fs.chmodSync(path.join(built.root, 'docs'), 0o777);

    // What cannot be read is held by nothing, so it stays.
    fs.writeFileSync(path.join(built.root, 'src/b.txt'), 'secret\n');
    fs.chmodSync(path.join(built.root, 'src/b.txt'), 0o000);
    const partly = run();
    expect(partly.stdout).toContain('Restored, verified');
    expect(fs.readFileSync(path.join(built.root, 'src/a.txt'), 'utf8')).toBe('one\ntwo\nthree\nfour\n');
    expect(fs.readFileSync(path.join(built.root, 'src/b.txt'), 'utf8')).toBe('secret\n');
    expect(leftovers(built.root)).toEqual([]);

    fs.chmodSync(path.join(built.root, 'src/b.txt'), 0o666);
    fs.writeFileSync(path.join(built.root, 'README.md'), 'again\n');
    const state = path.join(built.root, '.git/claude-hooks');
    for (const name of ['indexes', 'locks', 'operations']) fs.chmodSync(path.join(state, name), 0o555);
    expect(run().stderr).toMatch(/Nothing was changed: a folder cannot be written/);
    expect(fs.readFileSync(path.join(built.root, 'README.md'), 'utf8')).toBe('again\n');
    built.cleanup();
  });
});

/** Runs a program without the rights of root, which no mode keeps out. */
function asNobody(
  file: string,
  args: readonly string[],
  cwd: string,
): { status: number | null; stderr: string; stdout: string } {
  const env = { ...process.env, HOME: os.tmpdir() };
  if (process.getuid?.() !== 0) return spawnSync(file, args, { cwd, env, encoding: 'utf8' });
  const drop = ['--reuid=65534', '--regid=65534', '--clear-groups', file, ...args];
  return spawnSync('setpriv', drop, { cwd, env, encoding: 'utf8' });
}
