import * as path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { statePaths } from '../../src/store/paths.ts';
import { isTemplateFinished, templateOf } from '../../src/store/template-progress.ts';
import type { ClientResult } from '../support/client.ts';
import { type ClientDemo, openClientDemo } from '../support/client-demo.ts';
import { allText, type MessagesApi, type ToolCall } from '../support/messages-api.ts';
import type { Sandbox } from '../support/sandbox.ts';

// A session that is started from a template by a prompt typed into the real client, whose agent keeps tasks (TaskCreate,
// TaskUpdate). The tests build on one another.

let demo: ClientDemo;
let api: MessagesApi;
let sandbox: Sandbox;
let session: string | undefined;
/** Tasks the agent has created so far. */
let tasks = 0;

beforeAll(async () => {
  demo = await openClientDemo({
    files: { '.claude/templates/small.md': '## One\n- [ ] Do {{Feature}}\n## Two\n- [ ] End it\n' },
    config: { checkpoints: { loop: false, onStop: false } },
    install: ['--scope', 'project'],
  });
  ({ api, sandbox } = demo);
});

afterAll(async () => {
  expect(await demo.close()).toEqual([]);
});

async function ask(
  prompt: string,
  done: readonly string[] = [],
  more: readonly string[] = [],
): Promise<ClientResult> {
  api.reset();
  const first = tasks + 1;
  tasks += done.length;
  const turns: ToolCall[][] = [
    done.map((subject) => ({ name: 'TaskCreate', input: { subject, description: subject } })),
    done.map((_, at) => ({ name: 'TaskUpdate', input: { taskId: String(first + at), status: 'completed' } })),
  ];
  const scripted = turns.filter((tools) => tools.length > 0).map((tools) => ({ tools }));
  const run = await demo.talk(prompt, [...scripted, { text: 'Done.' }], {
    args: session === undefined ? [] : ['--resume', session, ...more],
    ends: { code: 0, result: { is_error: false, result: 'Done.' } },
    settleMs: 60_000,
  });
  session = run.session;
  return run;
}

/** What the model was sent first. */
const sent = (): string => allText(api.main()[0]);
const state = (): ReturnType<typeof statePaths> => statePaths(path.join(sandbox.repo, '.git/claude-hooks'));
const ticked = (): string[] => {
  const run = templateOf(state(), session ?? '');
  return (run?.steps ?? [])
    .filter(({ done }) => done)
    .map((one) => `${run?.phases[one.phase]?.steps[one.step]?.text} (${one.by})`);
};

test('"Start session from template" gives the model the first phase, and tasks it completes tick its boxes', async () => {
  await ask('Start session from template: Feature Development\nFeature: User notifications', [
    'Create the branch',
    'Install dependencies',
  ]);
  expect(sent()).toContain('# Feature Development (phase 1 of 4)');
  expect(sent()).toContain('- Feature: User notifications');
  expect(sent()).toContain('- [ ] Plan the architecture');
  expect(sent()).not.toContain('Implement core logic');
  expect(ticked()).toEqual(['Create the branch (todo)', 'Install dependencies (todo)']);
});

test('the session resumed is given the phase with its boxes as they are, and the next one when that is done', async () => {
  await ask('go on', ['Review the requirements', 'Plan the architecture']);
  expect(sent()).toContain('- [x] Install dependencies');
  expect(sent()).toContain('- [ ] Plan the architecture');
  await ask('go on', ['Implement core logic', 'Write tests', 'Write documentation', 'Test locally']);
  expect(sent()).toContain('# Feature Development (phase 2 of 4)');
  expect(ticked()).toHaveLength(8);
});

test('with the last step done, closing the session is offered', async () => {
  await ask('go on', [
    'Self-review of the whole change',
    'Fix what the review found',
    'Open a pull request',
    'Address review comments',
    'Merge',
    'Deploy to staging',
    'Verify on staging',
  ]);
  expect(isTemplateFinished(state(), session ?? '')).toBe(false);
  await ask('go on', ['Update docs']);
  expect(isTemplateFinished(state(), session ?? '')).toBe(true);
  await ask('anything left?');
  expect(sent()).toContain('claude-hooks session complete');
});

test("a template of the project that the command line starts is the next session's", async () => {
  const run = await sandbox.cli(['template', 'start', 'small', '--var', 'Feature=the login']);
  expect(run).toMatchObject({ code: 0 });
  session = undefined;
  tasks = 0;
  await ask('hello', ['Do the login']);
  expect(sent()).toContain('- [ ] Do the login');
  expect(ticked()).toEqual(['Do the login (todo)']);
});

test('a fork works by the template of the conversation it was forked from, and ticks its boxes', async () => {
  const parent = session;
  // Its client begins to count anew.
  tasks = 0;
  await ask('try another way', ['End it'], ['--fork-session']);
  expect(session).not.toBe(parent);
  expect(sent()).toContain('- [ ] End it');
  expect(ticked()).toEqual(['Do the login (todo)', 'End it (todo)']);
  expect(isTemplateFinished(state(), parent ?? '')).toBe(true);
});
