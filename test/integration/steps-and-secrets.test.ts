import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { runCommand } from '../../src/platform/process.ts';
import { ringInstalled } from '../support/installed.ts';
import { makeSandbox, type Sandbox } from '../support/sandbox.ts';

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = makeSandbox();
});
afterEach(() => void sandbox.cleanup());

const install = (): Promise<unknown> =>
  sandbox.cli(['install', '--scope', 'local', '--git-hooks', 'none', '--yes']);

it('a command that does not read its input is no failure', async () => {
  const input = 'x'.repeat(300_000);
  for (let round = 0; round < 20; round += 1) {
    expect(await runCommand('true', { cwd: sandbox.repo, timeoutMs: 5_000, input })).toMatchObject({
      ok: true,
      code: 0,
    });
  }
});

it('steps that ignore the event do not cost the session its context', async () => {
  sandbox.write(
    '.claude-sessionrc.json',
    JSON.stringify({
      checkpoints: { loop: false },
      hooks: {
        'session-start': { steps: [{ name: 'a', run: 'true' }] },
        'pre-session': { steps: [{ name: 'b', run: 'exit 0' }] },
      },
    }),
  );
  await install();
  for (let round = 0; round < 8; round += 1) {
    const result = await ringInstalled(sandbox, {
      event: 'SessionStart',
      session: `s${round}`,
      fields: { source: 'startup' },
    });
    expect(result).toMatchObject({ code: 0, stderr: '' });
    expect(result.stdout).toContain('additionalContext');
  }
});

it('a secret that lies across a cut is in no file', async () => {
  const secret = 'Plum-Trellis-Quartz-Violin';
  sandbox.env.MY_API_SECRET = secret;
  await install();
  const transcript = path.join(sandbox.home, 't.jsonl');
  const at = (limit: number): string =>
    `${'word '.repeat(400).slice(0, limit - 12)}${secret} and more ${'tail '.repeat(300)}`;
  const call = (id: string, command: string): object[] => [
    { type: 'assistant', message: { content: [{ type: 'tool_use', id, name: 'Bash', input: { command } }] } },
    {
      type: 'user',
      message: { content: [{ type: 'tool_result', tool_use_id: id, is_error: true, content: at(300) }] },
    },
  ];
  const lines = [
    ...[200, 299, 300, 500].map((limit) => ({ type: 'user', message: { content: at(limit) } })),
    { type: 'assistant', message: { content: [{ type: 'text', text: at(299) }] } },
    ...call('a', at(200)),
    ...call('b', at(300)),
  ];
  writeFileSync(transcript, lines.map((line) => JSON.stringify(line)).join('\n'));
  const fields = { transcript_path: transcript };
  await ringInstalled(sandbox, {
    event: 'SessionStart',
    session: 's',
    fields: { ...fields, source: 'startup' },
  });
  await ringInstalled(sandbox, {
    event: 'UserPromptSubmit',
    session: 's',
    fields: { ...fields, prompt: at(500) },
  });
  const error = `Exit code 127\nhttps://u:xylophoneMarmaladeKey@h/x ghp_${'Ab1'.repeat(12)}`;
  await ringInstalled(sandbox, {
    event: 'PostToolUseFailure',
    session: 's',
    fields: { ...fields, tool_name: 'Bash', tool_input: { command: at(200) }, error },
  });
  await ringInstalled(sandbox, { event: 'PreCompact', session: 's', fields });
  await ringInstalled(sandbox, { event: 'SessionEnd', session: 's', fields: { ...fields, reason: 'other' } });
  expect(await sandbox.settle(30_000)).toEqual([]);
  expect(sandbox.list('.claude/sessions')).toHaveLength(1);
  for (const needle of ['Plum-Trell', 'Quartz-Vi', 'xylophoneMarm', 'ghp_A']) {
    for (const folder of ['.claude', '.git/claude-hooks', '../home/.local']) {
      const found = execFileSync(
        'sh',
        ['-c', 'grep -rlaF -- "$1" "$2" || :', 'sh', needle, path.join(sandbox.repo, folder)],
        { encoding: 'utf8' },
      );
      expect(found, needle).toBe('');
    }
  }
});

it('a transcript that is a device or a pipe holds nobody up', async () => {
  await install();
  mkdirSync(path.join(sandbox.home, 'x'), { recursive: true });
  const pipe = path.join(sandbox.home, 'x/pipe');
  execFileSync('mkfifo', [pipe]);
  for (const [session, transcript] of [
    ['zero', '/dev/zero'],
    ['pipe', pipe],
  ] as const) {
    const fields = { transcript_path: transcript };
    await ringInstalled(sandbox, {
      event: 'SessionStart',
      session,
      fields: { ...fields, source: 'startup' },
    });
    await ringInstalled(sandbox, { event: 'UserPromptSubmit', session, fields: { ...fields, prompt: 'x' } });
    await ringInstalled(sandbox, { event: 'SessionEnd', session, fields: { ...fields, reason: 'other' } });
  }
  expect(await sandbox.settle(30_000)).toEqual([]);
  expect(sandbox.list('.claude/sessions')).toHaveLength(2);
});

it('the command line ends quietly when who reads it stops reading', async () => {
  await install();
  const { code, stderr } = await sandbox.run('sh', [
    '-c',
    `"$0" "$1" doctor | head -1 >/dev/null`,
    process.execPath,
    path.resolve('dist/cli.cjs'),
  ]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
});
