import * as fs from 'node:fs';
import * as path from 'node:path';
import { expect, it } from 'vitest';
import type { Config } from '../../src/config/config.ts';
import { configSchema } from '../../src/config/schema.ts';
import { type CheckpointRequest, runCheckpoint } from '../../src/flows/checkpoint.ts';
import { readRecords } from '../../src/store/journal.ts';
import { openSpool } from '../../src/store/spool.ts';
import { placeOf } from '../support/checkpoints.ts';
import { useCleanup, useIsolatedProcess } from '../support/for-the-file.ts';
import { type BuiltRepository, emptyFolder, plainRepository } from '../support/repositories.ts';

const NOW = Date.parse('2026-11-22T10:00:00Z');
const MINUTE = 60_000;

useIsolatedProcess();
const forThisTest = useCleanup();

function start(build: () => BuiltRepository = plainRepository, settings: unknown = {}) {
  const built = forThisTest(build());
  const place = placeOf(built.root);
  openSpool(place.state);
  const config: Config = configSchema.parse(settings);
  const due = path.join(place.state.due, 's-1');
  return {
    built,
    ...place,
    dueAt: (): number => fs.statSync(due).mtimeMs,
    look: (reason: CheckpointRequest['reason'], now: number, narrative?: CheckpointRequest['narrative']) =>
      runCheckpoint({ ...place, reason, session: 's-1', config, now, narrative }),
    records: () => readRecords(path.join(place.state.sessions, 's-1.jsonl')).records,
  };
}

it('saves at a stop when one is due, notes it, and sets the next time on the file the doorbell reads', async () => {
  const { built, look, dueAt, records } = start();
  built.write('README.md', 'edited\n');
  const first = await look('stop', NOW, () => ({ workingOn: 'The parser', nextSteps: [], notes: [] }));
  expect(first).toMatchObject({ reason: 'stop', session: 's-1', name: 'End of turn' });
  expect(dueAt()).toBe(NOW + 30 * MINUTE);
  expect(records()).toEqual([
    { t: NOW, type: 'checkpoint', id: first?.id, tree: first?.tree, reason: 'stop' },
  ]);
  expect(fs.readFileSync(path.join(built.root, first?.document ?? ''), 'utf8')).toContain(
    '- Working on: The parser',
  );

  built.write('README.md', 'edited again\n');
  expect(await look('stop', NOW + 29 * MINUTE)).toBeUndefined();
  expect(dueAt()).toBe(NOW + 30 * MINUTE);
  expect(await look('stop', NOW + 30 * MINUTE)).toBeDefined();
  expect(await look('interval', NOW + 60 * MINUTE)).toBeUndefined();
  expect(dueAt()).toBe(NOW + 90 * MINUTE);
  expect(records()).toHaveLength(2);
});

it('saves before a compaction whenever something changed, and does not read the transcript for nothing', async () => {
  const { built, look } = start();
  built.write('a.txt', 'a\n');
  expect(await look('stop', NOW)).toBeDefined();
  const never = (): never => {
    throw new Error('read');
  };
  expect(await look('compact', NOW + 1, never)).toBeUndefined();
  built.write('a.txt', 'b\n');
  expect((await look('compact', NOW + 2, never))?.name).toBe('Before compaction');
});

it('saves at the start what no commit holds, without a document, and nothing where all is committed', async () => {
  const { built, look, state, dueAt } = start();
  expect(await look('session-start', NOW)).toBeUndefined();
  expect(fs.existsSync(state.indexes)).toBe(false);
  built.write('draft.txt', 'mine\n');
  const saved = await look('session-start', NOW);
  expect(saved).toMatchObject({ name: 'Start of session', files: [{ path: 'draft.txt', status: 'new' }] });
  expect(fs.existsSync(path.join(built.root, saved?.document ?? ''))).toBe(false);
  expect(dueAt()).toBe(NOW + 30 * MINUTE);
  // As the session before left it.
  expect(await look('session-start', NOW + 1)).toBeUndefined();
});

it.each([
  [{ checkpoints: { onStart: false } }, 'session-start'],
  [{ checkpoints: { enabled: false } }, 'compact'],
  [{ checkpoints: { onStop: false } }, 'stop'],
  [{ checkpoints: { beforeCompact: false } }, 'compact'],
  [{ hooks: { checkpoint: { enabled: false } } }, 'interval'],
] as const)('does nothing where %j', async (settings, reason) => {
  const { built, look, state } = start(plainRepository, settings);
  built.write('a.txt', 'a\n');
  expect(await look(reason, NOW)).toBeUndefined();
  expect(fs.existsSync(state.indexes)).toBe(false);
});

it('says in the log why there was none, and comes back soon', async () => {
  const { look, state, dueAt } = start(emptyFolder);
  expect(await look('stop', NOW)).toBeUndefined();
  expect(dueAt()).toBe(NOW + 5 * MINUTE);
  expect(fs.readFileSync(state.log, 'utf8')).toContain('is not in a git repository');
});

it('honours the interval and the size from the configuration', async () => {
  const { built, look, dueAt } = start(plainRepository, {
    checkpoints: { every: '90s', maxFileSize: '1KB' },
  });
  built.write('big', 'x'.repeat(1_025));
  built.write('small', 'x'.repeat(1_024));
  const checkpoint = await look('interval', NOW);
  expect(checkpoint?.leftOut.map((file) => file.path)).toEqual(['big']);
  expect(checkpoint?.files.map((file) => file.path)).toEqual(['small']);
  expect(dueAt()).toBe(NOW + 90_000);
});
