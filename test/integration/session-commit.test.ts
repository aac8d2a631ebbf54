import * as fs from 'node:fs';
import * as path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { configSchema } from '../../src/config/schema.ts';
import { commitSession } from '../../src/flows/commit-session.ts';
import { BRANCH_MOVE_UNDO } from '../../src/flows/wip.ts';
import type { Workplace } from '../../src/flows/workplace.ts';
import type { Job } from '../../src/store/jobs.ts';
import { doneOperations, type StoredOperation } from '../../src/store/operations.ts';
import { locateRepository, statePaths, userPaths } from '../../src/store/paths.ts';
import { makeSandbox, type Sandbox } from '../support/sandbox.ts';

// The commit at the end of a session, against real git.

let sandbox: Sandbox;
let said: string[];

beforeEach(() => {
  sandbox = makeSandbox();
  said = [];
});

afterEach(() => void sandbox.cleanup());

function place(config: object = {}): Workplace {
  // git reads the person's identity from their home.
  sandbox.git('config', 'user.name', 'Sand Box');
  sandbox.git('config', 'user.email', 'sand@box.invalid');
  const postSession = { commit: { enabled: true, message: 'wip: end', ...config } };
  return {
    repository: locateRepository(sandbox.repo),
    state: statePaths(path.join(sandbox.repo, '.git/claude-hooks')),
    user: userPaths(sandbox.env),
    now: Date.now,
    resolved: { config: configSchema.parse({ postSession }), problems: [], commandsTrusted: true },
    log: (_level: string, message: string) => void said.push(message),
  } as unknown as Workplace;
}

const job = (attempts = 1): Job => ({
  id: 'end-s-1',
  kind: 'end-session',
  session: 's',
  createdAt: 0,
  attempts,
  done: [],
  data: {},
});
const newest = (): StoredOperation => {
  const [stored] = doneOperations(place().state);
  if (stored === undefined) throw new Error('no operation');
  return stored;
};
const commits = (): string[] => sandbox.git('log', '--format=%s').trim().split('\n');
const status = (): string => sandbox.git('status', '--porcelain');

test('commits everything but secrets, marked, and leaves index and tree clean', async () => {
  sandbox.write('new.txt', 'new\n');
  sandbox.write('README.md', 'changed\n');
  sandbox.write('sub/.env', 'TOKEN=1\n');
  await commitSession(place(), job());
  expect(commits()).toEqual(['wip: end', 'Start COMMIT-MARKER']);
  expect(status()).toBe('?? sub/\n');
  expect(sandbox.git('log', '-1', '--format=%B')).toContain(
    'Claude-Session: s\nClaude-Hooks-Job: end-s-1\nClaude-WIP: true',
  );
  expect(sandbox.git('reflog', '-1')).toContain('commit: wip: end');
  expect(sandbox.list('.git/claude-hooks/indexes')).toEqual([]);
  await commitSession(place(), job(2));
  expect(commits()).toHaveLength(2);
});

test('nothing changed, nothing committed; a first commit in an empty repository', async () => {
  await commitSession(place(), job());
  expect(commits()).toHaveLength(1);
  sandbox.git('checkout', '-q', '--orphan', 'fresh');
  sandbox.git('rm', '-q', '-r', '--cached', '.');
  await commitSession(place(), job());
  expect(commits()).toEqual(['wip: end']);
  expect(status()).toBe('');
});

test.each([
  ['something is staged by hand', () => sandbox.git('add', 'new.txt')],
  ['HEAD is detached', () => sandbox.git('checkout', '-q', '--detach')],
  [
    'an operation is in progress (MERGE_HEAD)',
    () => fs.writeFileSync(path.join(sandbox.repo, '.git/MERGE_HEAD'), ''),
  ],
])('refuses: %s', async (reason, prepare) => {
  sandbox.write('new.txt', 'new\n');
  prepare();
  const before = fs.readFileSync(path.join(sandbox.repo, '.git/index'));
  await commitSession(place(), job());
  expect(said.join()).toContain(reason);
  expect(commits()).toHaveLength(1);
  expect(fs.readFileSync(path.join(sandbox.repo, '.git/index'))).toEqual(before);
});

test("somebody else's lock is left alone; the next attempt commits", async () => {
  const lock = path.join(sandbox.repo, '.git/index.lock');
  fs.writeFileSync(lock, '');
  sandbox.write('new.txt', 'new\n');
  await expect(commitSession(place(), job())).rejects.toThrow(/index\.lock is held/);
  expect([fs.existsSync(lock), commits().length]).toEqual([true, 1]);
  fs.rmSync(lock);
  await commitSession(place(), job(2));
  expect([commits().length, status()]).toEqual([2, '']);
});

test('undone, the branch and the index are as before and the files stay; also of a first commit', async () => {
  sandbox.write('new.txt', 'new\n');
  const [before, head] = [status(), sandbox.git('rev-parse', 'HEAD')];
  await commitSession(place(), job());
  await BRANCH_MOVE_UNDO.undo(place(), newest());
  expect([status(), sandbox.git('rev-parse', 'HEAD'), sandbox.read('new.txt')]).toEqual([
    before,
    head,
    'new\n',
  ]);
  sandbox.git('checkout', '-q', '--orphan', 'fresh');
  sandbox.git('rm', '-q', '-r', '--cached', '.');
  await commitSession(place(), job());
  expect(status()).toBe('');
  await BRANCH_MOVE_UNDO.undo(place(), newest());
  expect([sandbox.git('branch', '--list', 'fresh'), status()]).toEqual([
    '',
    '?? .gitignore\n?? README.md\n?? new.txt\n',
  ]);
});
