import * as fs from 'node:fs';
import * as path from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { COMMAND_RULES } from '../../src/install/command-rules.ts';
import { readRecords } from '../../src/store/journal.ts';
import { HARMLESS, RISKY, UNREADABLE_HARMLESS, UNREADABLE_RISKY } from '../support/agent-commands.ts';
import type { ClientResult } from '../support/client.ts';
import { bash, type ClientDemo, openClientDemo, watchNode } from '../support/client-demo.ts';
import type { MessagesApi, ScriptedTurn } from '../support/messages-api.ts';
import type { Sandbox } from '../support/sandbox.ts';
import { snapshot } from '../support/snapshot.ts';

// A checkpoint before risky commands of the agent, with the real client. Every start of one of our entries and of
// Node is written down: by a word in front of each installed command, and by a `node` in front of the real one on PATH.

const PROJECT = '.claude/settings.json';
const LOCAL = '.claude/settings.local.json';

let demo: ClientDemo;
let api: MessagesApi;
let sandbox: Sandbox;
/** The environment in which starts of Node are written down. */
let env: { PATH: string };

beforeAll(async () => {
  demo = await openClientDemo({
    files: {
      'src/app.js': 'export const answer = 42;\n',
      'src/deep/run.sh': '#!/bin/sh\necho run\n',
    },
    config: { checkpoints: { onStart: false, loop: false } },
    prepare: ({ repo }) => {
      fs.chmodSync(path.join(repo, 'src/deep/run.sh'), 0o755);
      fs.writeFileSync(path.join(repo, 'src/image.bin'), Buffer.from([0, 255, 13, 10, 0, 128]));
      fs.symlinkSync('deep/run.sh', path.join(repo, 'src/link'));
    },
    // What only a checkpoint holds.
    uncommitted: {
      'src/app.js': 'export const answer = 43; // not committed\n',
      'src/untracked é.txt': 'untracked\n',
    },
    install: ['--scope', 'project'],
  });
  ({ api, sandbox } = demo);
  env = watchNode(sandbox);
});

beforeEach(forget);

function forget(): void {
  api.reset();
  for (const name of ['rings', 'node-starts']) fs.rmSync(path.join(sandbox.home, name), { force: true });
}

afterAll(async () => {
  expect(await demo.close()).toEqual([]);
});

interface Hook {
  if?: string;
  command: string;
}

/** Has each entry of a settings file write down its start. @returns what gives the file its bytes back. */
function watch(file: string): () => void {
  if (!sandbox.exists(file)) return () => {};
  const text = sandbox.read(file);
  const settings = JSON.parse(text) as { hooks: Record<string, { hooks: Hook[] }[]> };
  for (const [event, groups] of Object.entries(settings.hooks)) {
    for (const hook of groups.flatMap(({ hooks }) => hooks))
      hook.command = `printf '%s\\n' '${hook.if ?? event}' >>"$HOME/rings"; ${hook.command}`;
  }
  sandbox.write(file, JSON.stringify(settings));
  return () => sandbox.write(file, text);
}

/** Runs the commands one after the other; without `allowed` the client refuses them after it asked the hooks. */
async function agent(turns: ScriptedTurn[], allowed?: string): Promise<ClientResult> {
  const unwatch = [watch(PROJECT), watch(LOCAL)];
  const run = await demo.talk('go', [...turns, { text: 'Done.' }], {
    args: allowed === undefined ? [] : [`--allowedTools=${allowed}`],
    env,
    timeoutMs: 200_000,
    ends: { code: 0, result: { is_error: false, result: 'Done.' } },
  });
  for (const giveBack of unwatch) giveBack();
  return run;
}

const linesOf = (name: string): string[] =>
  sandbox.exists(path.join(sandbox.home, name))
    ? sandbox.read(path.join(sandbox.home, name)).split('\n').slice(0, -1)
    : [];
/** The rules whose entries the client started, in that order. */
const asked = (): string[] => linesOf('rings').flatMap((line) => /^Bash\((.*)\)$/.exec(line)?.[1] ?? []);
const saves = (): number =>
  linesOf('node-starts').filter((script) => script.endsWith('/hooks/before-command.cjs')).length;
const checkpoints = (): { id: string; reason: string; name: string }[] =>
  sandbox
    .git('for-each-ref', '--sort=refname', '--format=%(contents)%00', 'refs/claude-hooks/checkpoints')
    .split('\0')
    .filter((message) => message.includes('{'))
    .map(
      (message) =>
        JSON.parse(message.slice(message.indexOf('{'))) as { id: string; reason: string; name: string },
    );
const recordsOf = (run: ClientResult): Record<string, unknown>[] =>
  readRecords(path.join(sandbox.repo, '.git/claude-hooks/sessions', `${run.session}.jsonl`)).records;

test('rm -rf src of the agent is preceded by a checkpoint, and restore brings src back byte for byte', async () => {
  const src = path.join(sandbox.repo, 'src');
  const before = snapshot(src);
  const installed = sandbox.read(PROJECT);
  const run = await agent([bash('rm -rf src'), bash('ls')], 'Bash');
  expect(fs.existsSync(src)).toBe(false);
  expect([asked(), saves()]).toEqual([['rm*'], 1]);
  const all = checkpoints();
  const [held, ...others] = all.filter(({ reason }) => reason === 'before-command');
  expect(others).toEqual([]);
  expect(held?.name).toBe('Before: rm -rf src');
  expect(recordsOf(run).find(({ type }) => type === 'checkpoint')).toMatchObject({
    id: held?.id,
    reason: 'before-command',
    command: 'rm -rf src',
  });
  const tree = (id: string): string =>
    sandbox.git('ls-tree', '-r', '--name-only', '-z', `refs/claude-hooks/checkpoints/${id}`);
  expect(tree(held?.id ?? '')).toContain('src/untracked é.txt');
  // The end of the turn saved what the command left, although nothing was due.
  const left = all.find(({ reason }) => reason === 'stop');
  expect(tree(left?.id ?? '')).not.toContain('src/');

  const restored = await sandbox.cli(['checkpoint', 'restore', held?.id ?? '', '--yes']);
  expect([restored.code, restored.stderr]).toEqual([0, expect.not.stringMatching(/error/i)]);
  expect(restored.stdout + restored.stderr).toContain('verified');
  expect(snapshot(src)).toEqual(before);
  // The checkpoint was saved while the entries were watched.
  sandbox.write(PROJECT, installed);
});

test('a session with only harmless commands starts nothing for them', async () => {
  await agent(HARMLESS.map(bash));
  expect(asked()).toEqual([]);
  expect(saves()).toBe(0);
  // Both counters count: the other events of this session are in them.
  expect(linesOf('rings').filter((line) => /^(?:UserPromptSubmit|Stop|SessionEnd)$/.test(line))).toHaveLength(
    3,
  );
  expect(linesOf('node-starts').some((script) => script.endsWith('session-start.cjs'))).toBe(true);
});

test('each rule fires for what it is about, and every risky command starts one save', async () => {
  await agent(RISKY.map(([command]) => bash(command)));
  expect(asked().sort()).toEqual(RISKY.map(([, rule]) => rule).sort());
  expect(saves()).toBe(RISKY.length);
});

test('commands the client cannot read reach the entries; only what is risky in them starts a save', async () => {
  await agent(UNREADABLE_HARMLESS.map(bash));
  expect(asked().length).toBeGreaterThanOrEqual(UNREADABLE_HARMLESS.length);
  expect(asked().length).toBeLessThanOrEqual(UNREADABLE_HARMLESS.length * COMMAND_RULES.length);
  expect(saves()).toBe(0);
  await agent(UNREADABLE_RISKY.map(bash));
  expect(saves()).toBe(UNREADABLE_RISKY.length);
});

test('a command of a sub-agent is preceded by one as well', async () => {
  sandbox.write('src/for-sub.txt', 'here\n');
  api.scriptSubagent(bash('rm src/for-sub.txt'), { text: 'Removed.' });
  const call = { description: 'd', prompt: 'Remove it', subagent_type: 'general-purpose' };
  const run = await agent([{ tools: [{ name: 'Agent', input: call }] }], 'Bash,Agent');
  expect(sandbox.exists('src/for-sub.txt')).toBe(false);
  const record = recordsOf(run).find(({ reason }) => reason === 'before-command');
  expect(record).toMatchObject({ type: 'checkpoint', command: 'rm src/for-sub.txt' });
  expect(sandbox.git('show', `refs/claude-hooks/checkpoints/${String(record?.id)}:src/for-sub.txt`)).toBe(
    'here\n',
  );
});

test('installed in two scopes, one of them saves; without the entries none does', async () => {
  expect(await sandbox.cli(['install', '--scope', 'local', '--yes'])).toMatchObject({ code: 0 });
  sandbox.write('src/twice.txt', 'x\n');
  const run = await agent([bash('rm src/twice.txt && mv src/app.js src/b.js')], 'Bash');
  expect(recordsOf(run).filter(({ reason }) => reason === 'before-command')).toHaveLength(1);
  expect(await sandbox.cli(['uninstall', '--scope', 'local', '--yes'])).toMatchObject({ code: 0 });
  sandbox.write(
    '.claude-sessionrc.json',
    '{ "checkpoints": { "onStart": false, "loop": false, "beforeCommands": false } }\n',
  );
  forget();
  // The entries are still there, and leave at once.
  await agent([bash('rm src/b.js')]);
  expect([asked(), saves()]).toEqual([['rm*'], 0]);
  expect(await sandbox.cli(['install', '--scope', 'project', '--yes'])).toMatchObject({ code: 0 });
  forget();
  await agent([bash('rm src/b.js')]);
  expect([asked(), saves()]).toEqual([[], 0]);
});
