import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { isProcessAlive, isSameProcessAlive, processStartTime } from '../../../src/platform/process.ts';

test('a process is alive until it ends, and another start time is another process', async () => {
  const child = spawn('sleep', ['60']);
  const pid = child.pid ?? 0;
  const start = processStartTime(pid);
  expect([isProcessAlive(pid), isSameProcessAlive(pid, start)]).toEqual([true, true]);
  if (start !== undefined) expect(isSameProcessAlive(pid, `${start}0`)).toBe(false);
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect([isProcessAlive(pid), isSameProcessAlive(pid, start)]).toEqual([false, false]);
});

test.runIf(process.platform === 'linux')('a zombie is not alive', async () => {
  // The shell becomes `sleep 60`, which never asks for the child it has inherited.
  const parent = spawn('sh', ['-c', 'sleep 0.05 & echo $!; exec sleep 60'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [line] = (await once(parent.stdout, 'data')) as [Buffer];
  const pid = Number(line.toString());
  const state = (): string => readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.[0] ?? '';
  try {
    while (state() !== 'Z') await new Promise((resolve) => setTimeout(resolve, 10));
    expect(isProcessAlive(pid)).toBe(false);
    expect(isSameProcessAlive(pid, processStartTime(pid))).toBe(false);
  } finally {
    parent.kill('SIGKILL');
  }
});
