import * as fs from 'node:fs';
import * as path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { configSchema } from '../../src/config/schema.ts';
import { runCheckpoint } from '../../src/flows/checkpoint.ts';
import { type SquashRequest, type SquashResult, squashWip } from '../../src/flows/squash.ts';
import { BRANCH_MOVE_UNDO } from '../../src/flows/wip.ts';
import type { Workplace } from '../../src/flows/workplace.ts';
import { doneOperations } from '../../src/store/operations.ts';
import { locateRepository, statePaths, userPaths } from '../../src/store/paths.ts';
import { type HooksRepo, makeHooksRepo } from '../support/git-managers.ts';

// WIP commits on a real branch with the installed pre-push hook, folded and unfolded.

let repo: HooksRepo;
let now = Date.parse('2026-11-22T10:00:00Z');
beforeEach(async () => {
  repo = makeHooksRepo();
  // What git reads of the person, also in this process.
  Object.assign(process.env, { HOME: repo.home, GIT_CONFIG_NOSYSTEM: '1' });
  delete process.env.XDG_CONFIG_HOME;
  repo.git('config', 'user.name', 'Ada');
  repo.git('config', 'user.email', 'ada@example.invalid');
});
afterEach(() => void repo.cleanup());

function place(): Workplace {
  const repository = locateRepository(repo.repo);
  return {
    repository,
    state: statePaths(path.join(repo.repo, '.git/claude-hooks')),
    user: userPaths(repo.env),
    now: () => now,
    log: () => {},
  } as unknown as Workplace;
}

/** Writes a file and lets an automatic checkpoint commit it. */
async function wip(file: string, text: string): Promise<void> {
  repo.write(file, text);
  now += 60_000;
  const config = configSchema.parse({ checkpoints: { commit: 'branch', every: '1s' } });
  const { repository, state } = place();
  const saved = await runCheckpoint({
    repository,
    state,
    config,
    commandsTrusted: true,
    reason: 'stop',
    session: 's-1',
    now,
  });
  expect(saved).toBeDefined();
  expect(repo.git('log', '-1', '--format=%s')).toBe('WIP: End of turn\n');
}

const squash = (request: Partial<SquashRequest> = {}): Promise<SquashResult> =>
  squashWip(place(), { dryRun: false, ...request });
const undo = async (): Promise<void> => {
  const [stored] = doneOperations(place().state);
  if (stored !== undefined) await BRANCH_MOVE_UNDO.undo(place(), stored);
};
const log = (): string[] => repo.git('log', '--format=%s').trim().split('\n');
const status = (): string[] =>
  repo
    .git('status', '--porcelain')
    .split('\n')
    .filter((line) => line !== '' && !line.includes('.claude'));
const head = (): string => repo.git('rev-parse', 'HEAD').trim();

it('with a message: one commit by the person, that the pre-push hook lets through; staged work stays staged', async () => {
  await repo.install();
  repo.git('init', '-q', '--bare', '../remote.git');
  repo.git('remote', 'add', 'origin', '../remote.git');
  repo.git('push', '-q', '-u', 'origin', 'main');
  await wip('a.txt', 'a\n');
  await wip('b.txt', 'b\n');
  const refused = await repo.tryGit(['push', '-q']);
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('marked WIP')]);
  repo.write('staged.txt', 'staged\n');
  repo.git('add', 'staged.txt');
  repo.write('README.md', 'edited\n');
  const tree = repo.git('rev-parse', 'HEAD^{tree}');
  const tip = head();

  const planned = await squash({ message: 'Add a and b', dryRun: true });
  expect([planned.applied, planned.folded.length, head()]).toEqual([false, 2, tip]);
  const asked = await squash({ message: 'x', confirm: async (plan) => plan.folded.length !== 2 });
  expect([asked.applied, head()]).toEqual([false, tip]);

  const done = await squash({ message: 'Add a and b\n\nWith a body' });
  expect(done).toMatchObject({ applied: true, branch: 'main', commit: head() });
  expect(log()).toEqual(['Add a and b', 'Start COMMIT-MARKER']);
  expect(repo.git('log', '-1', '--format=%an %ae%n%B')).toBe(
    'Ada ada@example.invalid\nAdd a and b\n\nWith a body\n\n',
  );
  expect([repo.git('rev-parse', 'HEAD^{tree}'), status()]).toEqual([tree, [' M README.md', 'A  staged.txt']]);
  expect((await repo.tryGit(['push', '-q'])).code).toBe(0);
  await undo();
  expect([head(), status()]).toEqual([tip, [' M README.md', 'A  staged.txt']]);
});

it('without one: the branch is before them, the work is in the tree and not staged; undone and redone', async () => {
  await wip('a.txt', 'a\n');
  repo.write('README.md', 'edited\n');
  await wip('sub/b.txt', 'b\n');
  fs.rmSync(path.join(repo.repo, 'README.md'));
  await wip('a.txt', 'a again\n');
  const tip = head();
  repo.write('c.txt', 'c\n');
  repo.git('add', 'c.txt');
  await expect(squash()).rejects.toMatchObject({ code: 'staged-work', kind: 'conflict' });
  repo.git('reset', '-q');
  const done = await squash();
  expect(done).toMatchObject({ applied: true, folded: [{ commit: tip }, {}, {}] });
  expect([log(), status()]).toEqual([
    ['Start COMMIT-MARKER'],
    [' D README.md', '?? a.txt', '?? c.txt', '?? sub/'],
  ]);
  expect(repo.read('a.txt')).toBe('a again\n');
  repo.git('reflog', 'expire', '--expire=now', '--all');
  repo.git('gc', '-q', '--prune=now');
  await undo();
  expect([head(), status()]).toEqual([tip, ['?? c.txt']]);
  await undo();
  expect(log()).toEqual(['Start COMMIT-MARKER']);
});

it('folds only the row at the tip, and says what lies below', async () => {
  await wip('a.txt', 'a\n');
  repo.write('mine.txt', 'mine\n');
  repo.git('add', '-A');
  repo.git('commit', '-q', '-m', 'Mine');
  expect(await squash()).toMatchObject({
    applied: false,
    folded: [],
    notes: [expect.stringContaining('1 WIP commit lies')],
  });
  await wip('b.txt', 'b\n');
  const done = await squash({ message: 'B' });
  expect(done.folded).toHaveLength(1);
  expect([log(), done.notes]).toEqual([
    ['B', 'Mine', 'WIP: End of turn', 'Start COMMIT-MARKER'],
    [expect.stringContaining('1 WIP commit lies further down')],
  ]);
});

it('what together changes nothing leaves no commit', async () => {
  await wip('a.txt', 'a\n');
  fs.rmSync(path.join(repo.repo, 'a.txt'));
  await wip('README.md', '# Demo\n\nREADME-MARKER: a small project.\n');
  expect(log()).toHaveLength(3);
  const done = await squash({ message: 'Nothing' });
  expect([done.applied, done.commit, log()]).toEqual([true, undefined, ['Start COMMIT-MARKER']]);
});

it('refuses what was pushed, an operation in progress, a detached HEAD, no identity, an empty message', async () => {
  repo.git('init', '-q', '--bare', '../remote.git');
  repo.git('remote', 'add', 'origin', '../remote.git');
  await wip('a.txt', 'a\n');
  repo.git('push', '-q', '--no-verify', 'origin', 'main');
  await wip('b.txt', 'b\n');
  const tip = head();
  await expect(squash({ message: 'x' })).rejects.toMatchObject({
    code: 'wip-pushed',
    message: /origin\/main/,
  });
  repo.git('update-ref', '-d', 'refs/remotes/origin/main');
  await expect(squash({ message: ' \n' })).rejects.toMatchObject({ code: 'message-empty', kind: 'usage' });
  repo.git('config', '--unset', 'user.name');
  fs.rmSync(path.join(repo.home, '.gitconfig'));
  await expect(squash({ message: 'x' })).rejects.toMatchObject({ code: 'no-identity' });
  fs.writeFileSync(path.join(repo.repo, '.git/BISECT_LOG'), '');
  await expect(squash()).rejects.toMatchObject({ code: 'operation-in-progress' });
  fs.rmSync(path.join(repo.repo, '.git/BISECT_LOG'));
  repo.git('checkout', '-q', '--detach');
  await expect(squash()).rejects.toMatchObject({ code: 'head-detached' });
  expect([head(), status()]).toEqual([tip, []]);
});

it('the command shows the plan, does it, and tells scripts', async () => {
  const cli = (...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> =>
    repo.cli(['checkpoint', 'squash', ...args]);
  expect((await cli()).stdout).toContain('There is no WIP commit at the tip of main');
  await wip('a.txt', 'a\n');
  const tip = head();
  const dry = await cli('--dry-run');
  expect([dry.code, dry.stdout, head()]).toEqual([
    0,
    expect.stringContaining('This would fold 1 WIP commit'),
    tip,
  ]);
  const done = await cli('-m', 'Add "a"', '--json');
  expect(JSON.parse(done.stdout)).toMatchObject({
    version: 1,
    applied: true,
    folded: [{ commit: tip }],
    commit: head(),
  });
  await wip('b.txt', 'b\n');
  const text = await cli();
  expect(text.stdout).toMatch(
    /^main is back at [0-9a-f]{12}, before 1 WIP commit:\n {2}[0-9a-f]{12} WIP: End of turn\n/,
  );
  expect((await cli('--help')).stdout).toContain('Examples');
});
