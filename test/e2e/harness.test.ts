import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { runClient } from '../support/client.ts';
import { allText, type MessagesApi, messageText, startMessagesApi } from '../support/messages-api.ts';
import { makeSandbox, type Sandbox } from '../support/sandbox.ts';

// What every other end-to-end test rests on: the real client, driven by hand-written hooks, does with the double of
// the API what it does with the real one.

let api: MessagesApi;
let sandbox: Sandbox;

beforeAll(async () => {
  api = await startMessagesApi();
  sandbox = makeSandbox();
  const log = (event: string): object => ({
    hooks: [{ type: 'command', command: `cat >> "$HOME/events-${event}.jsonl"` }],
  });
  sandbox.write(
    '.claude/settings.json',
    JSON.stringify({
      hooks: {
        SessionStart: [
          { hooks: [{ type: 'command', command: 'cat >/dev/null; echo "START-MARK $(date +%s%N)"' }] },
        ],
        Stop: [log('Stop')],
        StopFailure: [log('StopFailure')],
        PostToolUseFailure: [log('PostToolUseFailure')],
        PreCompact: [log('PreCompact')],
        SessionEnd: [log('SessionEnd')],
      },
    }),
  );
});

beforeEach(() => api.reset());

afterAll(async () => {
  expect(sandbox.cleanup()).toEqual([]);
  await api.close();
});

const events = (name: string): Record<string, unknown>[] =>
  (sandbox.exists(`${sandbox.home}/events-${name}.jsonl`)
    ? sandbox.read(`${sandbox.home}/events-${name}.jsonl`)
    : ''
  )
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

test('what a SessionStart hook prints is in the first request, and tools really run', async () => {
  api.script(
    {
      tools: [
        { name: 'Write', input: { file_path: `${sandbox.repo}/made.txt`, content: 'made by a tool\n' } },
      ],
    },
    {
      tools: [
        { name: 'Bash', input: { command: 'echo from-bash', description: 'say it' } },
        { name: 'Bash', input: { command: 'exit 3', description: 'fail' } },
      ],
    },
    { text: 'All done.' },
  );
  const run = await runClient({
    sandbox,
    api,
    prompt: 'PROMPT-MARK go',
    args: ['--allowedTools=Bash,Write'],
  });
  expect(run).toMatchObject({ code: 0, result: { is_error: false, result: 'All done.' } });
  const [first, second, third] = api.main();
  expect(allText(first)).toContain('START-MARK');
  expect(messageText(first)).toContain('PROMPT-MARK');
  expect(messageText(second)).toContain('made.txt');
  expect(messageText(third)).toContain('from-bash');
  expect(sandbox.read('made.txt')).toBe('made by a tool\n');
  expect(events('PostToolUseFailure')).toMatchObject([{ tool_name: 'Bash', error: 'Exit code 3' }]);
  expect(events('SessionEnd')).toMatchObject([{ session_id: run.session, reason: 'other' }]);
  expect([api.remaining(), api.unscripted, api.strays]).toEqual([0, 0, []]);
});

test('an API error ends the turn in StopFailure, at once', async () => {
  api.script({ error: { status: 529, message: 'OVER-MARK' } });
  const run = await runClient({ sandbox, api, prompt: 'go' });
  expect(run.code).toBe(1);
  expect(run.result).toMatchObject({ is_error: true });
  await sandbox.settle();
  expect(events('StopFailure')).toMatchObject([{ session_id: run.session, error: 'server_error' }]);
  expect(api.main()).toHaveLength(1);
});

test('/compact and --resume keep the session and start it again', async () => {
  api.script({ text: 'First answer.' });
  const first = await runClient({ sandbox, api, prompt: 'REMEMBER-MARK' });
  // The client does not compact a conversation of one answer.
  api.script({ text: 'More.' }, { text: 'Even more.' });
  for (const prompt of ['more', 'even more'])
    await runClient({ sandbox, api, prompt, args: ['--resume', first.session] });
  const compact = await runClient({ sandbox, api, prompt: '/compact', args: ['--resume', first.session] });
  expect(compact.requests.map((request) => request.kind)).toContain('compact');
  expect(events('PreCompact')).toMatchObject([{ session_id: first.session, trigger: 'manual' }]);
  api.script({ text: 'Second answer.' });
  const resumed = await runClient({ sandbox, api, prompt: 'go on', args: ['--resume', first.session] });
  expect(resumed.session).toBe(first.session);
  const text = messageText(resumed.requests.find((request) => request.kind === 'main'));
  expect(text).toContain('SCRIPTED-COMPACT-SUMMARY');
  expect(text).toContain('START-MARK');
  expect(text).not.toContain('First answer.');
});
