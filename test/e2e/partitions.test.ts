import * as path from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type ClientResult, runClient } from '../support/client.ts';
import { type MessagesApi, type ScriptedTurn, startMessagesApi } from '../support/messages-api.ts';
import { installTarball } from '../support/pack.ts';
import { makeSandbox, type Sandbox } from '../support/sandbox.ts';

// Edits outside the partition in work, with the real client: what it lets through, and what the model is told.

let api: MessagesApi;
let sandbox: Sandbox;

beforeAll(async () => {
  api = await startMessagesApi();
  sandbox = makeSandbox();
  sandbox.write('src/ui/a.ts', 'export const a = 1;\n');
  sandbox.write('src/server/b.ts', 'export const b = 1;\n');
  sandbox.write('.claude/partitions/frontend.md', 'PARTITION-FILE-MARKER\n');
  configure('block');
  installTarball(sandbox);
  sandbox.git('add', '-A');
  sandbox.git('commit', '-q', '-m', 'Set up the demo');
  expect(await sandbox.cli(['install', '--scope', 'project', '--yes'])).toMatchObject({ code: 0 });
  expect(await sandbox.cli(['context', 'partition', 'use', 'frontend'])).toMatchObject({ code: 0 });
});
beforeEach(() => api.reset());
afterAll(async () => {
  expect(sandbox.cleanup()).toEqual([]);
  await api.close();
});

function configure(outside: string): void {
  const partitions = [
    { name: 'Frontend', globs: ['src/ui/**'], outside },
    { name: 'Backend', globs: ['src/server/**'] },
  ];
  sandbox.write('.claude-sessionrc.json', JSON.stringify({ partitions, checkpoints: { loop: false } }));
}

const write = (file: string, content: string): ScriptedTurn => ({
  tools: [{ name: 'Write', input: { file_path: path.join(sandbox.repo, file), content } }],
});

async function agent(...turns: ScriptedTurn[]): Promise<ClientResult> {
  api.script(...turns, { text: 'Done.' });
  const run = await runClient({
    sandbox,
    api,
    prompt: 'go',
    args: ['--allowedTools=Write,Edit,Bash,Agent', '--permission-mode=acceptEdits'],
  });
  expect(run).toMatchObject({ code: 0, result: { is_error: false, result: 'Done.' } });
  expect(await sandbox.settle(30_000)).toEqual([]);
  expect([api.remaining(), api.unscripted, api.strays]).toEqual([0, 0, []]);
  return run;
}

const told = (run: ClientResult): string => JSON.stringify(run.requests.map(({ body }) => body));

test('with block an edit outside is refused, the reason reaches the model, and inside it goes through', async () => {
  configure('block');
  const run = await agent(write('src/server/new.ts', 'x\n'), write('src/ui/new.ts', 'x\n'));
  expect([sandbox.exists('src/server/new.ts'), sandbox.exists('src/ui/new.ts')]).toEqual([false, true]);
  const text = told(run);
  expect(text).toContain('src/server/new.ts lies outside the partition in work, Frontend');
  expect(text).toContain(`claude-hooks context partition use Backend --session ${run.session}`);
  expect(text).not.toContain('src/ui/new.ts lies outside');
  // From the start it knew which part it is about.
  expect(JSON.stringify(run.requests[0]?.body)).toContain('Working on partition: Frontend');
  expect(JSON.stringify(run.requests[0]?.body)).toContain('PARTITION-FILE-MARKER');
});

test('with note it goes through and the note reaches the model', async () => {
  configure('note');
  const run = await agent(write('src/server/noted.ts', 'x\n'));
  expect(sandbox.exists('src/server/noted.ts')).toBe(true);
  expect(told(run)).toContain('src/server/noted.ts lies outside the partition in work, Frontend');
});

test('an edit of a sub-agent is refused as well', async () => {
  configure('block');
  api.scriptSubagent(write('src/server/sub.ts', 'x\n'), { text: 'Refused.' });
  const call = { description: 'd', prompt: 'Write it', subagent_type: 'general-purpose' };
  const run = await agent({ tools: [{ name: 'Agent', input: call }] });
  expect(sandbox.exists('src/server/sub.ts')).toBe(false);
  expect(told(run)).toContain('src/server/sub.ts lies outside the partition in work');
});

test('the agent that is told to changes the partition of its session, and only of that', async () => {
  configure('block');
  const use = 'node_modules/.bin/claude-hooks context partition use backend';
  await agent(
    { tools: [{ name: 'Bash', input: { command: use, description: 'x' } }] },
    write('src/server/after.ts', 'x\n'),
  );
  expect(sandbox.exists('src/server/after.ts')).toBe(true);
  await agent(write('src/server/next.ts', 'x\n'));
  expect(sandbox.exists('src/server/next.ts')).toBe(false);
});
