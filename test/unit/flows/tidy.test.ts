import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { tidyState } from '../../../src/flows/tidy.ts';
import type { Workplace } from '../../../src/flows/workplace.ts';
import { siblingTempName } from '../../../src/platform/fs.ts';
import { statePaths } from '../../../src/store/paths.ts';

const HOUR = 3_600_000;
let root: string;

beforeEach(() => {
  root = fs.mkdtempSync(path.join(os.tmpdir(), 'tidy-'));
});

afterEach(() => fs.rmSync(root, { recursive: true, force: true }));

function put(file: string, ageMs: number): string {
  const time = new Date(Date.now() - ageMs);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, '');
  fs.utimesSync(file, time, time);
  return file;
}

test('what a killed process was writing goes after an hour, everything else stays', () => {
  const state = statePaths(path.join(root, '.git/claude-hooks'));
  const job = path.join(state.jobs, 'end-x-1.json');
  const stale = put(siblingTempName(job), 2 * HOUR);
  const staleDocument = put(siblingTempName(path.join(root, '.claude/sessions/a.md')), 2 * HOUR);
  const kept = [
    put(siblingTempName(job), HOUR / 2),
    put(job, 400 * 24 * HOUR),
    put(path.join(state.sessions, 'x.jsonl'), 400 * 24 * HOUR),
    put(path.join(root, '.claude/sessions/.mine.tmp'), 400 * 24 * HOUR),
    put(path.join(state.owner, 'young'), HOUR),
  ];
  const folder = siblingTempName(path.join(state.root, 'parked'));
  put(path.join(folder, 'file'), 2 * HOUR);
  fs.utimesSync(folder, new Date(Date.now() - 2 * HOUR), new Date(Date.now() - 2 * HOUR));
  const lock = put(`${siblingTempName(path.join(state.indexes, 'parked'))}.lock`, 2 * HOUR);
  const old = put(path.join(state.owner, 'old'), 15 * 24 * HOUR);
  const repository = { root, gitDir: path.join(root, '.git'), commonDir: path.join(root, '.git') };
  tidyState({ state, repository, now: Date.now } as Workplace);
  expect([stale, staleDocument, folder, lock, old].filter((file) => fs.existsSync(file))).toEqual([]);
  expect(kept.filter((file) => !fs.existsSync(file))).toEqual([]);
});
