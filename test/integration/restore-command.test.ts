import * as fs from 'node:fs';
import * as path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeSandbox, type Sandbox } from '../support/sandbox.ts';

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = makeSandbox();
});
afterEach(() => {
  sandbox.cleanup();
});

async function json(...args: string[]): Promise<Record<string, unknown>> {
  const result = await sandbox.cli(['checkpoint', ...args, '--json']);
  return { ...(JSON.parse(result.stdout) as Record<string, unknown>), code: result.code };
}

const remove = (file: string): void => fs.rmSync(path.join(sandbox.repo, file), { recursive: true });

it('shows the plan, restores, says that it is verified, where the conversation was and how to take it back', async () => {
  sandbox.write('src/a.txt', 'then\n');
  sandbox.write('gone.txt', 'then\n');
  const env = { CLAUDE_CODE_SESSION_ID: 'abc-123' };
  await sandbox.cli(['checkpoint', 'save', 'Feature X works'], { env });
  sandbox.write('src/a.txt', 'now\n');
  sandbox.write('src/new\u001b[31m.txt', 'now\n');
  sandbox.write('node_modules/x/index.js', 'ignored\n');
  remove('gone.txt');

  const dry = await sandbox.cli(['checkpoint', 'restore', 'Feature', '--dry-run']);
  expect(dry).toMatchObject({ code: 0, stderr: '' });
  const [title, ...lines] = dry.stdout.trimEnd().split('\n');
  expect(title).toMatch(/^Restore "Feature X works" \(feature-x-works-[0-9a-z]{13}\)$/);
  expect(lines).toEqual([
    '  1 to create, 1 to change, 1 to remove, staging already as it was',
    '  A gone.txt',
    '  M src/a.txt',
    '  D src/new\\x1b[31m.txt',
    expect.stringMatching(
      /^Conversation: session abc-123, \d{4}-\d\d-\d\d \d\d:\d\d\. To go on with it in a copy:$/,
    ),
    '  claude --resume abc-123 --fork-session',
    'Nothing was changed: this was a dry run.',
  ]);
  expect(sandbox.read('src/a.txt')).toBe('now\n');

  const done = await sandbox.cli(['checkpoint', 'restore', 'Feature']);
  expect(done).toMatchObject({ code: 0, stderr: '' });
  expect(done.stdout.split('\n').slice(1, 5)).toEqual(lines.slice(0, 4));
  expect(done.stdout).toMatch(
    /\nRestored, verified: the files on disk are tree [0-9a-f]{12}\.\nWhat was there before is saved as before-restore-of-feature-x-work-[0-9a-z]+\. Take it back: claude-hooks undo\n$/,
  );
  expect(sandbox.read('src/a.txt')).toBe('then\n');
  expect(sandbox.list('src')).toEqual(['a.txt']);
  expect(sandbox.exists('node_modules/x/index.js')).toBe(true);
  const again = await sandbox.cli(['checkpoint', 'restore', 'Feature']);
  expect(again.stdout).toContain('Nothing to restore: all is as in the checkpoint.');

  const undone = await sandbox.cli(['undo', '--yes']);
  expect(undone.code).toBe(0);
  expect(sandbox.read('src/a.txt')).toBe('now\n');
  expect(sandbox.exists('gone.txt')).toBe(false);
});

it('gives one JSON document of the plan and of what was done', async () => {
  sandbox.write('a.txt', 'then\n');
  const { id } = await json('save', 'Then');
  sandbox.write('a.txt', 'now\n');
  const plan = {
    mode: 'exact',
    changes: [{ path: 'a.txt', action: 'change' }],
    left: [],
    staging: 'same',
    conflicts: [],
    checkpoint: { id },
  };
  expect(await json('restore', 'Then', '--dry-run')).toMatchObject({
    code: 0,
    version: 1,
    restored: false,
    cause: 'dry-run',
    plan,
  });
  const done = await json('restore', 'Then');
  expect(done).toMatchObject({ code: 0, version: 1, restored: true, plan });
  expect(done.verified).toMatch(/^[0-9a-f]{40}$/);
  expect(done.operation).toMatch(/^[0-9a-z]{9}-[0-9a-f]{8}$/);
  expect(done.safety).toMatch(/^before-restore-of-then-/);
  const saved = (await json('save', 'Next')) as { previous?: string };
  expect(saved.previous).toBe(id);
});

it('restores from a folder below, only what is asked for, and keeps the index where asked', async () => {
  for (const file of ['src/a.txt', 'src/b.txt', 'docs/c.txt']) sandbox.write(file, 'then\n');
  sandbox.git('add', 'src');
  await json('save', 'Then');
  for (const file of ['src/a.txt', 'src/b.txt', 'docs/c.txt']) sandbox.write(file, 'now\n');
  sandbox.git('add', '-A');
  const cwd = path.join(sandbox.repo, 'src');
  const done = await sandbox.cli(
    ['checkpoint', 'restore', 'Then', '--only', 'a.txt', '../docs', '--keep-index'],
    {
      cwd,
    },
  );
  expect(done.stderr).toBe('');
  expect(['src/a.txt', 'src/b.txt', 'docs/c.txt'].map((file) => sandbox.read(file))).toEqual([
    'then\n',
    'now\n',
    'then\n',
  ]);
  expect(sandbox.git('show', ':src/a.txt')).toBe('now\n');
  expect(done.stdout).toContain('staging stays as it is now');
});

it('says what is wrong, where, and what to do', async () => {
  await json('save', 'Then');
  const cases: [args: string[], code: number, said: RegExp][] = [
    [['restore', 'Nothing'], 2, /There is no checkpoint "Nothing".*\n {2}See them all/],
    [['restore', 'Then', '--mode', 'other'], 2, /Allowed choices are exact, mine-kept/],
    [['restore', 'Then', '--only', '../elsewhere'], 2, /does not lie in the working tree/],
    [
      ['restore', 'Then', '--only', 'no/such'],
      2,
      /no\/such is neither in the checkpoint nor in the working tree/,
    ],
  ];
  for (const [args, code, said] of cases) {
    const result = await sandbox.cli(['checkpoint', ...args]);
    expect(result.code, args.join(' ')).toBe(code);
    expect(result.stderr).toMatch(said);
  }
  sandbox.write('README.md', 'now\n');
  fs.writeFileSync(path.join(sandbox.repo, '.git/index.lock'), '');
  const held = await json('restore', 'Then');
  expect(held).toMatchObject({
    code: 5,
    error: { code: 'index-locked', hint: expect.stringContaining('remove that file') },
  });
  expect(sandbox.read('README.md')).toBe('now\n');
  const help = await sandbox.cli(['checkpoint', 'restore', '--help']);
  expect(help.stdout).toContain('Example');
});
