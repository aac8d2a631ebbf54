import { existsSync, linkSync, mkdtempSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { expect, it } from 'vitest';
import { type StatePaths, statePaths } from '../../../src/store/paths.ts';
import {
  claimEvents,
  finishEvent,
  openSpool,
  readEventBytes,
  recordEvent,
} from '../../../src/store/spool.ts';

function makeState(): StatePaths {
  const state = statePaths(mkdtempSync(path.join(tmpdir(), 'spool-')));
  openSpool(state);
  return state;
}

const hour = 3_600_000;
const aside = (state: StatePaths, name: string, text: string, ageMs: number): string => {
  const file = path.join(state.spool, 'tmp', name);
  writeFileSync(file, text);
  const time = new Date(Date.now() - ageMs);
  utimesSync(file, time, time);
  return file;
};

it('claims in the order of writing, once, and gives back what a killed worker left', () => {
  const state = makeState();
  for (const number of [1, 2, 3]) recordEvent(state, 'stop', 'local', `{"n":${number}}`);
  const claimed = claimEvents(state, Date.now());
  expect(claimed.map((event) => readEventBytes(event).toString())).toEqual([
    '{"n":1}\n',
    '{"n":2}\n',
    '{"n":3}\n',
  ]);
  expect(claimed.map(({ bell, recovered }) => [bell, recovered])).toEqual(Array(3).fill(['stop', false]));
  if (claimed[0] !== undefined) finishEvent(claimed[0]);
  expect(claimEvents(state, Date.now()).map(({ recovered }) => recovered)).toEqual([true, true]);
});

it('handles an event once whose doorbell left its name aside behind, whatever becomes of that name', () => {
  const state = makeState();
  const file = aside(state, 'stop-7-local-0', '{}\n', hour);
  linkSync(file, path.join(state.spool, 'stop-7-local-0'));
  const [event] = claimEvents(state, Date.now());
  expect(existsSync(file)).toBe(false);
  if (event !== undefined) finishEvent(event);
  expect(claimEvents(state, Date.now() + hour)).toEqual([]);
});

it('publishes a whole event whose doorbell was killed, and drops a torn one', () => {
  const state = makeState();
  aside(state, 'end-1-local-0', '{"whole":true}\n', 5 * 60_000);
  aside(state, 'end-2-local-0', '{"to', 2 * hour);
  aside(state, 'end-3-local-0', '{"being writ', 1_000);
  expect(claimEvents(state, Date.now()).map((event) => readEventBytes(event).toString())).toEqual([
    '{"whole":true}\n',
  ]);
  expect(readdirSync(path.join(state.spool, 'tmp'))).toEqual(['end-3-local-0']);
});
