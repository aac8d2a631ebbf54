import * as fs from 'node:fs';
import * as path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { installedCommands } from '../support/installed.ts';
import { payloadLine } from '../support/payloads.ts';
import { makeSandbox, type RunResult, type Sandbox } from '../support/sandbox.ts';

// "Working on partition: NAME", through the installed hooks.

const SESSION = '3a5f0a52-2f0c-4f3e-9a55-5b8f4a1c7d11';
let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = makeSandbox();
  const partitions = [
    { name: 'Front end', globs: ['src/ui/**'], description: 'DESCRIPTION-MARKER', outside: 'block' },
    { name: 'Backend', globs: ['src/server/**'] },
  ];
  sandbox.write('.claude-sessionrc.json', JSON.stringify({ partitions, checkpoints: { loop: false } }));
  sandbox.write('.claude/partitions/front-end.md', 'PARTITION-FILE-MARKER\n');
  expect((await sandbox.cli(['install', '--yes', '--git-hooks', 'none'])).code).toBe(0);
  await send('SessionStart', 'SessionStart-startup', {});
});
afterAll(() => void sandbox.cleanup());

function send(event: string, payload: string, changes: Record<string, unknown>): Promise<RunResult> {
  const command = installedCommands(sandbox, '.claude/settings.local.json').get(event)?.at(-1);
  return sandbox.run('/bin/sh', ['-c', command ?? 'exit 9'], {
    env: { CLAUDE_PROJECT_DIR: sandbox.repo, CLAUDE_CODE_SESSION_ID: SESSION },
    input: payloadLine(payload, { session_id: SESSION, cwd: sandbox.repo, ...changes }),
  });
}

async function ask(prompt: string): Promise<{ said: string; context: string }> {
  const { stdout, stderr } = await send('UserPromptSubmit', 'UserPromptSubmit', { prompt });
  expect(stderr).toBe('');
  const { systemMessage, hookSpecificOutput } = JSON.parse(stdout) as {
    systemMessage: string;
    hookSpecificOutput: { additionalContext: string };
  };
  return { said: systemMessage, context: hookSpecificOutput.additionalContext };
}

const edit = async (file: string): Promise<string> =>
  (
    await send('PreToolUse', 'PreToolUse-Write', {
      tool_input: { file_path: path.join(sandbox.repo, file), content: 'x' },
    })
  ).stdout;

it('puts it in work for the session from that turn on, and gives the turn what it is about', async () => {
  expect(await edit('src/server/a.ts')).toBe('');
  const { said, context } = await ask('Working on partition: front END\nPlease add a view.');
  expect(said).toContain('The partition in work for this session is now Front end.');
  expect(said).not.toContain('install');
  for (const part of ['DESCRIPTION-MARKER', 'PARTITION-FILE-MARKER']) expect(context).toContain(part);
  expect(await edit('src/server/a.ts')).toContain('"permissionDecision":"deny"');
  expect(await edit('src/ui/a.ts')).toBe('');
});

it('of a name that is not there names the nearest and leaves the choice', async () => {
  const { said } = await ask('Working on partition: backed');
  expect(said).toContain('There is no partition "backed". Did you mean Backend?');
  expect(await edit('src/server/a.ts')).toContain('lies outside the partition in work, Front end');
});

it('of none ends it', async () => {
  const { said } = await ask('Working on partition: none');
  expect(said).toContain('No partition is in work for this session any more.');
  expect(fs.statSync(path.join(sandbox.repo, '.git/claude-hooks/partition', SESSION)).size).toBe(0);
  expect(await edit('src/server/a.ts')).toBe('');
});
