import * as path from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { ClientResult } from '../support/client.ts';
import { bash, type ClientDemo, openClientDemo } from '../support/client-demo.ts';
import { type FakeSlack, startFakeSlack } from '../support/fake-slack.ts';
import {
  allText,
  type MessagesApi,
  messageText,
  missingIn,
  type ScriptedTurn,
} from '../support/messages-api.ts';
import type { Sandbox } from '../support/sandbox.ts';
import { findLeaks, plantSecrets } from '../support/secrets.ts';
import { snapshot } from '../support/snapshot.ts';

// The whole way with the real client, in the order a person goes it: install from the packed tarball, work, fail,
// compact, resume, uninstall. The tests build on one another.

const SETTINGS = '.claude/settings.json';
/** Someone else's settings, in someone else's style. */
const FOREIGN_SETTINGS =
  '{\r\n\t"permissions": { "allow": ["Read"] },\r\n\t"hooks": {\r\n\t\t"Stop": [{ "hooks": [{ "type": "command", "command": "echo other >> \\"$HOME/other-tool\\"" }] }]\r\n\t}\r\n}\r\n';
const secrets = plantSecrets();

let demo: ClientDemo;
let api: MessagesApi;
let slack: FakeSlack;
let sandbox: Sandbox;
let before: Record<string, string>;
let session: string;
/** How many messages Slack had when the test began. */
let seenBefore = 0;
/** Everything the command line and the client's hooks printed. */
const printed: string[] = [];

beforeAll(async () => {
  slack = await startFakeSlack();
  demo = await openClientDemo({
    files: { [SETTINGS]: FOREIGN_SETTINGS, 'src/app.js': 'export const answer = 41;\n' },
    config: { checkpoints: { every: '1s' } },
  });
  ({ api, sandbox } = demo);
  before = foreignBytes();
});

beforeEach(() => {
  api.reset();
  seenBefore = slack.requests.length;
});

afterAll(async () => {
  await demo.close();
  await slack.close();
});

function foreignBytes(): Record<string, string> {
  const at = (name: string): string => path.join(sandbox.repo, name);
  return snapshot(
    at(SETTINGS),
    at('package.json'),
    at('.git/config'),
    at('.git/hooks'),
    at('.git/info'),
    at('.husky'),
    path.join(sandbox.home, '.gitconfig'),
  );
}

async function cli(...args: string[]): Promise<string> {
  const run = await sandbox.run(path.join(sandbox.repo, 'node_modules/.bin/claude-hooks'), args);
  printed.push(run.stdout, run.stderr);
  if (run.code !== 0) throw new Error(`claude-hooks ${args.join(' ')} ended with ${run.code}: ${run.stderr}`);
  return run.stdout;
}

async function claude(prompt: string, turns: ScriptedTurn[], args: string[] = []): Promise<ClientResult> {
  const run = await demo.talk(prompt, turns, {
    args: ['--allowedTools=Bash,Write,Edit,Read', ...args],
    env: { ...secrets.environment, ...slack.env },
  });
  // Standard output is the client's own and repeats what the API said; hooks speak on standard error.
  printed.push(run.stderr);
  return run;
}

const messages = () => slack.requests.slice(seenBefore);
const errorLogs = (): string[] => sandbox.list('.claude/errors');

test('install says what it changed, and a second install changes nothing', async () => {
  const said = await cli('install', '--scope', 'project', '--yes');
  expect(said).toContain('settings.json');
  const once = foreignBytes();
  expect(once[path.join(sandbox.repo, SETTINGS)]).not.toBe(before[path.join(sandbox.repo, SETTINGS)]);
  expect(sandbox.read(SETTINGS)).not.toContain(sandbox.root);
  await cli('install', '--scope', 'project', '--yes');
  expect(foreignBytes()).toEqual(once);
});

test('the first request holds the context; edits, a commit and a failing test leave no error', async () => {
  const file = path.join(sandbox.repo, 'src/app.js');
  const run = await claude(`Fix the answer. ${secrets.prompt}`, [
    { tools: [{ name: 'Read', input: { file_path: file } }] },
    { tools: [{ name: 'Edit', input: { file_path: file, old_string: '41', new_string: '42' } }] },
    bash('git add -A && git commit -q -m "Fix the answer"'),
    bash('echo "1 test failed"; exit 1'),
    {
      tools: [
        { name: 'Write', input: { file_path: path.join(sandbox.repo, 'notes.txt'), content: 'untracked\n' } },
      ],
    },
    { text: 'The answer is 42 now.', delayMs: 1_500 },
  ]);
  session = run.session;
  expect(run).toMatchObject({ code: 0, result: { is_error: false } });
  const first = allText(api.main()[0]);
  expect(missingIn(first, 'README-MARKER', 'COMMIT-MARKER', 'Set up the demo')).toEqual([]);
  expect(sandbox.read('src/app.js')).toContain('42');
  expect(sandbox.git('log', '-1', '--format=%B')).toContain(`Claude-Session: ${session}`);
  expect(sandbox.read(path.join(sandbox.home, 'other-tool'))).toBe('other\n');
  expect(errorLogs()).toEqual([]);
  expect(messages()).toEqual([]);
});

test('the start and the stop saved a checkpoint, the end wrote a summary', () => {
  const refs = sandbox.git('for-each-ref', '--format=%(refname)', 'refs/claude-hooks').trim().split('\n');
  const [first, stop] = ['start-of-session', 'end-of-turn'].map((name) => {
    const ref = refs.find((one) => one.includes(name)) ?? '';
    return sandbox.git('ls-tree', '-r', '--name-only', ref);
  });
  expect(first).toContain('src/app.js');
  expect(stop).toContain('notes.txt');
  expect(sandbox.list('.claude/checkpoints').length).toBeGreaterThan(0);
  const [summary = ''] = sandbox.list('.claude/sessions');
  expect(sandbox.read(`.claude/sessions/${summary}`)).toContain('src/app.js');
  expect(sandbox.git('status', '--porcelain')).not.toContain('.claude/sessions');
});

test('a resumed session and one that was compacted get their context again', async () => {
  await claude('go on', [{ text: 'Went on.' }], ['--resume', session]);
  await claude('and on', [{ text: 'Went on and on.' }], ['--resume', session]);
  const compact = await claude('/compact', [], ['--resume', session]);
  expect(compact.requests.map(({ kind }) => kind)).toContain('compact');
  await claude('after it', [{ text: 'Still here.' }], ['--resume', session]);
  const text = messageText(api.main().at(-1));
  expect(
    missingIn(text, 'SCRIPTED-COMPACT-SUMMARY', 'What was saved before the conversation was compacted'),
  ).toEqual([]);
  expect(sandbox.list('.claude/sessions')).toHaveLength(1);
});

test('a new session is told how the last one ended', async () => {
  await claude('hello', [{ text: 'Hello.' }]);
  expect(missingIn(allText(api.main()[0]), 'Still here.')).toEqual([]);
});

test('an API error: one error log, one Slack message, none of the secrets', async () => {
  const run = await claude(`Try. ${secrets.prompt}`, [
    bash(`printf '%s' '${secrets.output}'`),
    { error: { status: 529, message: `Overloaded ${secrets.output}` } },
  ]);
  expect(run.code).toBe(1);
  expect(errorLogs()).toHaveLength(1);
  const log = sandbox.read(`.claude/errors/${errorLogs()[0]}`);
  expect(log).toContain('server_error');
  expect(log).toContain(run.session);
  expect(messages()).toHaveLength(1);
  expect(messages()[0]?.body).toContain(run.session.slice(0, 8));
});

test('a failing tool is judged by the rules: a missing program is an error', async () => {
  await claude('Run it', [
    bash(
      `printf '%s\n' '${secrets.output}'; echo "$AWS_SECRET_ACCESS_KEY $GITHUB_TOKEN $DATABASE_URL $STRIPE_API_KEY $NPM_TOKEN"; no-such-program-at-all`,
    ),
    { text: 'It is not there.' },
  ]);
  expect(errorLogs()).toHaveLength(2);
  expect(messages()).toHaveLength(1);
});

test('a search without a hit, a refused permission and a missing file are no errors', async () => {
  const fetch: ScriptedTurn = {
    tools: [{ name: 'WebFetch', input: { url: 'http://127.0.0.1:1/', prompt: 'x' } }],
  };
  const read: ScriptedTurn = {
    tools: [{ name: 'Read', input: { file_path: path.join(sandbox.repo, 'none.txt') } }],
  };
  const run = await claude('Look', [
    bash('grep nothing-like-it README.md'),
    fetch,
    read,
    { text: 'Nothing.' },
  ]);
  expect(run.result?.permission_denials).toHaveLength(1);
  expect(messageText(api.main().at(-1))).toContain('none.txt');
  expect(errorLogs()).toHaveLength(2);
  expect(messages()).toEqual([]);
});

test('no secret of environment, prompt or tool output is anywhere', () => {
  const leaveOut = ['node_modules', '../home/.claude', '../home/.claude.json', '../tmp'];
  const slackBodies = slack.requests.map(({ body }) => body).join('\n');
  const needles = { ...secrets.needles, webhook: slack.url.split('/').at(-1) ?? '' };
  const leaks = findLeaks(
    sandbox,
    needles,
    leaveOut.map((name) => path.resolve(sandbox.repo, name)),
    { slack: slackBodies, output: printed.join('\n') },
  );
  expect(leaks).toEqual([]);
});

test('uninstall --purge leaves nothing behind', async () => {
  await cli('uninstall', '--purge', '--yes');
  expect(foreignBytes()).toEqual(before);
  expect(sandbox.exists('.git/claude-hooks')).toBe(false);
  const at = (name: string): string => path.join(sandbox.repo, '.claude', name);
  const left = snapshot(path.join(sandbox.home, '.local'), at(''));
  // Nobody wrote into context.md, so it is gone as well.
  expect(Object.keys(left).filter((file) => !left[file]?.startsWith('folder'))).toEqual([
    at('settings.json'),
  ]);
  expect(sandbox.git('for-each-ref', 'refs/claude-hooks')).toBe('');
});
