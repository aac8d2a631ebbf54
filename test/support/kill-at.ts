import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';

/**
 * Loaded before a program by `node --require`: counts its calls of `fs` and its starts of other programs, and kills it
 * right before the one `KILL_AT` names; with `KILL_GROUP` all it started with it. `KILL_CALLS=changes` counts only calls
 * that change a file system or start a program: between two of them a kill leaves the disk as it is right before the
 * second. At a natural end it writes how many there were to `COUNT_FILE`.
 */
const SHIM = `
const fs = require('node:fs');
const children = require('node:child_process');
const killAt = Number(process.env.KILL_AT ?? 0);
const write = fs.writeFileSync;
const changes = process.env.KILL_CALLS === 'changes';
const READS = /^(access|exists|(l|f)?stat|read|realpath|opendir|open(Sync)?$|close|watch|unwatch|glob)/;
/** An opened file counts where it is opened to be written. */
const isRead = (name, args) => READS.test(name) && !(/^open(Sync)?$/.test(name) && opensToWrite(args[1]));
const opensToWrite = (flags) => (typeof flags === 'number' ? (flags & 3) !== 0 : /[wa+]/.test(String(flags ?? 'r')));
let count = 0;
function tick(name, args) {
  if (changes && isRead(name, args)) return;
  count += 1;
  if (count === killAt) process.kill(process.env.KILL_GROUP === '1' ? -process.pid : process.pid, 'SIGKILL');
}
for (const holder of [fs, fs.promises, children]) {
  for (const [name, real] of Object.entries(holder)) {
    if (typeof real !== 'function' || /^[A-Z_]/.test(name)) continue;
    holder[name] = function (...args) {
      tick(name, args);
      return real.apply(this, args);
    };
  }
}
process.on('exit', () => process.env.COUNT_FILE && write(process.env.COUNT_FILE, String(count)));
`;

/** Writes the shim into a folder. @returns its path. */
export function writeShim(folder: string): string {
  const file = path.join(folder, 'kill-at.cjs');
  fs.writeFileSync(file, SHIM);
  return file;
}

export interface KilledRun {
  /** Null where it was killed. */
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs Node in a process group of its own. @param killAfterMs kills it then, where it still runs. */
export function runKilled(
  args: readonly string[],
  options: { cwd: string; env: Record<string, string>; killAfterMs?: number; group?: boolean },
): Promise<KilledRun> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      detached: true,
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
    const kill = (): void => {
      if (child.pid === undefined || child.exitCode !== null) return;
      process.kill(options.group === true ? -child.pid : child.pid, 'SIGKILL');
    };
    const timer = options.killAfterMs === undefined ? undefined : setTimeout(kill, options.killAfterMs);
    child.on('error', reject);
    // Not 'close': a git that outlives the kill holds the pipes open.
    child.on('exit', (code) => {
      clearTimeout(timer);
      resolve({ code, stdout, stderr });
    });
  });
}
