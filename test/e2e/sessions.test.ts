import { spawn } from 'node:child_process';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type ClientResult, clientBinary, clientEnvironment } from '../support/client.ts';
import { type ClientDemo, openClientDemo } from '../support/client-demo.ts';
import type { MessagesApi, ScriptedTurn } from '../support/messages-api.ts';
import type { Sandbox } from '../support/sandbox.ts';

// One piece of work with the real client: started, prompted, resumed, forked, cleared, compacted, its client killed. The
// tests build on one another.

interface Item {
  id: string;
  name: string;
  state: string;
  open: boolean;
  conversations: string[];
}

interface Shown extends Omit<Item, 'conversations'> {
  conversations: { id: string; status: string; how: string; parent?: string; endReason?: string }[];
  children: string[];
  history: { from: string; by: string; to: string; cause: string }[];
  tools: { name: string; calls: number; failed: number }[];
  files: { file: string; read: number; written: number }[];
  tasks: { what: string; endedAt?: number }[];
  variables: Record<string, string>;
}

let demo: ClientDemo;
let api: MessagesApi;
let sandbox: Sandbox;
/** The first conversation, and the session it belongs to. */
let first: string;
let work: string;

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

afterAll(() => demo.close());

async function json<T>(...args: string[]): Promise<T> {
  const run = await sandbox.cli(['session', ...args, '--json']);
  if (run.code !== 0) throw new Error(`session ${args.join(' ')} ended with ${run.code}: ${run.stderr}`);
  return JSON.parse(run.stdout) as T;
}

const items = async (): Promise<Item[]> => (await json<{ items: Item[] }>('list', '--all')).items;
const shown = (id: string): Promise<Shown> => json<Shown>('show', id);

function claude(prompt: string, turns: ScriptedTurn[], args: string[] = []): Promise<ClientResult> {
  return demo.talk(prompt, turns, { args: ['--allowedTools=Bash,Write,Edit,Read', ...args] });
}

const endWork = (session: string): number =>
  sandbox
    .read(`.git/claude-hooks/sessions/${session}.jsonl`)
    .split('\n')
    .filter((line) => line.includes('"type":"job-done"')).length;

test('a first prompt begins a session that is named by it, and paused when the client has gone', async () => {
  const file = `${sandbox.repo}/src/app.js`;
  const run = await claude('Make the search fast', [
    { tools: [{ name: 'Read', input: { file_path: file } }] },
    { tools: [{ name: 'Edit', input: { file_path: file, old_string: '41', new_string: '42' } }] },
    { tools: [{ name: 'Bash', input: { command: 'exit 3', description: 'fail' } }] },
    {
      tools: [
        {
          name: 'Bash',
          input: { command: 'sleep 0.2; echo late', description: 'x', run_in_background: true },
        },
      ],
    },
    { text: 'It is fast.' },
    { text: 'The task has ended.' },
  ]);
  first = run.session;
  const [one, ...others] = await items();
  expect(others).toEqual([]);
  expect(one).toMatchObject({
    name: 'Make the search fast',
    state: 'Paused',
    open: false,
    conversations: [first],
  });
  work = one?.id ?? '';
  const all = await shown(work);
  expect(all.history.map(({ from, by, to }) => `${from} ${by} ${to}`).slice(0, 2)).toEqual([
    'New start Active',
    'Active work Working',
  ]);
  expect(all.history.at(-1)).toMatchObject({ by: 'pause', to: 'Paused' });
  expect(all.tools).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ name: 'Read', calls: 1, failed: 0 }),
      expect.objectContaining({ name: 'Bash', calls: 2, failed: 1 }),
    ]),
  );
  expect(all.files).toEqual([{ file, read: 1, written: 1 }]);
  expect(all.tasks).toEqual([expect.objectContaining({ what: expect.stringContaining('echo late') })]);
  expect(all.tasks[0]?.endedAt).toBeTypeOf('number');
});

test('resumed and compacted it is the same session with the same conversation', async () => {
  await claude('go on', [{ text: 'Went on.' }], ['--resume', first]);
  await claude('/compact', [], ['--resume', first]);
  await claude('after it', [{ text: 'Still here.' }], ['--resume', first]);
  expect(await items()).toMatchObject([{ id: work, state: 'Paused', conversations: [first] }]);
  expect(endWork(first)).toBe(4);
});

test('a fork is another conversation of it, with its parent', async () => {
  const run = await claude('try another way', [{ text: 'Tried.' }], ['--resume', first, '--fork-session']);
  expect(run.session).not.toBe(first);
  expect(await items()).toMatchObject([{ id: work, state: 'Paused', conversations: [first, run.session] }]);
  const { conversations } = await shown(work);
  expect(conversations[1]).toMatchObject({ how: 'fork', parent: first, status: 'ended' });
  // Its client is not taken for one of the parent's that was killed.
  expect(conversations[0]).toMatchObject({ status: 'ended', endReason: 'other' });
  expect([endWork(first), endWork(run.session)]).toEqual([4, 1]);
});

test('what follows a clear belongs to it', async () => {
  api.script({ text: 'One.' }, { text: 'Two.' });
  const said = (text: string): string =>
    `${JSON.stringify({ type: 'user', message: { role: 'user', content: text } })}\n`;
  const run = await sandbox.run(
    clientBinary(),
    ['-p', '--resume', first, '--input-format', 'stream-json', '--output-format', 'stream-json', '--verbose'],
    { env: clientEnvironment(sandbox, api), input: said('first') + said('/clear') + said('second') },
  );
  expect(run.code).toBe(0);
  expect(await sandbox.settle(30_000)).toEqual([]);
  const { conversations, state } = await shown(work);
  expect(state).toBe('Paused');
  expect(conversations).toHaveLength(3);
  expect(conversations[2]).toMatchObject({ how: 'clear', parent: first, status: 'ended' });
  expect(conversations[0]).toMatchObject({ status: 'ended', endReason: 'clear' });
  expect(await items()).toHaveLength(1);
});

test('a client that its agent starts is a child, and moves it not', async () => {
  const nested = `cd '${sandbox.repo.replaceAll("'", "'\\''")}' && '${clientBinary()}' -p 'child prompt' --output-format json`;
  await claude(
    'ask another',
    [
      { tools: [{ name: 'Bash', input: { command: nested, description: 'nested' } }] },
      { text: 'The child answers.' },
      { text: 'Done.' },
    ],
    ['--resume', first],
  );
  expect(await items()).toHaveLength(1);
  const all = await shown(work);
  expect(all.children).toHaveLength(1);
  expect(all.conversations.map(({ id }) => id)).not.toContain(all.children[0]);
  expect(all.state).toBe('Paused');
});

test('a client that is killed leaves a session that is told of, and finished once', async () => {
  api.script({ text: 'Never said.', delayMs: 60_000 });
  const before = endWork(first);
  const child = spawn(clientBinary(), ['-p', 'long work', '--resume', first], {
    cwd: sandbox.repo,
    env: clientEnvironment(sandbox, api),
    stdio: 'ignore',
  });
  for (let wait = 0; wait < 200 && (await items())[0]?.state !== 'Working'; wait += 1)
    await new Promise((resolve) => setTimeout(resolve, 100));
  expect(await items()).toMatchObject([{ id: work, state: 'Working', open: true }]);
  child.kill('SIGKILL');
  await new Promise((resolve) => child.on('exit', resolve));
  expect(await items()).toMatchObject([{ id: work, state: 'Paused' }]);
  api.reset();
  api.script({ text: 'Back.' });
  const run = await sandbox.run(
    clientBinary(),
    [
      ...['-p', 'go on', '--resume', first, '--output-format', 'stream-json', '--verbose'],
      '--include-hook-events',
    ],
    { env: clientEnvironment(sandbox, api) },
  );
  expect(run.stdout).toContain('1 session ended without saying so');
  expect(await sandbox.settle(30_000)).toEqual([]);
  const all = await shown(work);
  expect(all.state).toBe('Paused');
  expect(all.history.filter(({ cause }) => cause.includes('without SessionEnd')).length).toBeGreaterThan(0);
  expect(endWork(first)).toBe(before + 2);
  expect(await items()).toHaveLength(1);
});

test('completed it is complete, and another prompt begins another session', async () => {
  await json('set', 'phase', 'review', '--session', work);
  expect((await shown(work)).variables).toEqual({ phase: 'review' });
  expect(await json('complete', work)).toMatchObject({ from: 'Paused', to: 'Complete' });
  await claude('Something else', [{ text: 'Well.' }]);
  expect(await items()).toMatchObject([
    { name: 'Something else', state: 'Paused' },
    { id: work, state: 'Complete' },
  ]);
  const resumed = await json<{ command: string }>('resume', work);
  expect(resumed.command).toContain('claude --resume ');
});
