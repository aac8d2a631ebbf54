import * as path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeSandbox, PROJECT_ROOT, type Sandbox } from '../support/sandbox.ts';

let sandbox: Sandbox;
beforeEach(async () => {
  sandbox = makeSandbox();
  expect((await sandbox.cli(['install', '--yes'])).code).toBe(0);
});
afterEach(() => sandbox.cleanup());

/** Lets a conversation begin as the client does. @returns what it is given. */
async function begins(conversation: string, source: string): Promise<string> {
  const { stdout } = await sandbox.run(
    process.execPath,
    [path.join(PROJECT_ROOT, 'dist/hooks/session-start.cjs')],
    {
      env: { CLAUDE_PROJECT_DIR: sandbox.repo, CLAUDE_HOOKS_SCOPE: 'local' },
      input: `${JSON.stringify({ hook_event_name: 'SessionStart', session_id: conversation, source, cwd: sandbox.repo })}\n`,
    },
  );
  const { hookSpecificOutput } = JSON.parse(stdout || '{}') as {
    hookSpecificOutput?: { additionalContext: string };
  };
  return hookSpecificOutput?.additionalContext ?? '';
}

it('tells the new conversation what it is for, and the interrupted one, once, what was done', async () => {
  await begins('parent-1', 'startup');
  const branched = await sandbox.cli([
    'session',
    'branch',
    'fix/login',
    '--task',
    'login fails on Safari',
    '--json',
  ]);
  expect(branched.code, branched.stderr).toBe(0);
  const { child, command } = JSON.parse(branched.stdout) as { child: string; command: string };
  expect(command).toBe("claude 'login fails on Safari'");

  const brief = await begins('child-1', 'startup');
  expect(brief).toContain('Its task: login fails on Safari');
  expect(brief).toContain('claude-hooks session return');
  // It has that already.
  expect(await begins('child-1', 'resume')).not.toContain('Its task:');
  expect(await begins('child-1', 'compact')).toContain('Its task:');
  const shown = await sandbox.cli(['session', 'tree']);
  expect(shown.stdout).toMatch(new RegExp(`└─ \\* ${child} .*on fix/login`));

  sandbox.write('fix.txt', 'fixed\n');
  sandbox.git('add', 'fix.txt');
  sandbox.git('commit', '-q', '-m', 'Fix the login');
  const returned = await sandbox.cli(['session', 'return']);
  expect(returned.code, returned.stderr).toBe(0);
  expect(returned.stdout).toContain('claude --resume parent-1');
  const note = await begins('parent-1', 'resume');
  expect(note).toContain('Fix the login');
  expect(await begins('parent-1', 'resume')).not.toContain('Fix the login');
});
