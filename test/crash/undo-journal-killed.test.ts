import * as fs from 'node:fs';
import * as path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  doneOperations,
  oddEntries,
  operationPaths,
  pendingOperations,
  sweepOperations,
} from '../../src/store/operations.ts';
import { type StatePaths, statePaths } from '../../src/store/paths.ts';
import { bundleScript } from '../support/bundle.ts';
import { killPoints, runKilledAt, writeKillPreload } from '../support/kill-points.ts';

const STEP = process.env.CLAUDE_HOOKS_FULL === '1' ? 1 : 7;

/** One of everything the journal can do, in a fixed order. */
const DRIVER = `
import * as operations from './src/store/operations.ts';
import { statePaths } from './src/store/paths.ts';
const state = statePaths(process.argv[2]);
const begin = (title, more = {}) =>
  operations.beginOperation(state, { kind: 'prune', title, at: 1e12, root: '/', data: {}, ...more });
const first = begin('first').operation;
operations.completeOperation(state, first);
const second = begin('second');
operations.updateOperation(second.directory, { ...second.operation, data: { more: 'x'.repeat(9000) } });
operations.dropOperation(state, second.operation.id);
const third = begin('third', { undoes: first.id }).operation;
operations.completeOperation(state, third);
operations.markUndone(state, third.id, 'nothing');
operations.removeOperations(state, [first.id]);
`;

/** What the journal can hold after each of these steps: pending | done, with what took it back. */
const STATES = [
  ' | ',
  'first | ',
  ' | first',
  'second | first',
  'second+ | first',
  'third | first',
  ' | third first<third',
  ' | third<nothing first',
  ' | third<nothing',
];

let folder: string;
let driver: string;
let preload: string;
beforeAll(() => {
  folder = fs.mkdtempSync('/tmp/claude-hooks-driver-');
  driver = bundleScript(DRIVER, path.join(folder, 'driver.cjs'));
  preload = writeKillPreload(folder);
});
afterAll(() => fs.rmSync(folder, { recursive: true }));

function read(state: StatePaths): string {
  const done = doneOperations(state);
  const titles = new Map(done.map(({ operation }) => [operation.id, operation.title]));
  const pending = pendingOperations(state).map(
    ({ operation }) => `${operation.title}${operation.data.more === undefined ? '' : '+'}`,
  );
  const after = done.map(
    ({ operation, undoneBy }) =>
      `${operation.title}${undoneBy === undefined ? '' : `<${titles.get(undoneBy) ?? undoneBy}`}`,
  );
  return `${pending.join(' ')} | ${after.join(' ')}`;
}

it('the journal is before or after each step, whole, wherever a process is killed', async () => {
  const place = (at: number): StatePaths => statePaths(path.join(folder, `state-${at}`));
  const whole = await runKilledAt(preload, driver, [place(0).root], undefined);
  expect(whole.stderr).toBe(`CALLS ${whole.calls}\n`);
  expect(read(place(0))).toBe(STATES.at(-1));
  const seen = new Set<string>();
  for (const [at, point] of killPoints(whole.calls, STEP).entries()) {
    const state = place(at + 1);
    const where = JSON.stringify(point);
    const { code } = await runKilledAt(preload, driver, [state.root], point);
    // A call inside of another is not one to be killed after.
    if (code !== null) continue;
    const found = read(state);
    expect(STATES, where).toContain(found);
    seen.add(found);
    const { root, pending, done } = operationPaths(state);
    for (const folderOf of [pending, done])
      expect(oddEntries(folderOf), where).toEqual({ damaged: [], newer: [] });
    sweepOperations(state, Date.now() + 2 * 3_600_000);
    const left = fs.existsSync(root) ? fs.readdirSync(root).filter((name) => /^(?:new|old)-/.test(name)) : [];
    expect(left, where).toEqual([]);
    expect(read(state), where).toBe(found);
  }
  expect(seen.size).toBeGreaterThan(STEP === 1 ? 7 : 3);
}, 300_000);
