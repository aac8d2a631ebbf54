import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { operationPaths } from '../../src/store/operations.ts';
import { statePaths } from '../../src/store/paths.ts';
import { bundleScript } from '../support/bundle.ts';
import { type InstallPlace, makeInstallPlace } from '../support/install-place.ts';
import { type KillPoint, killPoints, runKilledAt, writeKillPreload } from '../support/kill-points.ts';
import { snapshot } from '../support/snapshot.ts';
import { undoAt, workplaceAt } from '../support/undo.ts';

const FULL = process.env.CLAUDE_HOOKS_FULL === '1';
const LOCAL = '.claude/settings.local.json';

/** `install`, `undo`, or `next`: any other command, which mends what was cut off. Prints what the person is told. */
const DRIVER = `
import { install } from './src/flows/install.ts';
import { undo } from './src/flows/undo.ts';
import { openWorkplace } from './src/flows/workplace.ts';
const [verb, cwd, source] = process.argv.slice(2);
openWorkplace({ cwd, env: process.env, runtime: source, now: Date.now }).then(async (place) => {
  process.stdout.write(place.recovered.join('\\n'));
  if (verb === 'undo') await undo(place, { dryRun: false });
  if (verb !== 'install') return;
  await install({
    ...place, dir: cwd, scope: 'local', gitHooks: 'auto', preset: 'solo', source, node: process.execPath,
    platform: 'linux', dryRun: false,
  });
}).catch((error) => { process.stderr.write(String(error.stack)); process.exitCode = 1; });
`;

let place: InstallPlace;
let driver: string;
let preload: string;
let folder: string;
beforeAll(() => {
  folder = fs.mkdtempSync('/tmp/claude-hooks-driver-');
  driver = bundleScript(DRIVER, path.join(folder, 'driver.cjs'));
  preload = writeKillPreload(folder);
});
afterAll(() => fs.rmSync(folder, { recursive: true }));
beforeEach(() => {
  place = makeInstallPlace();
  place.write(LOCAL, '{\n  "model": "opus"\n}\n');
  place.write('.husky/pre-commit', 'echo mine\n');
});
afterEach(() => {
  place.cleanup();
});

/** All but our own state; of the record of an install only that it is there, because it holds the time. */
function files(): Record<string, string> {
  const found = Object.entries(snapshot(place.repo, place.home)).filter(
    ([file]) => !/\/\.git\/claude-hooks(?:\/|$)|\/\.local(?:$|\/state|\/share)/.test(file),
  );
  const data = path.join(place.env.XDG_DATA_HOME ?? '', 'claude-hooks');
  const runtime = path.join(data, 'runtime/current');
  return {
    ...Object.fromEntries(found),
    manifests: String(names(path.join(data, 'installs')).length),
    runtime: fs.existsSync(runtime) ? fs.readlinkSync(runtime) : 'none',
    trust: String(names(path.join(data, 'trust')).length),
  };
}

function names(folder: string): string[] {
  return fs.existsSync(folder) ? fs.readdirSync(folder) : [];
}

function run(verb: 'install' | 'undo' | 'next', point?: KillPoint): ReturnType<typeof runKilledAt> {
  return runKilledAt(preload, driver, [verb, place.repo, place.dist], point);
}

/** A whole run in a process of its own. @returns how many calls it makes. */
async function callsOf(verb: 'install' | 'undo'): Promise<number> {
  const ended = await run(verb);
  expect(ended.stderr.replace(/CALLS \d+\n/, '')).toBe('');
  return ended.calls;
}

/** Any other command. @returns what it tells of what was cut off. */
async function next(): Promise<string[]> {
  return (await workplaceAt(place.repo, place.dist)).recovered;
}

const undo = (): ReturnType<typeof undoAt> => undoAt(place.repo, {}, place.dist);

function expectNothingLeft(where: string): void {
  const state = statePaths(path.join(place.repo, '.git/claude-hooks'));
  expect(names(operationPaths(state).pending), where).toEqual([]);
  const left = Object.keys(files()).filter((file) => /\.tmp$|\.lock$/.test(file));
  expect(left, where).toEqual([]);
}

it('install killed at any call is complete or taken back by the next command', async () => {
  const before = files();
  const calls = await callsOf('install');
  const after = files();
  await undo();
  expect(files()).toEqual(before);
  let [back, forward] = [0, 0];
  let killed = 0;
  const points = killPoints(calls, FULL ? 1 : Math.ceil(calls / 3));
  for (const point of points) {
    const where = JSON.stringify(point);
    if ((await run('install', point)).code === null) killed += 1;
    const cutOff = names(operationPaths(statePaths(path.join(place.repo, '.git/claude-hooks'))).pending);
    expect(await next(), where).toHaveLength(cutOff.length);
    expectNothingLeft(where);
    const now = files();
    if (now.manifests === '1') {
      expect({ ...now, trust: '' }, where).toEqual({ ...after, trust: '' });
      forward += 1;
      await undo();
    } else back += 1;
    expect(files(), where).toEqual(before);
  }
  expect(back).toBeGreaterThan(0);
  if (FULL) expect(forward).toBeGreaterThan(1);
  // Not every run makes the last calls of the first one, and a call can be inside of another.
  expect(killed).toBeGreaterThan(points.length * 0.7);
}, 3_600_000);

it('the undo of an install killed at any call is complete or taken back by the next command', async () => {
  const before = files();
  await callsOf('install');
  const after = files();
  const calls = await callsOf('undo');
  await callsOf('install');
  let killed = 0;
  const points = killPoints(calls, FULL ? 1 : Math.ceil(calls / 3));
  for (const point of points) {
    const where = JSON.stringify(point);
    if ((await run('undo', point)).code === null) killed += 1;
    // Killed while mending, too.
    await run('next', { call: 3, when: 'after' });
    await next();
    expectNothingLeft(where);
    const now = files();
    expect([before, after], where).toContainEqual(now);
    if (now.manifests === '0') await callsOf('install');
  }
  // Not every run makes the last calls of the first one, and a call can be inside of another.
  expect(killed).toBeGreaterThan(points.length * 0.7);
}, 3_600_000);

it('two commands that find the same cut-off install mend it once', async () => {
  const before = files();
  const calls = await callsOf('install');
  await undo();
  await run('install', { call: Math.round(calls * 0.6), when: 'after' });
  const all = await Promise.all(
    Array.from(
      { length: 4 },
      () =>
        new Promise<string>((resolve) => {
          const child = spawn(process.execPath, [driver, 'next', place.repo, place.dist]);
          let said = '';
          child.stdout.on('data', (chunk) => {
            said += chunk;
          });
          child.on('close', () => resolve(said));
        }),
    ),
  );
  expect(all.filter((said) => said.includes('was cut off'))).toHaveLength(1);
  expectNothingLeft('four at once');
  expect(files()).toEqual(before);
}, 60_000);
