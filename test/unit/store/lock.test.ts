import { fork } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { build } from 'esbuild';
import { beforeAll, describe, expect, it } from 'vitest';
import { acquireLock, lockHolder } from '../../../src/store/lock.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const folder = mkdtempSync(path.join(tmpdir(), 'lock-'));
const contender = path.join(folder, 'contender.cjs');

beforeAll(async () => {
  await build({
    stdin: {
      contents: `
        import { appendFileSync } from 'node:fs';
        import { acquireLock } from './src/store/lock.ts';
        const [directory, log, mode, rounds] = process.argv.slice(2);
        for (let round = 0; round < Number(rounds); round += 1) {
          const lock = acquireLock(directory, 'x', 20000);
          if (lock === undefined) { appendFileSync(log, 'timeout\\n'); continue; }
          appendFileSync(log, 'in ' + process.pid + '\\n');
          if (mode === 'die' && Math.random() < 0.3) process.kill(process.pid, 'SIGKILL');
          appendFileSync(log, 'out ' + process.pid + '\\n');
          lock.release();
        }`,
      resolveDir: root,
      loader: 'ts',
    },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    outfile: contender,
  });
});

function race(directory: string, mode: string, processes: number, rounds: number): Promise<string[]> {
  const log = path.join(directory, '..', `log-${path.basename(directory)}`);
  writeFileSync(log, '');
  const ended = Array.from({ length: processes }, () => {
    const child = fork(contender, [directory, log, mode, String(rounds)]);
    return new Promise<void>((resolve) => child.on('exit', () => resolve()));
  });
  return Promise.all(ended).then(() =>
    readFileSync(log, 'utf8')
      .split('\n')
      .filter((line) => line !== ''),
  );
}

describe('lock', () => {
  it('is held by one and given back', () => {
    const directory = mkdtempSync(path.join(folder, 'one-'));
    const first = acquireLock(directory, 'a');
    expect(first).toBeDefined();
    expect(acquireLock(directory, 'a')).toBeUndefined();
    expect(acquireLock(directory, 'b')).toBeDefined();
    expect(lockHolder(directory, 'a')).toEqual({ pid: process.pid });
    first?.release();
    expect(lockHolder(directory, 'a')).toBeUndefined();
    expect(acquireLock(directory, 'a')).toBeDefined();
    expect(readdirSync(directory).filter((name) => name.startsWith('a.'))).toEqual(['a.2']);
  });

  it('is never inside two processes at once, also where holders are killed', async () => {
    for (const mode of ['live', 'die']) {
      const lines = await race(mkdtempSync(path.join(folder, 'race-')), mode, 8, 20);
      expect(lines).not.toContain('timeout');
      let inside: string | undefined;
      for (const line of lines) {
        const [word, pid] = line.split(' ');
        if (word === 'in') {
          // A killed holder never says that it is out. One that still runs will, and is found below.
          if (mode === 'live') expect(inside, `${pid} came in while ${inside} was inside`).toBeUndefined();
          inside = pid;
        } else {
          expect(inside, 'out by one that was not in').toBe(pid);
          inside = undefined;
        }
      }
    }
  });
});
