import * as fs from 'node:fs';
import * as path from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ELSEWHERE } from '../../src/context/layout.ts';
import { readRegion } from '../../src/context/regions.ts';
import { updateContextFile } from '../../src/flows/context-file.ts';
import { factsOf, updatePlace } from '../support/context-file.ts';
import { makeSandbox, type Sandbox } from '../support/sandbox.ts';

const SHARED = '.claude/context.md';
const PERSONAL = '.claude/context.local.md';

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = makeSandbox();
  for (const [name, value] of Object.entries(sandbox.env)) vi.stubEnv(name, value);
});
afterEach(() => {
  vi.unstubAllEnvs();
  sandbox.cleanup();
});

const ended = (more: Parameters<typeof factsOf>[0] = {}) => ({
  id: 'abcdef12',
  transcript: '',
  facts: factsOf(more),
});
const region = (file: string, name: string): string[] => readRegion(sandbox.read(file), name);
const status = (): string => sandbox.git('status', '--porcelain');

/** A repository whose context file is committed, with dependencies of its own. */
async function commitShared(): Promise<void> {
  sandbox.write('package.json', JSON.stringify({ dependencies: { commander: '^14', zod: '^4' } }, null, 2));
  const decisions = [{ value: 'We will use Redis.', line: 4 }];
  const todos = [{ text: 'rank', status: 'pending', line: 6 }];
  await updateContextFile(updatePlace(sandbox.repo, sandbox.env), ended({ decisions, todos }));
  sandbox.git('add', '-A');
  sandbox.git('commit', '-qm', 'Share the context');
}

it('what differs from person to person moves beside a file that git tracks, and stays out of git', async () => {
  await commitShared();
  expect((await sandbox.cli(['context', 'update'])).code).toBe(0);
  expect(status()).toBe(' M .claude/context.md\n');
  for (const name of ['work', 'decisions', 'commits', 'next', 'updated'])
    expect(region(SHARED, name)).toEqual([ELSEWHERE]);
  expect(region(SHARED, 'dependencies')).toEqual([
    '- commander ^14 (package.json)',
    '- zod ^4 (package.json)',
  ]);
  expect(region(PERSONAL, 'work')).toContain('- Branch: main');
  expect(region(PERSONAL, 'next')).toEqual(['1. [ ] rank (session abcdef12, line 6)']);
  expect(region(PERSONAL, 'decisions')).toHaveLength(1);
  expect(sandbox.read('.git/info/exclude')).toContain('.claude/*.local.md');
  expect((await sandbox.cli(['context', 'check'])).stdout).toContain('Nothing is wrong');
  const again = await sandbox.cli(['context', 'update']);
  expect(again.stdout).toMatch(
    /Nothing to change in .*context\.md\nNothing to change in .*context\.local\.md/,
  );
});

it('a git operation never changes a file that git tracks, and the end of a session does not amid a merge', async () => {
  await commitShared();
  const place = updatePlace(sandbox.repo, sandbox.env);
  sandbox.git('checkout', '-qb', 'topic');
  await updateContextFile(place, undefined);
  expect(status()).toBe('');
  expect(region(PERSONAL, 'work')).toContain('- Branch: topic');
  sandbox.write('.git/MERGE_HEAD', sandbox.git('rev-parse', 'HEAD'));
  await updateContextFile(place, ended());
  expect(sandbox.git('diff', '--name-only')).toBe('');
  fs.rmSync(path.join(sandbox.repo, '.git/MERGE_HEAD'));
  await updateContextFile(place, ended());
  expect(status()).toBe(' M .claude/context.md\n');
});

it('two branches that both updated merge without a conflict', async () => {
  await commitShared();
  await sandbox.cli(['context', 'update']);
  sandbox.git('commit', '-qam', 'Update the context');
  const change = async (branch: string, name: string, decision: string, testing: string): Promise<void> => {
    sandbox.git('checkout', '-q', '-B', branch, 'base');
    const manifest = JSON.parse(sandbox.read('package.json')) as { dependencies: Record<string, string> };
    manifest.dependencies = Object.fromEntries(
      Object.entries({ ...manifest.dependencies, [name]: '^1' }).sort(([a], [b]) => (a < b ? -1 : 1)),
    );
    sandbox.write('package.json', `${JSON.stringify(manifest, null, 2)}\n`);
    const decided = ended({
      decisions: [{ value: decision, line: 9 }],
      todos: [{ text: name, status: 'pending', line: 1 }],
    });
    await updateContextFile(updatePlace(sandbox.repo, sandbox.env), decided);
    sandbox.write(SHARED, sandbox.read(SHARED).replace(testing, `${testing}\n\nSee ${branch}.`));
    sandbox.git('commit', '-qam', `Add ${name}`);
  };
  sandbox.git('branch', 'base');
  await change('left', 'ajv', 'Decided to use ajv.', '## Architecture');
  await change('right', 'undici', 'Decided to use undici.', '## Testing Notes');
  sandbox.git('merge', '-q', '--no-edit', 'left');
  expect(region(SHARED, 'dependencies').map((line) => line.split(' ')[1])).toEqual([
    'ajv',
    'commander',
    'undici',
    'zod',
  ]);
  expect(sandbox.read(SHARED)).toContain('See left.');
  expect(sandbox.read(SHARED)).toContain('See right.');
  const { stdout } = await sandbox.cli(['context', 'update']);
  expect(stdout).toContain('Nothing to change in');
  expect(status()).toBe('');
  const proposed = region(PERSONAL, 'decisions').join('\n');
  for (const text of ['Redis', 'ajv', 'undici']) expect(proposed).toContain(text);
});

it('decisions go into the file everyone has, next steps beside it', async () => {
  await commitShared();
  await sandbox.cli(['context', 'update']);
  await sandbox.cli(['context', 'add', 'decision', 'We will use Redis.']);
  await sandbox.cli(['context', 'add', 'next', 'call', 'Bob']);
  await sandbox.cli(['context', 'update']);
  expect(sandbox.read(SHARED)).toMatch(/^- \d{4}-\d\d-\d\d: We will use Redis\.$/m);
  expect(sandbox.read(SHARED)).not.toContain('call Bob');
  expect(sandbox.read(PERSONAL)).toContain('1. [ ] call Bob\n');
  // Accepted: no proposal any more.
  expect(region(PERSONAL, 'decisions')).toEqual([]);
  expect((await sandbox.cli(['context', 'done', 'next', 'Bob'])).code).toBe(0);
  expect(sandbox.read(PERSONAL)).toContain('1. [x] call Bob\n');
});

it('a personal file that git tracks is not written, and that is told', async () => {
  await commitShared();
  sandbox.write(PERSONAL, 'mine\n');
  sandbox.git('add', '-f', PERSONAL);
  const { code, stderr } = await sandbox.cli(['context', 'update']);
  expect(code).toBe(1);
  expect(stderr).toContain('is tracked by git');
  expect(sandbox.read(PERSONAL)).toBe('mine\n');
  expect((await sandbox.cli(['context', 'check'])).stdout).toContain(
    'git rm --cached .claude/context.local.md',
  );
});
