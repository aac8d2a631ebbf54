import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { expect, it } from 'vitest';
import { statePaths } from '../../../src/store/paths.ts';
import { claimEvents, openSpool, readEventBytes } from '../../../src/store/spool.ts';

it('an event that a git hook is still writing when it is claimed is read whole', () => {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'claude-hooks-unfinished-'));
  try {
    const state = statePaths(root);
    openSpool(state);
    const file = path.join(state.spool, 'g-post-commit-1-0');
    fs.writeFileSync(file, '');
    const [event] = claimEvents(state, Date.now());
    if (event === undefined) throw new Error('nothing was claimed');
    expect(event.bell).toBe('g');
    spawn('sh', ['-c', 'sleep 0.03; echo "{}" >>"$0"', event.file], { stdio: 'ignore' });
    expect(readEventBytes(event).toString()).toBe('{}\n');
    fs.writeFileSync(event.file, '{"half');
    const started = Date.now();
    expect(readEventBytes(event).toString()).toBe('{"half');
    expect(Date.now() - started).toBeLessThan(5_000);
    expect(readEventBytes({ ...event, file: path.join(root, 'gone') }).length).toBe(0);
  } finally {
    fs.rmSync(root, { recursive: true });
  }
});
