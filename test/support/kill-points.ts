import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';

/**
 * A script for `node --require` that counts the calls by which a process changes something (file system, and programs
 * it starts) and kills the process at one of them, before or after it was done. A program that was started lives on.
 */
const PRELOAD = `
const fs = require('node:fs');
const child = require('node:child_process');
const at = Number(process.env.KILL_AT || 0);
const before = process.env.KILL_WHEN === 'before';
let count = 0;
const die = () => { process.kill(process.pid, 'SIGKILL'); for (;;) {} };
const wrap = (owner, name) => {
  const real = owner[name];
  owner[name] = function (...args) {
    if (name === 'openSync' && typeof args[1] === 'string' && /^r\\+?$/.test(args[1])) return real.apply(this, args);
    count += 1;
    if (count === at && before) die();
    const result = real.apply(this, args);
    if (count === at) die();
    return result;
  };
};
for (const name of ['openSync', 'writeSync', 'writeFileSync', 'appendFileSync', 'renameSync', 'linkSync', 'unlinkSync',
  'mkdirSync', 'rmdirSync', 'rmSync', 'copyFileSync', 'utimesSync', 'chmodSync', 'fchmodSync', 'ftruncateSync', 'symlinkSync'])
  wrap(fs, name);
for (const name of ['execFile', 'spawn']) wrap(child, name);
require('node:module').syncBuiltinESMExports();
process.on('exit', () => fs.writeSync(2, 'CALLS ' + count + '\\n'));
`;

export interface KillPoint {
  /** The how-manieth call, from 1. */
  call: number;
  when: 'before' | 'after';
}

/** Writes the script into a folder. */
export function writeKillPreload(folder: string): string {
  const file = path.join(folder, 'kill-points.cjs');
  fs.writeFileSync(file, PRELOAD);
  return file;
}

/** Runs a script, killed at a point. @returns its exit code (null where it was killed) and how many calls it made. */
export function runKilledAt(
  preload: string,
  script: string,
  args: readonly string[],
  point: KillPoint | undefined,
): Promise<{ code: number | null; calls: number; stdout: string; stderr: string }> {
  return new Promise((resolve, reject) => {
    const env = point === undefined ? {} : { KILL_AT: String(point.call), KILL_WHEN: point.when };
    const child = spawn(process.execPath, ['--require', preload, script, ...args], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    child.on('error', reject);
    // Not `close`: programs that were started hold the streams open and live on.
    child.on('exit', (code) => {
      const calls = Number(/CALLS (\d+)/.exec(stderr)?.[1] ?? 0);
      child.stdout.destroy();
      child.stderr.destroy();
      resolve({ code, calls, stdout, stderr });
    });
  });
}

/** All points of a run with this many calls, or every `step`-th of them. */
export function killPoints(calls: number, step: number): KillPoint[] {
  const all = Array.from({ length: calls }, (_, at) => at + 1).flatMap((call): KillPoint[] => [
    { call, when: 'before' },
    { call, when: 'after' },
  ]);
  return all.filter((_, at) => at % step === 0);
}
