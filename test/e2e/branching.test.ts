import * as fs from 'node:fs';
import * as path from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { ClientResult } from '../support/client.ts';
import { bash, type ClientDemo, openClientDemo } from '../support/client-demo.ts';
import { allText, type MessagesApi, messageText, type ScriptedTurn } from '../support/messages-api.ts';
import { filesBelow } from '../support/replay.ts';
import type { Sandbox } from '../support/sandbox.ts';

// A session of the real client that is interrupted twice, nested, and gone back to; then one with a working tree of its own.
// Hooks are installed in local scope, so that a linked working tree has them only where they come along. The tests build on
// one another.

interface Branched {
  child: string;
  parent: string;
  root: string;
  command: string;
}

let demo: ClientDemo;
let api: MessagesApi;
let sandbox: Sandbox;
/** Conversations of the three. */
let outer: string;
let middle: string;
let inner: string;
/** The three as they were when they were left. */
const left: Record<string, ReturnType<typeof treeNow>> = {};

beforeAll(async () => {
  demo = await openClientDemo({
    files: { 'src/app.js': 'export const answer = 41;\n' },
    config: { checkpoints: { loop: false } },
    install: ['--scope', 'local', '--git-hooks', 'none'],
  });
  ({ api, sandbox } = demo);
});

beforeEach(() => {
  api.reset();
});

afterAll(async () => {
  expect(await demo.close()).toEqual([]);
});

async function claude(
  prompt: string,
  turns: ScriptedTurn[],
  { resume, cwd }: { resume?: string; cwd?: string } = {},
): Promise<ClientResult> {
  api.reset();
  return demo.talk(prompt, turns, {
    args: ['--allowedTools=Bash,Write,Edit,Read', ...(resume === undefined ? [] : ['--resume', resume])],
    ...(cwd === undefined ? {} : { cwd }),
    ends: { code: 0, result: { is_error: false } },
    settleMs: 60_000,
  });
}

/** What the model was sent first; of a conversation that goes on, only what is new stands behind `after`. */
const sent = (): string => allText(api.main()[0]);

async function json<T>(args: readonly string[], cwd?: string): Promise<T> {
  const run = await sandbox.cli([...args, '--json'], cwd === undefined ? {} : { cwd });
  if (run.code !== 0) throw new Error(`${args.join(' ')} ended with ${run.code}: ${run.stderr}`);
  return JSON.parse(run.stdout) as T;
}

/** Files (but what claude-hooks writes), staging and HEAD. */
function treeNow(): { files: Record<string, string>; staged: string; head: string } {
  const files = Object.entries(filesBelow(sandbox.repo)).filter(
    ([file]) => !/^(?:node_modules|\.claude)\//.test(file),
  );
  return {
    files: Object.fromEntries(files),
    staged: sandbox.git('ls-files', '--stage', '-z'),
    head: sandbox.git('rev-parse', '--symbolic-full-name', 'HEAD') + sandbox.git('rev-parse', 'HEAD'),
  };
}

function write(file: string, content: string, root = sandbox.repo): ScriptedTurn {
  return { tools: [{ name: 'Write', input: { file_path: path.join(root, file), content } }] };
}

test('an interruption parks the files, and the new conversation is told what it is for', async () => {
  const begun = await claude('Make the search fast', [
    write('src/search.js', 'half done\n'),
    bash('git add src/search.js && echo more >> src/app.js'),
    { text: 'Half of it is there.' },
  ]);
  outer = begun.session;
  await json(['session', 'set', 'phase', 'half']);
  left.outer = treeNow();
  const branched = await json<Branched>([
    'session',
    'branch',
    'fix/login',
    '--task',
    'login fails on Safari',
  ]);
  expect(sandbox.git('status', '--porcelain')).toBe('');
  expect(sandbox.exists('src/search.js')).toBe(false);
  const child = await claude('login fails on Safari', [
    write('src/login.js', 'not yet\n'),
    { text: 'Looking.' },
  ]);
  middle = child.session;
  expect(sent()).toContain('Its task: login fails on Safari');
  expect(await json(['session', 'show', branched.child])).toMatchObject({
    conversations: [{ id: middle }],
    variables: {},
  });
  expect(middle).not.toBe(outer);
});

test('an interruption of it nests, and what it did is told to the one it interrupted, once', async () => {
  left.middle = treeNow();
  await json(['session', 'branch', 'fix/build', '--task', 'the build is red']);
  const child = await claude('the build is red', [
    write('build.txt', 'green\n'),
    bash('git add build.txt && git commit -q -m "Make the build green"'),
    write('left-over.txt', 'not committed\n'),
    { text: 'It is green.' },
  ]);
  inner = child.session;
  expect(sent()).toContain('Its task: the build is red');
  const back = await json<{ conversation: string; checkpoint: string }>(['session', 'return']);
  expect(back.conversation).toBe(middle);
  expect(treeNow()).toEqual(left.middle);
  await claude('go on', [{ text: 'On it.' }], { resume: middle });
  expect(messageText(api.main()[0])).toContain('Make the build green');
  expect(messageText(api.main()[0])).toContain(back.checkpoint);
  // What was not committed is in that checkpoint.
  const shown = await sandbox.cli(['checkpoint', 'show', back.checkpoint]);
  expect(shown.stdout).toContain('left-over.txt');
});

test('the first one comes back as it was, with its variables and its conversation', async () => {
  await claude('finish', [bash('git add -A src && git commit -q -m "Fix the login"'), { text: 'Done.' }], {
    resume: middle,
  });
  const back = await json<{ conversation: string; root: string }>(['session', 'return']);
  expect(back).toMatchObject({ conversation: outer, root: sandbox.repo });
  expect(treeNow()).toEqual(left.outer);
  expect(await json(['session', 'get', 'phase'])).toMatchObject({ value: 'half' });
  await claude('go on', [{ text: 'On it.' }], { resume: outer });
  const told = messageText(api.main()[0]);
  expect(told).toContain('Fix the login');
  await claude('and on', [{ text: 'Still on it.' }], { resume: outer });
  expect(messageText(api.main()[0]).split('Fix the login').length).toBe(told.split('Fix the login').length);
  const items = await json<{ items: { conversations: string[]; state: string }[] }>([
    'session',
    'list',
    '--all',
  ]);
  expect(
    Object.fromEntries(items.items.map(({ conversations, state }) => [conversations.join(), state])),
  ).toEqual({ [outer]: 'Paused', [middle]: 'Complete', [inner]: 'Complete' });
});

test('a working tree of its own has the hooks of local scope, and goes when all is committed', async () => {
  const before = treeNow();
  const { root, child } = await json<Branched>([
    'session',
    'branch',
    'docs',
    '--task',
    'write the docs',
    '--worktree',
  ]);
  expect(treeNow()).toEqual(before);
  const run = await claude(
    'write the docs',
    [
      write('docs.md', 'All of it.\n', root),
      bash('git add docs.md && git commit -q -m "Write the docs"'),
      { text: 'Written.' },
    ],
    { cwd: root },
  );
  expect(sent()).toContain('Its task: write the docs');
  expect(await json(['session', 'show', child])).toMatchObject({ conversations: [{ id: run.session }] });
  const back = await json<{ linkedKept: boolean; conversation: string }>(['session', 'return'], root);
  expect(back).toMatchObject({ linkedKept: false, conversation: outer });
  expect(fs.existsSync(root)).toBe(false);
  expect(treeNow()).toEqual(before);
  await claude('go on', [{ text: 'On it.' }], { resume: outer });
  expect(messageText(api.main()[0])).toContain('Write the docs');
});
