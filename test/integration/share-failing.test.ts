import * as fs from 'node:fs';
import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { isProcessAlive } from '../../src/platform/process.ts';
import { bundleScript } from '../support/bundle.ts';
import { fingerprint, saved } from '../support/checkpoints.ts';
import { useIsolatedProcess } from '../support/for-the-file.ts';
import { killPoints, runKilledAt, writeKillPreload } from '../support/kill-points.ts';
import { documentFile, fetch, makeTeam, push, states, type Team } from '../support/share.ts';

// Remotes that are gone, refuse, hang or ask for passwords, and processes that are killed on the way.

let folder: string;
let team: Team;
useIsolatedProcess();
beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'claude-hooks-script-'));
});
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));
beforeEach(() => {
  team = makeTeam();
});
afterEach(() => team.cleanup());

function hook(name: string, body: string): void {
  const file = path.join(team.hub, 'hooks', name);
  fs.writeFileSync(file, `#!/bin/sh\n${body}\n`);
  fs.chmodSync(file, 0o755);
}

it('says that a remote is gone, and changes nothing', async () => {
  const { ada } = team;
  await saved(ada.root, { name: 'One' });
  fs.renameSync(team.hub, `${team.hub}.away`);
  const before = [fingerprint(ada.root), ada.git('for-each-ref')];
  for (const attempt of [() => push(ada), () => fetch(ada), () => push(ada, { dryRun: true })])
    await expect(attempt()).rejects.toMatchObject({
      code: 'remote-unreachable',
      kind: 'failed',
      message: expect.stringMatching(/hub\.git \(origin\) cannot be read/),
    });
  expect([fingerprint(ada.root), ada.git('for-each-ref')]).toEqual(before);
  fs.renameSync(`${team.hub}.away`, team.hub);
  expect(states(await push(ada))).toEqual(['checkpoint pushed', 'document pushed']);
});

it('tells what a remote refuses ref by ref, and pushes the rest when repeated', async () => {
  const { ada } = team;
  const one = await saved(ada.root, { name: 'One' });
  await saved(ada.root, { name: 'Two', force: true });
  hook('update', `case $1 in *${one.id}*) echo "not this \u001b[31mone" >&2; exit 1 ;; esac`);
  const partial = await push(ada);
  expect(states(partial)).toEqual([
    'checkpoint refused',
    'document skipped',
    'checkpoint pushed',
    'document pushed',
  ]);
  expect(partial.refs.find(({ id }) => id === one.id)).toMatchObject({
    state: 'refused',
    why: 'hook declined',
  });
  hook('pre-receive', 'echo "closed for today" >&2; exit 1');
  const refused = await push(ada);
  expect(states(refused)).toEqual([
    'checkpoint refused',
    'document skipped',
    'checkpoint there',
    'document there',
  ]);
  for (const name of ['update', 'pre-receive']) fs.rmSync(path.join(team.hub, 'hooks', name));
  expect(states(await push(ada))).toEqual([
    'checkpoint pushed',
    'document pushed',
    'checkpoint there',
    'document there',
  ]);
});

it('gives up a remote that does not answer, and all it had started', async () => {
  const { ada } = team;
  await saved(ada.root, { name: 'One' });
  const marker = path.join(team.base, 'pids');
  ada.git('config', 'remote.origin.uploadpack', `sh -c 'echo $$ >>${marker}; sleep 1000' --`);
  await expect(fetch(ada, { timeoutMs: 1_000 })).rejects.toMatchObject({
    code: 'remote-unreachable',
    message: /took too long/,
  });
  ada.git('config', '--unset', 'remote.origin.uploadpack');
  ada.git('config', 'remote.origin.receivepack', `sh -c 'echo $$ >>${marker}; sleep 1000' --`);
  const result = await push(ada, { timeoutMs: 3_000 });
  expect(result.refs).toMatchObject([
    { state: 'failed', why: expect.stringContaining('took longer than') },
    { state: 'skipped' },
  ]);
  for (const pid of fs.readFileSync(marker, 'utf8').trim().split('\n'))
    expect(isProcessAlive(Number(pid)), pid).toBe(false);
  ada.git('config', '--unset', 'remote.origin.receivepack');
  expect(states(await push(ada))).toEqual(['checkpoint pushed', 'document pushed']);
});

it('never asks for a password, and never says one', async () => {
  const { ada } = team;
  await saved(ada.root, { name: 'One' });
  const asked: (string | undefined)[] = [];
  const server = http.createServer((request, response) => {
    asked.push(request.headers.authorization);
    response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  ada.git('remote', 'set-url', 'origin', `http://ada:s3kr3t-word@127.0.0.1:${port}/x.git`);
  process.env.GIT_ALLOW_PROTOCOL = 'http';
  try {
    const error: unknown = await push(ada).catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      code: 'remote-unreachable',
      message: expect.stringContaining('***@127.0.0.1'),
    });
    expect(JSON.stringify([error, String(error)])).not.toContain('s3kr3t');
    expect(asked.filter((header) => header !== undefined)).not.toEqual([]);
  } finally {
    process.env.GIT_ALLOW_PROTOCOL = 'file';
    server.close();
  }
});

const STEP = process.env.CLAUDE_HOOKS_FULL === '1' ? 1 : 37;
const HEADER = `
  import { configSchema } from './src/config/schema.ts';
  import { pushCheckpoints } from './src/flows/share.ts';
  import { fetchCheckpoints } from './src/flows/share-fetch.ts';
  import { locateRepository, statePaths, stateRoot, userPaths } from './src/store/paths.ts';
  const repository = locateRepository(process.argv[2]);
  const state = statePaths(stateRoot(repository, userPaths(process.env)));
  const place = { repository, state, user: userPaths(process.env), now: Date.now, log() {}, resolved: { config: configSchema.parse({}) } };
`;

it('killed anywhere, the same again completes it, and nothing half done counts', async () => {
  const preload = writeKillPreload(folder);
  const script = (name: string, source: string): string =>
    bundleScript(`${HEADER}${source}`, path.join(folder, `${name}.cjs`));
  const { ada, bob } = team;
  const { id } = await saved(ada.root, { name: 'One', note: 'first' });
  const document = fs.readFileSync(documentFile(ada, id));
  const wanted = [`refs/claude-hooks/checkpoints/${id}`, `refs/claude-hooks/documents/${id}`];
  type Git = (...args: string[]) => string;
  const list = (git: Git): string[] =>
    git('for-each-ref', '--format=%(refname)', 'refs/claude-hooks')
      .split('\n')
      .filter((ref) => ref !== '');
  const remove = (git: Git, ...refs: string[]): void => {
    for (const ref of list(git))
      if (refs.some((prefix) => ref.startsWith(prefix))) git('update-ref', '-d', ref);
  };
  let killed = 0;
  const killEverywhere = async (file: string, root: string, git: Git, forget: () => void): Promise<void> => {
    const { calls, stderr } = await runKilledAt(preload, file, [root], undefined);
    expect([list(git), stderr]).toEqual([wanted, expect.stringMatching(/^CALLS \d+\n$/)]);
    for (const point of killPoints(calls, STEP)) {
      const place = `killed ${point.when} call ${point.call}`;
      forget();
      killed += (await runKilledAt(preload, file, [root], point)).code === null ? 1 : 0;
      expect((await runKilledAt(preload, file, [root], undefined)).code, place).toBe(0);
      expect(list(git), place).toEqual(wanted);
      expect(git('fsck', '--strict', '--no-dangling'), place).toBe('');
      expect(fs.readFileSync(path.join(root, `.claude/checkpoints/${id}.md`)), place).toEqual(document);
    }
  };
  await killEverywhere(
    script('push', 'pushCheckpoints(place, { words: [], dryRun: false, allowSecrets: false });'),
    ada.root,
    team.inHub,
    () => {
      remove(team.inHub, 'refs/');
      remove(ada.git, 'refs/claude-hooks/documents/');
    },
  );
  await killEverywhere(
    script('fetch', 'fetchCheckpoints(place, { dryRun: false });'),
    bob.root,
    bob.git,
    () => {
      remove(bob.git, 'refs/');
      fs.rmSync(documentFile(bob, id), { force: true });
    },
  );
  expect(killed).toBeGreaterThan(0);
}, 900_000);
