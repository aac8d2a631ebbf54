import * as fs from 'node:fs';
import * as path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { doneOperations, operationPaths } from '../../src/store/operations.ts';
import { bundleScript } from '../support/bundle.ts';
import { fingerprint, placeOf } from '../support/checkpoints.ts';
import { useIsolatedProcess } from '../support/for-the-file.ts';
import { type KillPoint, killPoints, runKilledAt, writeKillPreload } from '../support/kill-points.ts';
import { checkpointRefs, makeCheckpoints, writeDocument } from '../support/many-checkpoints.ts';
import { type BuiltRepository, makeDirty, plainRepository } from '../support/repositories.ts';
import { undoAt, workplaceAt } from '../support/undo.ts';

const FULL = process.env.CLAUDE_HOOKS_FULL === '1';
const COUNT = 12;
const KEPT = 4;

const DRIVER = `
import { pruneCheckpoints } from './src/flows/prune.ts';
import { undo } from './src/flows/undo.ts';
import { openWorkplace } from './src/flows/workplace.ts';
const [verb, cwd] = process.argv.slice(2);
openWorkplace({ cwd, env: process.env, runtime: '/nonexistent', now: Date.now }).then(async (place) => {
  place.resolved.config.checkpoints.keep.count = ${KEPT};
  if (verb === 'prune') await pruneCheckpoints(place, { dryRun: false });
  if (verb === 'undo') await undo(place, { dryRun: false });
}).catch((error) => { process.stderr.write(String(error.stack)); process.exitCode = 1; });
`;

let folder: string;
let driver: string;
let preload: string;
let built: BuiltRepository;
useIsolatedProcess();
beforeAll(() => {
  folder = fs.mkdtempSync('/tmp/claude-hooks-driver-');
  driver = bundleScript(DRIVER, path.join(folder, 'driver.cjs'));
  preload = writeKillPreload(folder);
});
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));
beforeEach(() => {
  built = plainRepository();
  makeDirty(built);
  const list = Array.from({ length: COUNT }, (_, at) => `one-${String(at).padStart(2, '0')}`);
  makeCheckpoints(
    built,
    list.map((id, at) => ({
      id,
      at: Date.now() - at * 60_000,
      content: `${id}\n`,
      more: { session: 'one' },
    })),
  );
  // Some as files of their own, some packed.
  built.git('pack-refs', '--all');
  for (const id of list) writeDocument(built.root, id);
});
afterEach(() => built.cleanup());

const run = (verb: string, point?: KillPoint): ReturnType<typeof runKilledAt> =>
  runKilledAt(preload, driver, [verb, built.root], point);
const recover = async (): Promise<string[]> => (await workplaceAt(built.root)).recovered;

interface State {
  refs: Record<string, string>;
  documents: string[];
}

/** All of the person's; packed references of ours share a file with theirs, which are asked for by name. */
function rest(): Record<string, string> {
  const ours =
    /(?:^|\/)(?:\.claude\/checkpoints|\.git\/(?:claude-hooks|objects|packed-refs|refs\/claude-hooks))(?:\/|$)/;
  return {
    ...fingerprint(built.root, ours),
    refs: built.git('for-each-ref', 'refs/heads', 'refs/tags', 'refs/remotes', 'refs/stash'),
  };
}

function stateNow(): State {
  const documents = fs.readdirSync(path.join(built.root, '.claude/checkpoints')).sort();
  return { refs: checkpointRefs(built.root), documents };
}

function leftovers(): string[] {
  const { state } = placeOf(built.root);
  const pending = operationPaths(state).pending;
  const locks = fs
    .readdirSync(path.join(built.root, '.git'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.lock'));
  return [...(fs.existsSync(pending) ? fs.readdirSync(pending) : []), ...locks];
}

/** A git that outlived the kill may hold its locks for a moment longer. */
async function mended(): Promise<string[]> {
  const said = await recover();
  for (let tries = 0; leftovers().length > 0 && tries < 200; tries += 1)
    await new Promise((resolve) => setTimeout(resolve, 10));
  return said;
}

it('a prune killed at any call is as if it had not been, or whole and to be taken back', async () => {
  const before = stateNow();
  const tree = rest();
  const { calls, stderr } = await run('prune');
  expect(stderr).toMatch(/^CALLS/);
  const after = stateNow();
  expect(Object.keys(after.refs)).toHaveLength(KEPT);
  await undoAt(built.root);
  expect(stateNow()).toEqual(before);
  let forward = 0;
  let killed = 0;
  const points = killPoints(calls, FULL ? 1 : Math.ceil(calls / 4));
  for (const point of points) {
    const where = JSON.stringify(point);
    if ((await run('prune', point)).code === null) killed += 1;
    const said = await mended();
    expect(leftovers(), where).toEqual([]);
    const now = stateNow();
    expect([before, after], where).toContainEqual(now);
    expect(rest(), where).toEqual(tree);
    if (said.length > 0) expect(said.join('\n'), where).toContain('is complete now');
    if (Object.keys(now.refs).length === COUNT) continue;
    forward += 1;
    expect(doneOperations(placeOf(built.root).state)[0]?.operation.kind, where).toBe('prune');
    await undoAt(built.root);
    expect(stateNow(), where).toEqual(before);
  }
  expect(forward).toBeGreaterThan(0);
  // Not every run makes the last calls of the first one, and a call can be inside of another.
  expect(killed).toBeGreaterThan(points.length * 0.7);
}, 3_600_000);

it('the undo of a prune killed at any call is whole after the next command, or had changed nothing', async () => {
  const before = stateNow();
  await run('prune');
  const after = stateNow();
  const { calls } = await run('undo');
  expect(stateNow()).toEqual(before);
  await run('prune');
  let killed = 0;
  const points = killPoints(calls, FULL ? 1 : Math.ceil(calls / 3));
  for (const point of points) {
    const where = JSON.stringify(point);
    if ((await run('undo', point)).code === null) killed += 1;
    // The one that mends is killed as well.
    await run('next', { call: 2, when: 'after' });
    await mended();
    expect(leftovers(), where).toEqual([]);
    const now = stateNow();
    expect([before, after], where).toContainEqual(now);
    if (Object.keys(now.refs).length === COUNT) await run('prune');
    expect(stateNow(), where).toEqual(after);
  }
  // Not every run makes the last calls of the first one, and a call can be inside of another.
  expect(killed).toBeGreaterThan(points.length * 0.7);
}, 3_600_000);

it('what is kept by another process is left to it', async () => {
  const { calls } = await run('prune');
  await undoAt(built.root);
  await run('prune', { call: calls - 6, when: 'after' });
  const { state } = placeOf(built.root);
  expect(fs.readdirSync(operationPaths(state).pending)).toHaveLength(1);
  const { acquireLock } = await import('../../src/store/lock.ts');
  const lock = acquireLock(state.locks, 'prune');
  expect(await recover()).toEqual([]);
  expect(fs.readdirSync(operationPaths(state).pending)).toHaveLength(1);
  lock?.release();
  expect(await recover()).toHaveLength(1);
  expect(fs.readdirSync(operationPaths(state).pending)).toEqual([]);
});
