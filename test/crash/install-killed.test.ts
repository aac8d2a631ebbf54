import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { buildSync } from 'esbuild';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type InstallPlace, makeInstallPlace } from '../support/install-place.ts';
import { PROJECT_ROOT } from '../support/sandbox.ts';
import { snapshot } from '../support/snapshot.ts';

const LOCAL = '.claude/settings.local.json';
const SETTINGS =
  '{\n    "model": "opus",\n    "hooks": {"Stop": [{"hooks": [{"type": "command", "command": "theirs"}]}]}\n}\n';

/** Runs install or uninstall in a process of its own; `KILL_AT=k` kills it before its k-th change on disk. */
const DRIVER = `
import * as fs from 'node:fs';
import { install } from './src/flows/install.ts';
import { uninstall } from './src/flows/uninstall.ts';
import { locateRepository, statePaths, stateRoot, userPaths } from './src/store/paths.ts';

const fsModule = require('node:fs');
const killAt = Number(process.env.KILL_AT ?? 0);
const failAt = Number(process.env.FAIL_AT ?? 0);
const editAt = Number(process.env.EDIT_AT ?? 0);
let count = 0;
let editing = false;
let edited = false;
/** What another program does to the settings file at this very moment. */
function edit() {
  editing = true;
  edited = true;
  const file = process.env.EDIT_FILE;
  const value = JSON.parse(fs.readFileSync(file, 'utf8'));
  fs.writeFileSync(file, JSON.stringify({ ...value, foreign: true }, null, 2));
  editing = false;
}
for (const name of ['openSync', 'writeSync', 'renameSync', 'linkSync', 'symlinkSync', 'rmSync', 'rmdirSync', 'mkdirSync', 'fchmodSync']) {
  const real = fsModule[name];
  fsModule[name] = (...args) => {
    if (editing) return real(...args);
    if (name === 'openSync' && (args[1] ?? 'r') === 'r') return real(...args);
    count += 1;
    // Inside the rename itself nothing can be seen any more.
    if (!edited && editAt > 0 && count >= editAt && name !== 'renameSync') edit();
    if (count === killAt) process.kill(process.pid, 'SIGKILL');
    if (count === failAt && (name === 'writeSync' || name === 'renameSync')) throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
    return real(...args);
  };
}
const [verb, dir, source, scope] = process.argv.slice(2);
const user = userPaths(process.env);
const repository = locateRepository(dir);
const state = statePaths(stateRoot(repository, user));
const common = { repository, state, user, env: process.env, dir, scope, node: process.execPath, dryRun: false };
const work = verb === 'install'
  ? install({ ...common, cwd: dir, gitHooks: 'auto', preset: 'solo', source, platform: 'linux', now: Date.now })
  : uninstall({ ...common, dir: undefined, everywhere: false, purge: true });
work.then(
  () => process.stdout.write(String(count)),
  (error) => {
    process.stderr.write(error.code + ' ' + error.kind + ' ' + error.message);
    process.exitCode = 1;
  },
);
`;

let driver: string;
let place: InstallPlace;
let folder: string;

beforeAll(() => {
  folder = fs.mkdtempSync('/tmp/claude-hooks-driver-');
  driver = path.join(folder, 'driver.cjs');
  buildSync({
    stdin: { contents: DRIVER, resolveDir: PROJECT_ROOT, loader: 'ts' },
    outfile: driver,
    bundle: true,
    platform: 'node',
    target: 'node20.19',
    format: 'cjs',
    mainFields: ['module', 'main'],
    logLevel: 'error',
  });
});
afterAll(() => fs.rmSync(folder, { recursive: true }));
beforeEach(() => {
  place = makeInstallPlace();
  place.write(LOCAL, SETTINGS);
});
afterEach(() => {
  place.cleanup();
});

interface Ended {
  code: number | null;
  out: string;
  err: string;
}

function run(
  verb: 'install' | 'uninstall',
  env: Record<string, string> = {},
  scope = 'local',
): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [driver, verb, place.repo, place.dist, scope], {
      env: { ...place.env, ...env },
    });
    let out = '';
    let err = '';
    child.stdout.on('data', (chunk) => {
      out += chunk;
    });
    child.stderr.on('data', (chunk) => {
      err += chunk;
    });
    child.on('close', (code) => resolve({ code, out, err }));
  });
}

const TRACKED = (): string[] => [
  path.join(place.repo, '.claude'),
  path.join(place.repo, '.claude-sessionrc.local.json'),
  ...['config', 'hooks', 'info'].map((name) => path.join(place.repo, '.git', name)),
];
const files = (): Record<string, string> => snapshot(...TRACKED());

/** Files as they may be: each as before or as after, none in between, no temporary file. */
function expectNoMix(
  now: Record<string, string>,
  before: Record<string, string>,
  after: Record<string, string>,
): void {
  for (const [file, content] of Object.entries(now)) {
    if (path.basename(file).endsWith('.tmp') || file.endsWith('.lock')) continue;
    expect([before[file], after[file]]).toContain(content);
  }
  for (const file of Object.keys(before))
    expect(now[file] !== undefined || after[file] === undefined, `${file} must not be gone`).toBe(true);
}

describe('install killed at any change on disk', () => {
  it('leaves each file old or new; run again it completes; uninstall gives everything back', async () => {
    const before = files();
    const whole = await run('install');
    expect(whole.err).toBe('');
    const after = files();
    await run('uninstall');
    expect(files()).toEqual(before);
    const steps = Number(whole.out);
    expect(steps).toBeGreaterThan(50);
    for (let at = 1; at <= steps; at += at < 12 || at > steps - 40 ? 5 : 17) {
      const killed = await run('install', { KILL_AT: String(at) });
      expect(killed.code, `killed at ${at}`).toBe(null);
      expectNoMix(files(), before, after);
      if (at % 2 === 0) {
        expect((await run('install')).err).toBe('');
        expect(files(), `completed after ${at}`).toEqual(after);
        await run('uninstall');
      } else {
        const undone = await run('uninstall');
        expect(undone.err === '' || undone.err.startsWith('not-installed')).toBe(true);
      }
      expect(files(), `back after ${at}`).toEqual(before);
    }
  }, 180_000);

  it('an uninstall killed at any point is finished by the next', async () => {
    const before = files();
    await run('install');
    const after = files();
    const steps = Number((await run('uninstall')).out);
    expect(steps).toBeGreaterThan(20);
    for (let at = 1; at <= steps; at += 6) {
      await run('install');
      await run('uninstall', { KILL_AT: String(at) });
      expectNoMix(files(), after, before);
      const again = await run('uninstall');
      expect(again.err === '' || again.err.startsWith('not-installed'), again.err).toBe(true);
      expect(files(), `back after ${at}`).toEqual(before);
    }
  }, 180_000);
});

describe('install on a disk that is full', () => {
  it('changes all or nothing and says so', async () => {
    const before = files();
    const steps = Number((await run('install')).out);
    const after = files();
    await run('uninstall');
    let failures = 0;
    for (let at = 1; at <= steps; at += 9) {
      const ended = await run('install', { FAIL_AT: String(at) });
      if (ended.code === 0) {
        expect(files()).toEqual(after);
        await run('uninstall');
        continue;
      }
      failures += 1;
      expect(ended.err).toContain('ENOSPC');
      expect(files(), `failed at ${at}`).toEqual(before);
    }
    expect(failures).toBeGreaterThan(3);
  }, 180_000);
});

describe('at the same time', () => {
  it.each(['install', 'uninstall'] as const)(
    '%s: a change by another program at any moment is kept',
    async (verb) => {
      const EDIT_FILE = path.join(place.repo, LOCAL);
      if (verb === 'uninstall') await run('install');
      const steps = Number((await run(verb)).out);
      expect(steps).toBeGreaterThan(20);
      for (let at = 1; at < steps - 2; at += verb === 'install' ? 13 : 7) {
        place.write(LOCAL, SETTINGS);
        if (verb === 'uninstall') await run('install');
        else await run('uninstall');
        const ended = await run(verb, { EDIT_AT: String(at), EDIT_FILE });
        expect(ended.err, `edited at ${at}`).toBe('');
        const value = JSON.parse(place.read(LOCAL));
        expect(value.hooks.Stop).toHaveLength(verb === 'install' ? 2 : 1);
        expect(value.foreign, `edited at ${at}`).toBe(true);
      }
    },
    180_000,
  );

  it('eight installs and a program that writes the same file: nothing of anyone is lost', async () => {
    const writer = spawn(
      process.execPath,
      [
        '-e',
        `const fs = require('fs'); const file = ${JSON.stringify(path.join(place.repo, LOCAL))};
         let n = 0;
         const timer = setInterval(() => {
           if (n >= 20) { clearInterval(timer); return; }
           const value = JSON.parse(fs.readFileSync(file, 'utf8'));
           n += 1; value['k' + n] = n;
           fs.writeFileSync(file + '.w', JSON.stringify(value, null, 2)); fs.renameSync(file + '.w', file);
         }, 40);`,
      ],
      { stdio: 'inherit' },
    );
    const scopes = ['local', 'project', 'local', 'user', 'project', 'local', 'user', 'local'];
    const all = await Promise.all(scopes.map((scope) => run('install', {}, scope)));
    await new Promise((resolve) =>
      writer.exitCode === null ? writer.on('close', resolve) : resolve(undefined),
    );
    const last = await run('install');
    expect([...all, last].filter(({ code, err }) => code !== 0 && !err.includes('conflict'))).toEqual([]);
    const value = JSON.parse(place.read(LOCAL));
    expect(value.hooks.Stop).toHaveLength(2);
    for (let n = 1; n <= 20; n += 1) expect(value[`k${n}`]).toBe(n);
    const undone = await run('uninstall');
    expect(undone.err).toBe('');
    expect(place.read(LOCAL)).not.toContain('claude_hooks=');
    for (let n = 1; n <= 20; n += 1) expect(JSON.parse(place.read(LOCAL))[`k${n}`]).toBe(n);
  }, 60_000);
});
