import * as fs from 'node:fs';
import * as path from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type ClientResult, clientBinary, clientEnvironment } from '../support/client.ts';
import { type ClientDemo, openClientDemo } from '../support/client-demo.ts';
import {
  allText,
  type MessagesApi,
  messageText,
  missingIn,
  type ScriptedTurn,
} from '../support/messages-api.ts';
import type { Sandbox } from '../support/sandbox.ts';

// What one session decided, changed and left open reaches the next one, and comes back after a compaction, with the real
// client. The tests build on one another.

let demo: ClientDemo;
let api: MessagesApi;
let sandbox: Sandbox;
let session: string;

beforeAll(async () => {
  demo = await openClientDemo({
    files: { 'src/app.js': 'export const answer = 41;\n' },
    config: { checkpoints: { loop: false } },
    install: ['--scope', 'project'],
  });
  ({ api, sandbox } = demo);
});
beforeEach(() => api.reset());
afterAll(() => demo.close());

function claude(prompt: string, turns: ScriptedTurn[], args: string[] = []): Promise<ClientResult> {
  const allowed = '--allowedTools=Bash,Write,Edit,Read,TaskCreate,TaskUpdate';
  return demo.talk(prompt, turns, { args: [allowed, ...args] });
}

/** Each cited line of the transcript says what is cited. */
function expectCited(context: string, pattern: RegExp, words: string): void {
  const line = Number(pattern.exec(context)?.[1]);
  const [, transcript = ''] = /Numbers in parentheses are lines[^/\n]*(\/.*\.jsonl)/.exec(context) ?? [];
  expect(fs.readFileSync(transcript, 'utf8').split('\n')[line - 1]).toContain(words);
}

test('a decision, an edit and a todo of one session are in the first request of the next, cited', async () => {
  const file = path.join(sandbox.repo, 'src/app.js');
  const run = await claude('Make the answer right', [
    { tools: [{ name: 'Read', input: { file_path: file } }] },
    { tools: [{ name: 'Edit', input: { file_path: file, old_string: '41', new_string: '42' } }] },
    {
      tools: [
        {
          name: 'TaskCreate',
          input: { subject: 'Document the answer', description: 'in the README', activeForm: 'Documenting' },
        },
      ],
    },
    { text: 'Done. We decided to use 42 everywhere.' },
  ]);
  session = run.session;
  const next = await claude('hello', [{ text: 'Hello.' }]);
  const first = allText(next.requests.find(({ kind }) => kind === 'main'));
  expect(
    missingIn(first, 'We decided to use 42 everywhere.', 'Modified src/app.js', 'Document the answer'),
  ).toEqual([]);
  expectCited(first, /We decided to use 42 everywhere\. \((\d+)\)/, 'We decided to use 42 everywhere.');
  expectCited(first, /Modified src\/app\.js \((\d+)\)/, 'src/app.js');
  expectCited(first, /Document the answer \((\d+)\)/, 'Document the answer');
});

test('after a compaction the state is there again', async () => {
  await claude('/compact', [], ['--resume', session]);
  await claude('go on', [{ text: 'Going on.' }], ['--resume', session]);
  const text = messageText(api.main()[0]);
  expect(text).toContain('SCRIPTED-COMPACT-SUMMARY');
  const state = text.slice(text.indexOf('What was saved before the conversation was compacted'));
  expect(
    missingIn(
      state,
      'Goal: Make the answer right',
      'Decision: We decided to use 42 everywhere.',
      'Todo: Document the answer',
      'File in work: src/app.js',
    ),
  ).toEqual([]);
});

test('a checkpoint named in a prompt comes into the turn', async () => {
  expect(
    (await sandbox.cli(['checkpoint', 'save', 'the answer is 42', '--note', 'README-IS-NEXT'])).code,
  ).toBe(0);
  await claude('Resume from checkpoint: the answer is 42', [{ text: 'Read it.' }]);
  expect(
    missingIn(messageText(api.main()[0]), 'Session Checkpoint: the answer is 42', 'README-IS-NEXT'),
  ).toEqual([]);
});

test('the prose of a summary is written by the client from the extract, and costs no hook', async () => {
  const prose = {
    done: ['The answer was made right.'],
    decisions: ['42 is used everywhere.'],
    issues: [],
    state: ['The README is next.'],
    todos: ['Document the answer'],
  };
  const before = sandbox.list('.git/claude-hooks/sessions');
  api.script({ tools: [{ name: 'StructuredOutput', input: prose }] }, { text: 'done' });
  const bin = path.join(sandbox.root, 'client-bin');
  fs.mkdirSync(bin);
  fs.symlinkSync(clientBinary(), path.join(bin, 'claude'));
  const env = { ...clientEnvironment(sandbox, api), PATH: `${bin}:${sandbox.env.PATH}` };
  const run = await sandbox.cli(
    ['context', 'summarize', '--session', session, '--with', 'claude', '--json'],
    { env },
  );
  expect(run.stderr).toBe('');
  const [told] = (JSON.parse(run.stdout) as { sessions: { writtenBy: string; text: string }[] }).sessions;
  expect(told).toMatchObject({
    writtenBy: 'claude',
    text: expect.stringContaining('- 42 is used everywhere.'),
  });
  const asked = allText(api.requests.find(({ raw }) => raw.includes('<extract>')));
  expect(asked).toContain('We decided to use 42 everywhere.');
  await sandbox.settle(30_000);
  expect(sandbox.list('.git/claude-hooks/sessions')).toEqual(before);
});
