import * as path from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { ClientResult } from '../support/client.ts';
import { bash, type ClientDemo, openClientDemo } from '../support/client-demo.ts';
import type { MessagesApi, ScriptedTurn } from '../support/messages-api.ts';
import type { Sandbox } from '../support/sandbox.ts';

// Edits outside the partition in work, with the real client: what it lets through, and what the model is told.

let demo: ClientDemo;
let api: MessagesApi;
let sandbox: Sandbox;

beforeAll(async () => {
  demo = await openClientDemo({
    files: {
      'src/ui/a.ts': 'export const a = 1;\n',
      'src/server/b.ts': 'export const b = 1;\n',
      '.claude/partitions/frontend.md': 'PARTITION-FILE-MARKER\n',
    },
    config: configOf('block'),
    install: ['--scope', 'project'],
  });
  ({ api, sandbox } = demo);
  expect(await sandbox.cli(['context', 'partition', 'use', 'frontend'])).toMatchObject({ code: 0 });
});
beforeEach(() => api.reset());
afterAll(async () => {
  expect(await demo.close()).toEqual([]);
});

function configOf(outside: string): object {
  const partitions = [
    { name: 'Frontend', globs: ['src/ui/**'], outside },
    { name: 'Backend', globs: ['src/server/**'] },
  ];
  return { partitions, checkpoints: { loop: false } };
}

function configure(outside: string): void {
  sandbox.write('.claude-sessionrc.json', JSON.stringify(configOf(outside)));
}

const write = (file: string, content: string): ScriptedTurn => ({
  tools: [{ name: 'Write', input: { file_path: path.join(sandbox.repo, file), content } }],
});

function agent(...turns: ScriptedTurn[]): Promise<ClientResult> {
  return demo.talk('go', [...turns, { text: 'Done.' }], {
    args: ['--allowedTools=Write,Edit,Bash,Agent', '--permission-mode=acceptEdits'],
    ends: { code: 0, result: { is_error: false, result: 'Done.' } },
  });
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
  await agent(bash(use), write('src/server/after.ts', 'x\n'));
  expect(sandbox.exists('src/server/after.ts')).toBe(true);
  await agent(write('src/server/next.ts', 'x\n'));
  expect(sandbox.exists('src/server/next.ts')).toBe(false);
});
