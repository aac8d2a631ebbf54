import * as fs from 'node:fs';
import * as path from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { readRecords } from '../../src/store/journal.ts';
import type { ClientResult } from '../support/client.ts';
import { type ClientDemo, openClientDemo, watchNode } from '../support/client-demo.ts';
import { allText, type MessagesApi } from '../support/messages-api.ts';
import type { Sandbox } from '../support/sandbox.ts';

// Prompts that are understood, typed into the real client. The tests build on one another. A `node` in front of the real
// one on PATH writes down each start.

let demo: ClientDemo;
let api: MessagesApi;
let sandbox: Sandbox;
let session: string;
/** The environment in which starts of Node are written down. */
let env: { PATH: string };

beforeAll(async () => {
  demo = await openClientDemo({
    files: {
      'src/app.js': 'export const answer = 42;\n',
      'docs/notes.md': '# Notes\n\nNOTES-MARKER: remember the milk.\n',
    },
    config: { checkpoints: { loop: false, onStop: false } },
    install: ['--scope', 'project'],
  });
  ({ api, sandbox } = demo);
  env = watchNode(sandbox);
});

beforeEach(() => {
  api.reset();
  fs.rmSync(path.join(sandbox.home, 'node-starts'), { force: true });
});

afterAll(async () => {
  expect(await demo.close()).toEqual([]);
});

function ask(prompt: string, args: readonly string[] = []): Promise<ClientResult> {
  const ends = { code: 0, result: { is_error: false, result: 'Done.' } };
  return demo.talk(prompt, [{ text: 'Done.' }], { args, env, ends });
}

/** What the model was sent for the turn. */
const sent = (): string => allText(api.main().at(-1));
const checkpoints = (): string[] =>
  sandbox
    .git('for-each-ref', '--format=%(refname:lstrip=3)', 'refs/claude-hooks/checkpoints')
    .split('\n')
    .slice(0, -1);
const promptHooks = (): number =>
  sandbox
    .read(path.join(sandbox.home, 'node-starts'))
    .split('\n')
    .filter((script) => script.endsWith('/hooks/prompt.cjs')).length;

test('"Save checkpoint" typed as a prompt makes one before the model is asked, and says so', async () => {
  sandbox.write('src/app.js', 'export const answer = 43; // in the checkpoint\n');
  const run = await ask('Save checkpoint: before lunch.\nThen say that you are done.');
  session = run.session;
  const [id = ''] = checkpoints().filter((name) => name.startsWith('before-lunch-'));
  expect(id).not.toBe('');
  expect(sandbox.git('show', `refs/claude-hooks/checkpoints/${id}:src/app.js`)).toContain(
    'in the checkpoint',
  );
  expect(sent()).toContain(`saved as ${id} before this turn`);
  const { records } = readRecords(path.join(sandbox.repo, '.git/claude-hooks/sessions', `${session}.jsonl`));
  expect(records.filter(({ type }) => type === 'prompt')).toHaveLength(1);
  expect(promptHooks()).toBe(1);
});

test('"Resume from checkpoint" puts its document, and what has changed since, into the turn', async () => {
  sandbox.write('src/app.js', 'export const answer = 44;\n');
  await ask('Resume from checkpoint: before lunch\nLoad context: docs/notes.md');
  expect(sent()).toContain('# Session Checkpoint: before lunch');
  expect(sent()).toContain('\nM src/app.js');
  expect(sent()).toContain('claude-hooks checkpoint restore before-lunch-');
  expect(sent()).toContain('NOTES-MARKER');
  expect(sandbox.read('src/app.js')).toContain('44');
});

test('an unknown checkpoint does not keep the prompt from going on', async () => {
  await ask('Resume from checkpoint: after dinner');
  expect(sent()).toContain('There is no checkpoint');
  expect(sent()).toContain('before-lunch-');
});

test('the last hours of a resumed session are summarized, and any other prompt starts no Node', async () => {
  await ask('Summarize the last 2 hours of work', ['--resume', session]);
  expect(sent()).toContain('Asked: Save checkpoint: before lunch.');
  fs.rmSync(path.join(sandbox.home, 'node-starts'));
  await ask('go on', ['--resume', session]);
  expect(promptHooks()).toBe(0);
});

test('switched off, the sentence is a prompt like any other', async () => {
  sandbox.write(
    '.claude-sessionrc.json',
    '{ "checkpoints": { "loop": false, "onStop": false }, "prompts": { "enabled": false } }\n',
  );
  const before = checkpoints().filter((name) => name.startsWith('never'));
  await ask('Save checkpoint: never');
  expect(checkpoints().filter((name) => name.startsWith('never'))).toEqual(before);
  expect(promptHooks()).toBe(0);
});
