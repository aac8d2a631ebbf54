import { spawn } from 'node:child_process';
import * as path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recordOf } from '../../src/flows/records.ts';
import { foldConversation } from '../../src/sessions/conversation.ts';
import { parseEvent } from '../../src/sessions/event.ts';
import { isReportable } from '../../src/sessions/failure-rules.ts';
import { installedCommands } from '../support/installed.ts';
import { capturedPayloads, payloadLine } from '../support/payloads.ts';
import { makeSandbox, PROJECT_ROOT, type Sandbox } from '../support/sandbox.ts';

let sandbox: Sandbox;
let commands: Map<string, string[]>;

beforeAll(async () => {
  sandbox = makeSandbox();
  sandbox.write(
    '.claude-sessionrc.json',
    '{ "checkpoints": { "loop": false }, "notify": { "slack": { "enabled": false } } }',
  );
  await sandbox.cli(['install', '--scope', 'local', '--git-hooks', 'none', '--yes']);
  commands = installedCommands(sandbox, '.claude/settings.local.json');
});

afterAll(() => void sandbox.cleanup());

function run(
  file: string,
  args: string[],
  input: string | Buffer,
): Promise<{ code: number | null; stderr: string }> {
  return new Promise((resolve) => {
    const child = spawn(file, args, {
      cwd: sandbox.repo,
      env: { ...sandbox.env, CLAUDE_PROJECT_DIR: sandbox.repo, CLAUDE_CODE_SESSION_ID: 'payloads' },
      stdio: ['pipe', 'ignore', 'pipe'],
    });
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString('utf8');
    });
    child.stdin.on('error', () => {});
    child.stdin.end(input);
    child.on('close', (code) => resolve({ code, stderr }));
  });
}

describe('captured payloads', () => {
  it('pass through the installed hooks of their event, silently', async () => {
    const wanted = capturedPayloads().filter(({ event }) => commands.has(event));
    expect(new Set(wanted.map(({ event }) => event)).size).toBe(commands.size);
    for (const { name, event } of wanted) {
      const result = await run(
        '/bin/sh',
        ['-c', commands.get(event)?.[0] ?? ''],
        payloadLine(name, { cwd: sandbox.repo, session_id: 'payloads' }),
      );
      expect({ name, ...result }).toEqual({ name, code: 0, stderr: '' });
    }
  });

  it('of every other event harm none of them', async () => {
    const others = capturedPayloads().filter(({ event }) => !commands.has(event));
    expect(others.length).toBeGreaterThan(20);
    const all = [...commands.values()].flat();
    for (const [index, { name }] of others.entries()) {
      const result = await run(
        '/bin/sh',
        ['-c', all[index % all.length] ?? ''],
        payloadLine(name, { session_id: 'payloads' }),
      );
      expect({ name, code: result.code }).toEqual({ name, code: 0 });
    }
  });
});

const HOSTILE: [string, string | Buffer][] = [
  ['nothing', ''],
  ['a newline', '\n'],
  ['no JSON', 'hello\n'],
  ['half a document', '{"session_id":"x","hook_event'],
  ['a list', '[1,2]\n'],
  [
    'wrong types',
    '{"session_id":5,"cwd":[],"hook_event_name":{},"tool_input":"x","prompt":7,"transcript_path":false}\n',
  ],
  ['invalid UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d, 0x0a])],
  ['a byte order mark', '\uFEFF{"session_id":"bom","hook_event_name":"Stop"}\n'],
  ['deep nesting', `${'['.repeat(20_000)}${']'.repeat(20_000)}\n`],
  [
    'a prototype',
    '{"__proto__":{"a":1},"constructor":1,"session_id":"__proto__","hook_event_name":"constructor"}\n',
  ],
  ['a path as session', '{"session_id":"../../../../tmp/x","hook_event_name":"SessionEnd"}\n'],
  ['an unknown event', '{"session_id":"u","hook_event_name":"FromTheFuture"}\n'],
  ['20 MB', `{"hook_event_name":"UserPromptSubmit","prompt":"${'x'.repeat(20_000_000)}"}\n`],
];

describe.each(HOSTILE)('on standard input: %s', (_name, input) => {
  it('every hook exits 0 with at most one line, which names the cure', async () => {
    const hooks = ['session-start', 'checkpoint', 'on-error', 'post-session'].map((name) =>
      path.join(PROJECT_ROOT, 'dist/hooks', `${name}.cjs`),
    );
    const results = [
      ...(await Promise.all(
        ['UserPromptSubmit', 'Stop', 'SessionEnd'].map((event) =>
          run('/bin/sh', ['-c', commands.get(event)?.[0] ?? ''], input),
        ),
      )),
      ...(await Promise.all(hooks.map((hook) => run(process.execPath, [hook], input)))),
    ];
    for (const { code, stderr } of results) {
      expect(code).toBe(0);
      expect(stderr.split('\n').filter((line) => line !== '').length).toBeLessThanOrEqual(1);
    }
  });
});

describe('10,000 generated payloads', () => {
  const value = fc.oneof(
    fc.string(),
    fc.string({ unit: 'binary' }),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(fc.string()),
    fc.dictionary(fc.string(), fc.string()),
  );
  const keys = [
    'session_id',
    'cwd',
    'transcript_path',
    'hook_event_name',
    'source',
    'reason',
    'prompt',
    'error',
    'tool_name',
    'tool_input',
    'is_interrupt',
    'agent_id',
    'git_hook',
    'args',
    'last_assistant_message',
  ];
  const names = [
    'SessionStart',
    'UserPromptSubmit',
    'Stop',
    'PreCompact',
    'StopFailure',
    'PostToolUseFailure',
    'SessionEnd',
    'git',
    'CheckFailed',
  ];
  const payload = fc.record(
    Object.fromEntries(
      keys.map((key) => [
        key,
        key === 'hook_event_name' ? fc.oneof(fc.constantFrom(...names), value) : value,
      ]),
    ),
    { requiredKeys: [] },
  );

  it('are read, judged, recorded and folded without a crash', () => {
    fc.assert(
      fc.property(payload, fc.nat(), (fields, time) => {
        const event = parseEvent(Buffer.from(JSON.stringify(fields)));
        expect(event).toBeDefined();
        if (event === undefined) return;
        const record = recordOf(event, { id: 'e', file: '', bell: 'stop', time, recovered: false });
        expect(JSON.stringify(record).length).toBeLessThan(200_000);
        foldConversation('s', [record]);
        isReportable(
          {
            tool: event.tool?.name ?? '',
            error: event.error ?? '',
            command: undefined,
            interrupted: event.interrupted,
            before: 0,
          },
          'unexpected',
          [],
        );
      }),
      { numRuns: 10_000 },
    );
  });
});
