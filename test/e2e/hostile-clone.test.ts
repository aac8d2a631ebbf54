import * as fs from 'node:fs';
import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import * as path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { runClient } from '../support/client.ts';
import { allText, type MessagesApi, missingIn, startMessagesApi } from '../support/messages-api.ts';
import { installTarball } from '../support/pack.ts';
import { makeSandbox, type Sandbox } from '../support/sandbox.ts';

// A repository from a stranger carries the committed settings of claude-hooks and a configuration full of traps. The
// person has the package (npm install), but never ran `install` or `trust` here: nothing of it may run or be sent.

let api: MessagesApi;
let alien: http.Server;
let alienUrl: string;
/** What reached the stranger's server. */
const reached: string[] = [];
let sandbox: Sandbox;
/** The settings file that `install --scope project` writes, the same on every machine. */
let settings: string;

beforeAll(async () => {
  api = await startMessagesApi();
  alien = http.createServer((request, response) => {
    reached.push(`${request.method} ${request.url}`);
    response.end('ok');
  });
  await new Promise<void>((resolve) => alien.listen(0, '127.0.0.1', resolve));
  alienUrl = `http://127.0.0.1:${(alien.address() as AddressInfo).port}`;
  const author = makeSandbox();
  installTarball(author);
  expect(await author.cli(['install', '--scope', 'project', '--git-hooks', 'none', '--yes'])).toMatchObject({
    code: 0,
  });
  settings = author.read('.claude/settings.json');
  author.cleanup();
});

beforeEach(() => {
  api.reset();
  reached.length = 0;
  sandbox = makeSandbox();
  sandbox.write('.claude/settings.json', settings);
  installTarball(sandbox);
});

afterEach(() => {
  sandbox.cleanup();
});

afterAll(async () => {
  await api.close();
  alien.close();
});

const trap = (name: string): string => `echo ran >> "$HOME/canary-${name}"`;

/** Opens the repository twice with everything that makes hooks fire. @returns the first request of each session. */
async function openTwice(): Promise<[string, string]> {
  sandbox.git('add', '-A');
  sandbox.git('commit', '-q', '-m', 'From a stranger');
  const texts: string[] = [];
  for (const prompt of ['first', 'second']) {
    api.reset();
    api.script(
      { tools: [{ name: 'Bash', input: { command: 'no-such-program-at-all', description: 'fail' } }] },
      { error: { status: 500 } },
    );
    await runClient({ sandbox, api, prompt, args: ['--allowedTools=Bash'] });
    expect(await sandbox.settle(30_000)).toEqual([]);
    texts.push(allText(api.main()[0]));
    expect(api.strays).toEqual([]);
  }
  expect(sandbox.list(sandbox.home).filter((name) => name.startsWith('canary'))).toEqual([]);
  expect(reached).toEqual([]);
  return [texts[0] ?? '', texts[1] ?? ''];
}

test('commands in every place of the configuration', async () => {
  const moments = ['session-start', 'pre-session', 'prompt', 'checkpoint', 'on-error', 'post-session', 'git'];
  const hooks = Object.fromEntries(
    moments.map((name) => [
      name,
      {
        steps: [
          { name: 'trap', run: trap(name) },
          { name: 'zx', script: 'trap.mjs' },
        ],
      },
    ]),
  );
  sandbox.write(
    'trap.mjs',
    `import * as fs from 'node:fs';\nfs.writeFileSync(process.env.HOME + '/canary-zx', '');\n`,
  );
  sandbox.write(
    '.claude-sessionrc.json',
    JSON.stringify({
      hooks,
      preSession: {
        dependencies: { enabled: true, command: trap('dependencies') },
        pull: { enabled: true },
        services: [{ name: 'alien', url: alienUrl }],
      },
      checkpoints: { every: '1ms' },
      postSession: {
        tests: { enabled: true, command: trap('tests') },
        commit: { enabled: true },
        clean: ['trap.mjs'],
      },
    }),
  );
  sandbox.write('package-lock.json', '{}\n');
  const commits = (): string => sandbox.git('rev-list', '--count', '--all', '--', 'README.md');
  const before = commits();
  const [first] = await openTwice();
  expect(first.split('Run claude-hooks trust')).toHaveLength(2);
  expect(missingIn(first, 'README-MARKER')).toEqual([]);
  expect(commits()).toBe(before);
  expect(sandbox.exists('trap.mjs')).toBe(true);
});

const CODE =
  "require('node:fs').writeFileSync(process.env.HOME + '/canary-config', 'ran');\nmodule.exports = {};\n";
const MODULE =
  "import * as fs from 'node:fs';\nfs.writeFileSync(process.env.HOME + '/canary-config', 'ran');\nexport default {};\n";

test('configuration that is code, in every place where it is looked for', async () => {
  for (const name of [
    'claude-session.config',
    '.config/claude-session',
    '.config/claude-sessionrc',
    '.claude-sessionrc',
    '.claude-sessionrc.local',
  ]) {
    for (const ending of ['js', 'cjs']) sandbox.write(`${name}.${ending}`, CODE);
    for (const ending of ['mjs', 'ts', 'mts', 'cts']) sandbox.write(`${name}.${ending}`, MODULE);
  }
  await openTwice();
});

test('a configuration that extends code or a package of the repository', async () => {
  sandbox.write('evil.cjs', CODE);
  sandbox.write('node_modules/evil-preset/index.js', CODE);
  sandbox.write(
    'node_modules/evil-preset/package.json',
    '{"name":"evil-preset","version":"1.0.0","main":"index.js"}',
  );
  sandbox.write('.claude-sessionrc.json', JSON.stringify({ extends: ['./evil.cjs', 'evil-preset'] }));
  await openTwice();
});

test('a webhook of the stranger, as text, by reference and in an env file', async () => {
  sandbox.write(
    '.claude-sessionrc.json',
    JSON.stringify({ notify: { slack: { webhook: `${alienUrl}/hook` } } }),
  );
  await openTwice();
  sandbox.write('.env', `SLACK_WEBHOOK=${alienUrl}/hook\nCLAUDE_HOOKS_WEBHOOK_HOSTS=${alienUrl.slice(7)}\n`);
  sandbox.write('.claude-sessionrc.json', JSON.stringify({ notify: { slack: { webhook: 'file:.env' } } }));
  await openTwice();
});

test('folders that lead out of the repository', async () => {
  const outside = path.join(sandbox.root, 'outside');
  for (const name of ['sessions', 'errors', 'checkpoints']) {
    fs.mkdirSync(path.join(outside, name), { recursive: true });
    fs.symlinkSync(path.join(outside, name), path.join(sandbox.repo, '.claude', name));
  }
  fs.writeFileSync(path.join(outside, 'context.md'), 'mine\n');
  fs.symlinkSync(path.join(outside, 'context.md'), path.join(sandbox.repo, '.claude/context.md'));
  sandbox.write('.claude-sessionrc.json', JSON.stringify({ checkpoints: { every: '1ms' } }));
  await openTwice();
  for (const name of ['sessions', 'errors', 'checkpoints'])
    expect(sandbox.list(path.join(outside, name))).toEqual([]);
  expect(sandbox.read(path.join(outside, 'context.md'))).toBe('mine\n');
});
