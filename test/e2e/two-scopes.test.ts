import * as path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readRecords } from '../../src/store/journal.ts';
import { runClient } from '../support/client.ts';
import { type FakeSlack, startFakeSlack } from '../support/fake-slack.ts';
import { allText, type MessagesApi, startMessagesApi } from '../support/messages-api.ts';
import { installTarball } from '../support/pack.ts';
import { makeSandbox, type Sandbox } from '../support/sandbox.ts';

// Installed for the project, for oneself and for all projects at once: every event is still handled once.

let api: MessagesApi;
let slack: FakeSlack;
let sandbox: Sandbox;

beforeAll(async () => {
  api = await startMessagesApi();
  slack = await startFakeSlack();
  sandbox = makeSandbox();
  installTarball(sandbox);
  for (const scope of ['user', 'project', 'local']) {
    expect(await sandbox.cli(['install', '--scope', scope, '--yes'])).toMatchObject({ code: 0 });
  }
});

afterAll(async () => {
  sandbox.cleanup();
  await api.close();
  await slack.close();
});

test('one context, one record of each event, one summary, one error, one message', async () => {
  api.script(
    { tools: [{ name: 'Bash', input: { command: 'no-such-program-at-all', description: 'run it' } }] },
    { text: 'Done.' },
  );
  const run = await runClient({ sandbox, api, prompt: 'go', args: ['--allowedTools=Bash'], env: slack.env });
  expect(run.code).toBe(0);
  expect(await sandbox.settle(30_000)).toEqual([]);
  expect(allText(api.main()[0]).split('README-MARKER').length).toBe(2);
  const journal = path.join(sandbox.repo, '.git/claude-hooks/sessions', `${run.session}.jsonl`);
  const types = readRecords(journal).records.map(({ type }) => type);
  for (const type of ['start', 'prompt', 'tool-failure', 'stop', 'end', 'job-done'])
    expect([type, types.filter((name) => name === type).length]).toEqual([type, 1]);
  expect(sandbox.list('.claude/sessions')).toHaveLength(1);
  expect(sandbox.list('.claude/errors')).toHaveLength(1);
  expect(slack.requests).toHaveLength(1);
});

test('uninstalled in one scope, the others go on', async () => {
  expect(await sandbox.cli(['uninstall', '--scope', 'user', '--yes'])).toMatchObject({ code: 0 });
  api.reset();
  api.script({ text: 'Done.' });
  const run = await runClient({ sandbox, api, prompt: 'again', env: slack.env });
  expect(await sandbox.settle(30_000)).toEqual([]);
  expect(allText(api.main()[0]).split('README-MARKER').length).toBe(2);
  const journal = path.join(sandbox.repo, '.git/claude-hooks/sessions', `${run.session}.jsonl`);
  expect(readRecords(journal).records.filter(({ type }) => type === 'end')).toHaveLength(1);
});
