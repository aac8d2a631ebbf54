import * as fs from 'node:fs';
import * as path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeSandbox, type RunResult, type Sandbox } from '../support/sandbox.ts';
import { plantSecrets } from '../support/secrets.ts';

// The commands as a person and a script meet them.

let sandbox: Sandbox;
let other: string;
beforeEach(() => {
  sandbox = makeSandbox();
  sandbox.git('init', '-q', '--bare', '../hub.git');
  sandbox.git('remote', 'add', 'origin', '../hub.git');
  sandbox.git('push', '-q', '-u', 'origin', 'main');
  other = path.join(sandbox.root, 'other');
  sandbox.git('clone', '-q', '../hub.git', other);
});
afterEach(() => {
  sandbox.cleanup();
});

const cli = (...args: string[]): Promise<RunResult> => sandbox.cli(['checkpoint', ...args]);
const there = (...args: string[]): Promise<RunResult> => sandbox.cli(['checkpoint', ...args], { cwd: other });

it('pushes what was agreed to, fetches it elsewhere, and shows it there', async () => {
  sandbox.write('new.txt', 'new\n');
  await cli('save', 'Feature X works');
  const dry = await cli('push', '--dry-run');
  expect([dry.code, dry.stderr]).toEqual([0, '']);
  expect(dry.stdout).toMatch(
    /^This would go to origin \(.*hub\.git\) \(checkpoints: 1 new; documents: 1 new\):\n {2}new {2}feature-x-works-/,
  );
  const asked = await cli('push');
  expect([asked.code, asked.stderr]).toEqual([2, expect.stringContaining('Answer it with --yes')]);
  const pushed = await cli('push', 'origin', 'Feature X', '--yes', '--json');
  expect(JSON.parse(pushed.stdout)).toMatchObject({
    version: 1,
    applied: true,
    remote: 'origin',
    refs: [
      { kind: 'checkpoint', state: 'pushed' },
      { kind: 'document', state: 'pushed' },
    ],
  });
  expect((await cli('push')).stdout).toContain('There is nothing to push');
  const fetched = await there('fetch');
  expect([fetched.code, fetched.stdout]).toEqual([0, expect.stringContaining('"Feature X works"')]);
  const shown = await there('show', 'Feature X works');
  expect([shown.code, shown.stdout]).toEqual([0, expect.stringContaining('new.txt')]);
  expect(JSON.parse((await there('fetch', '--json')).stdout)).toMatchObject({
    refs: [{ state: 'there' }, { state: 'there' }],
  });
  for (const name of ['push', 'fetch']) expect((await cli(name, '--help')).stdout).toContain('Examples');
});

it('says where secrets are and exits 1; conflicts exit 5', async () => {
  const { github = '' } = plantSecrets().needles;
  sandbox.write('a\u001b[31m.txt', `nothing\n${github}\n`);
  await cli('save', 'With a token');
  const refused = await cli('push', '--yes');
  expect([refused.code, refused.stdout]).toEqual([
    1,
    expect.stringContaining('secret? a\\x1b[31m.txt:2 (github-token)'),
  ]);
  expect(`${refused.stdout}${refused.stderr}`).not.toContain(github);
  expect(sandbox.git('ls-remote', 'origin', 'refs/claude-hooks/*')).toBe('');
  expect((await cli('push', '--yes', '--allow-secrets')).code).toBe(0);
  const file = sandbox.list('.claude/checkpoints')[0] ?? '';
  fs.mkdirSync(path.join(other, '.claude/checkpoints'), { recursive: true });
  fs.writeFileSync(path.join(other, '.claude/checkpoints', file), 'mine\n');
  const conflict = await there('fetch');
  expect([conflict.code, conflict.stdout]).toEqual([
    5,
    expect.stringContaining('move it aside and fetch again'),
  ]);
  expect(fs.readFileSync(path.join(other, '.claude/checkpoints', file), 'utf8')).toBe('mine\n');
  const gone = await cli('fetch', 'nowhere');
  expect([gone.code, gone.stderr]).toEqual([2, expect.stringContaining('There are: origin')]);
});
