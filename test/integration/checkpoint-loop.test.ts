import { type ChildProcess, spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { buildSync } from 'esbuild';
import { afterEach, expect, it } from 'vitest';
import { runCheckpointLoop, saveAtStart, startCheckpointLoop } from '../../src/flows/checkpoint-loop.ts';
import { isProcessAlive, processStartTime } from '../../src/platform/process.ts';
import { markLive, unmarkLive } from '../../src/store/live.ts';
import { lockHolder } from '../../src/store/lock.ts';
import type { StatePaths } from '../../src/store/paths.ts';
import { openSpool } from '../../src/store/spool.ts';
import { placeOf } from '../support/checkpoints.ts';
import { useCleanup, useIsolatedProcess } from '../support/for-the-file.ts';
import { type BuiltRepository, plainRepository } from '../support/repositories.ts';

const children: ChildProcess[] = [];
useIsolatedProcess();
const forThisTest = useCleanup();
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

/** A repository with a session whose client is a process that sleeps. */
function session(): { built: BuiltRepository; state: StatePaths; client: number } {
  const built = forThisTest(plainRepository());
  const { state } = placeOf(built.root);
  openSpool(state);
  const client = startClient();
  noteLive(state, client, built.root);
  return { built, state, client };
}

function startClient(): number {
  const child = spawn('sleep', ['600'], { stdio: 'ignore' });
  children.push(child);
  if (child.pid === undefined) throw new Error('no process');
  return child.pid;
}

function noteLive(state: StatePaths, pid: number, cwd: string): void {
  markLive(state, {
    session: 's-1',
    pid,
    start: processStartTime(pid),
    scope: 'local',
    cwd,
    transcript: undefined,
  });
}

function setDue(state: StatePaths, time: number): void {
  const file = path.join(state.due, 's-1');
  fs.writeFileSync(file, '');
  fs.utimesSync(file, new Date(time), new Date(time));
}

interface Loop {
  saves: number;
  orphans: number;
  end: Promise<string>;
}

function startLoop(state: StatePaths, clientPid: number, now: () => number = Date.now): Loop {
  const loop: Loop = { saves: 0, orphans: 0, end: Promise.resolve('') };
  loop.end = runCheckpointLoop({
    state,
    session: 's-1',
    clientPid,
    clientStart: processStartTime(clientPid),
    tickMs: 10,
    now,
    save: async () => {
      loop.saves += 1;
      setDue(state, now() + 3_600_000);
    },
    onOrphan: async () => {
      loop.orphans += 1;
    },
  });
  return loop;
}

async function until(what: () => boolean, limitMs = 20_000): Promise<void> {
  const deadline = Date.now() + limitMs;
  while (!what()) {
    if (Date.now() > deadline) throw new Error('it did not happen');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

it('runs once for a session and ends with it, saying so only where the client did not', async () => {
  const { state, client } = session();
  const first = startLoop(state, client);
  expect(await startLoop(state, client).end).toBe('already-running');
  unmarkLive(state, 's-1');
  expect(await first.end).toBe('session-ended');
  expect(first.orphans).toBe(0);
  expect(lockHolder(state.locks, 'loop-s-1')).toBeUndefined();
});

it('ends when the client is killed, and reports the orphan', async () => {
  const { state, client } = session();
  const loop = startLoop(state, client);
  await pause(50);
  process.kill(client, 'SIGKILL');
  expect(await loop.end).toBe('client-gone');
  expect(loop.orphans).toBe(1);
});

it('goes over to the client that resumed the session', async () => {
  const { built, state, client } = session();
  const loop = startLoop(state, client);
  const next = startClient();
  noteLive(state, next, built.root);
  process.kill(client, 'SIGKILL');
  await pause(100);
  expect(lockHolder(state.locks, 'loop-s-1')).toBeDefined();
  process.kill(next, 'SIGKILL');
  expect(await loop.end).toBe('client-gone');
});

it('does not take a reused process id for the client', async () => {
  const { state, client } = session();
  const file = path.join(state.live, 's-1');
  fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replace(/"start":"\d+"/, '"start":"1"'));
  const loop = startLoop(state, startClient());
  expect(await loop.end).toBe('client-gone');
  expect(isProcessAlive(client)).toBe(true);
});

it('saves when one is due, once after a sleep of the machine, and not in a hurry where saving fails', async () => {
  const { state, client } = session();
  let now = 1_795_000_000_000;
  const loop = startLoop(state, client, () => now);
  setDue(state, now + 60_000);
  await pause(60);
  expect(loop.saves).toBe(0);
  now += 60_000;
  await until(() => loop.saves === 1);
  await pause(60);
  expect(loop.saves).toBe(1);
  now += 10 * 86_400_000;
  await until(() => loop.saves === 2);
  setDue(state, now - 1);
  await pause(60);
  expect(loop.saves).toBe(2);
  now += 60_000;
  await until(() => loop.saves === 3);
  unmarkLive(state, 's-1');
  await loop.end;
});

it('lives as a process of its own, saves a changed tree, and wakes the worker when the client is killed', async () => {
  const { built, state, client } = session();
  const runtime = fs.mkdtempSync(path.join(os.tmpdir(), 'claude-hooks-runtime-'));
  try {
    fs.cpSync('presets', path.join(runtime, 'presets'), { recursive: true });
    buildSync({
      entryPoints: ['hooks/checkpoint.ts', 'hooks/checkpoint-loop.ts'],
      outdir: path.join(runtime, 'hooks'),
      outExtension: { '.js': '.cjs' },
      bundle: true,
      platform: 'node',
      format: 'cjs',
      mainFields: ['module', 'main'],
      logLevel: 'error',
      logOverride: { 'empty-import-meta': 'silent' },
    });
    fs.writeFileSync(
      path.join(runtime, 'hooks/worker.cjs'),
      'require("fs").writeFileSync(process.argv[2] + "/woken", process.argv[3]);',
    );
    setDue(state, Date.now() - 1_000);
    built.write('README.md', 'edited during a long turn\n');
    const start = { runtime, state, session: 's-1', clientPid: client, cwd: built.root };
    const refs = (): string => built.git('for-each-ref', 'refs/claude-hooks');
    await saveAtStart(start);
    await until(() => refs().includes('start-of-session'));
    built.write('README.md', 'edited further\n');
    setDue(state, Date.now() - 1_000);
    await startCheckpointLoop(start);
    await until(() => refs().includes('interval'));
    const holder = lockHolder(state.locks, 'loop-s-1')?.pid ?? 0;
    expect(isProcessAlive(holder)).toBe(true);
    await startCheckpointLoop(start);
    // The ref stands a moment before the time of the next look does.
    await until(() => fs.statSync(path.join(state.due, 's-1')).mtimeMs > Date.now() + 29 * 60_000);
    await until(() => fs.existsSync(path.join(state.sessions, 's-1.jsonl')));
    expect(fs.readFileSync(path.join(state.sessions, 's-1.jsonl'), 'utf8')).toContain('"reason":"interval"');
    const memory = /VmRSS:\s+(\d+)/.exec(fs.readFileSync(`/proc/${holder}/status`, 'utf8'))?.[1];
    expect(Number(memory)).toBeLessThan(80_000);

    process.kill(client, 'SIGKILL');
    await until(() => !isProcessAlive(holder));
    await until(() => fs.existsSync(path.join(state.root, 'woken')));
    expect(fs.readFileSync(path.join(state.root, 'woken'), 'utf8')).toBe(built.root);
    expect(
      built.git('for-each-ref', '--format=%(refname)', 'refs/claude-hooks').trim().split('\n'),
    ).toHaveLength(2);

    // A loop saves before its first look, whatever is due.
    const next = startClient();
    noteLive(state, next, built.root);
    built.write('README.md', 'edited between two sessions\n');
    await startCheckpointLoop({ ...start, clientPid: next, saveFirst: true });
    await until(() => refs().split('start-of-session').length === 3);
  } finally {
    fs.rmSync(runtime, { recursive: true, force: true });
  }
});
