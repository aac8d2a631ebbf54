import * as fs from 'node:fs';
import * as path from 'node:path';
import { afterEach, expect, it } from 'vitest';
import type { Checkpoint } from '../../src/checkpoints/types.ts';
import { copyIndex } from '../../src/checkpoints/wip-index.ts';
import { applyMove } from '../../src/checkpoints/wip-move.ts';
import { configSchema } from '../../src/config/schema.ts';
import { runBackgroundCheckpoint, runCheckpoint } from '../../src/flows/checkpoint.ts';
import { effectOf } from '../../src/flows/effects.ts';
import { BRANCH_MOVE_UNDO, commitWip } from '../../src/flows/wip.ts';
import type { Workplace } from '../../src/flows/workplace.ts';
import { parseEvent } from '../../src/sessions/event.ts';
import { markLive } from '../../src/store/live.ts';
import { doneOperations, pendingOperations, type StoredOperation } from '../../src/store/operations.ts';
import { userPaths } from '../../src/store/paths.ts';
import { openSpool } from '../../src/store/spool.ts';
import { fingerprint, placeOf, saved } from '../support/checkpoints.ts';
import { useIsolatedProcess } from '../support/for-the-file.ts';
import { type BuiltRepository, makeDirty, plainRepository } from '../support/repositories.ts';
import { REPOSITORY_STATES } from '../support/repository-states.ts';

// Checkpoints that also become WIP commits on the branch, in real repositories of every state.

const config = configSchema.parse({ checkpoints: { commit: 'branch' } });
let built: BuiltRepository;
useIsolatedProcess();
afterEach(() => built.cleanup());

async function commit(checkpoint: Checkpoint, more: object = {}): Promise<void> {
  const place = placeOf(built.root);
  await commitWip({
    ...place,
    config,
    commandsTrusted: true,
    reason: 'stop',
    session: 's-1',
    checkpoint,
    now: Date.now(),
    ...more,
  });
}

function log(): string {
  const file = placeOf(built.root).state.log;
  return fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : '';
}

function newest(): StoredOperation {
  const [stored] = doneOperations(placeOf(built.root).state);
  if (stored === undefined) throw new Error('no operation was recorded');
  return stored;
}

async function undo(stored = newest()): Promise<void> {
  const { state } = placeOf(built.root);
  await BRANCH_MOVE_UNDO.undo(
    { state, user: userPaths(process.env), now: Date.now, log: () => {} } as unknown as Workplace,
    stored,
  );
}

/** The test's own git, which runs nothing that the repository names. */
const git = (...args: string[]): string =>
  built.git('-c', 'core.fsmonitor=false', '-c', 'core.hooksPath=/dev/null', ...args);
const head = (): string => git('rev-parse', '--verify', '--quiet', 'HEAD').trim();
const status = (): string => git('status', '--porcelain', '-z', '--untracked-files=all');
/** What is staged. */
const staged = (): string => git('diff', '--cached', '--raw', '-z', 'HEAD');
/** The working tree and git's directory without index, logs and the branch. */
const rest = (): Record<string, string> =>
  fingerprint(
    built.base,
    /(?:^|\/)(?:\.claude\/checkpoints|claude-hooks|objects|refs\/claude-hooks|index|sharedindex\.[0-9a-f]+|logs|refs\/heads|reftable)(?:\/|$)/,
  );

/** Why a state is not committed; the others are, once nothing is staged by hand. */
const REFUSED: Record<string, string | RegExp> = {
  // Whether the builder could stage something here is a matter of milliseconds.
  'LFS attributes without its program': /git-lfs-is-not-here|something is staged by hand/,
  'rebase stopped at a conflict': /in progress \(rebase-merge\)/,
  'merge stopped at a conflict': /in progress \(MERGE_HEAD\)/,
  'merge not committed': /in progress \(MERGE_HEAD\)/,
  'cherry-pick stopped at a conflict': /in progress \(CHERRY_PICK_HEAD\)/,
  'revert stopped at a conflict': /in progress \(REVERT_HEAD\)/,
  bisect: /in progress \(BISECT_LOG\)/,
  'detached HEAD': 'HEAD is detached',
  'unborn branch': 'the branch has no commit yet',
};
const SAVING = Object.entries(REPOSITORY_STATES).filter(([, state]) => state.saves);

async function refuses(reason: string | RegExp): Promise<void> {
  const checkpoint = await saved(built.root, { reason: 'stop' });
  const before = fingerprint(built.base);
  await commit(checkpoint);
  expect(fingerprint(built.base)).toEqual(before);
  expect(log()).toMatch(reason);
  const { state } = placeOf(built.root);
  expect([doneOperations(state), pendingOperations(state)]).toEqual([[], []]);
  fs.rmSync(state.log);
}

it.each(SAVING)(
  '%s: staged work is left alone, other work is committed where it may be, and given back',
  async (name, state) => {
    built = state.build();
    if (name === 'inside a submodule') git('add', 'more.txt');
    await refuses(REFUSED[name] ?? 'something is staged by hand');
    if (name in REFUSED) return;
    const lock = path.join(built.root, '.git/index.lock');
    if (name === 'index.lock held') fs.rmSync(lock);
    git('reset', '-q');
    if (name === 'index.lock held') {
      fs.writeFileSync(lock, '');
      await refuses('index.lock is held');
      return;
    }
    const checkpoint = await saved(built.root, { reason: 'stop', name: 'Half – done' });
    const before = [head(), status(), staged(), rest()];
    await commit(checkpoint);
    expect(log()).toBe('');
    expect(rest()).toEqual(before[3]);
    expect(git('rev-parse', 'HEAD^').trim()).toBe(before[0]);
    expect(git('log', '-1', '--format=%B%an')).toBe(
      `WIP: Half – done\n\nClaude-Session: s-1\nClaude-Checkpoint: ${checkpoint.id}\nClaude-WIP: true\nclaude-hooks\n`,
    );
    expect(git('cat-file', 'commit', 'HEAD')).not.toContain('gpgsig');
    const left = status()
      .split('\0')
      .filter((line) => line !== '' && !/^(?:\?\? \.claude\/| m lib)/.test(line));
    if (name === 'embedded repositories') expect(left).toEqual(['?? nested-empty/', '?? nested/']);
    else expect([left, git('rev-parse', 'HEAD^{tree}').trim()]).toEqual([[], checkpoint.tree]);
    expect(staged()).toBe('');
    expect(fs.existsSync(path.join(built.base, 'hook-ran'))).toBe(false);
    await undo();
    expect([head(), status(), staged(), rest()]).toEqual(before);
    expect(git('fsck', '--strict')).toBe('');
  },
);

it('keeps out what looks like a secret, what git ignores and repositories of their own; nothing else, nothing to commit', async () => {
  built = plainRepository();
  built.write('config/.env', 'TOKEN=1\n');
  built.write('deploy.pem', 'tracked\n');
  git('add', '-f', 'deploy.pem');
  git('commit', '-q', '-m', 'Third');
  built.write('deploy.pem', 'changed\n');
  built.write('debug.log', 'held at the person’s wish\n');
  built.write(':(top)odd', 'an ordinary file\n');
  const kept = { include: ['debug.log'], reason: 'stop' };
  const checkpoint = await saved(built.root, kept);
  expect(git('ls-tree', '-r', '--name-only', checkpoint.tree)).toContain('debug.log');
  await commit(checkpoint);
  expect(git('show', '--format=', '--name-status', 'HEAD')).toBe('A\t:(top)odd\n');
  expect(
    status()
      .split('\0')
      .filter((line) => !line.includes('.claude')),
  ).toEqual([' M deploy.pem', '?? config/.env', '']);
  const tip = head();
  built.write('deploy.pem', 'changed again\n');
  await commit(await saved(built.root, kept));
  expect([head(), log()]).toEqual([tip, expect.stringContaining('nothing that may be committed')]);
});

it('asks for consent, for the setting, and for the right moments', async () => {
  built = plainRepository();
  makeDirty(built);
  git('reset', '-q');
  const tip = head();
  const checkpoint = await saved(built.root, { reason: 'stop' });
  await commit(checkpoint, { commandsTrusted: false });
  expect(log()).toContain('not allowed to commit');
  await commit(checkpoint, { config: configSchema.parse({}) });
  await commit(checkpoint, { reason: 'compact' });
  expect(head()).toBe(tip);
  built.write('later.txt', 'later\n');
  const run = { ...placeOf(built.root), session: 's-1', config, commandsTrusted: true, now: Date.now() };
  expect(await runCheckpoint({ ...run, reason: 'compact' })).toBeDefined();
  expect(head()).toBe(tip);
  built.write('last.txt', 'last\n');
  expect(await runCheckpoint({ ...run, reason: 'session-end' })).toBeDefined();
  expect(git('log', '-1', '--format=%s')).toBe('WIP: End of session\n');
});

it('is what a stop and the background loop do, where the person agreed', async () => {
  built = plainRepository();
  const { repository, state } = placeOf(built.root);
  openSpool(state);
  let now = Date.parse('2026-11-22T10:00:00Z');
  const place = (commandsTrusted: boolean): Workplace =>
    ({
      repository,
      state,
      cwd: built.root,
      user: userPaths(process.env),
      env: {},
      now: () => now,
      log: () => {},
      resolved: { config, commandsTrusted, problems: [] },
    }) as unknown as Workplace;
  const stop = parseEvent(Buffer.from('{"hook_event_name":"Stop","session_id":"s-1"}'));
  if (stop === undefined) throw new Error('no event');
  markLive(state, {
    session: 's-1',
    pid: process.pid,
    start: undefined,
    scope: 'local',
    cwd: built.root,
    transcript: undefined,
  });
  const subjects = (): string[] => git('log', '--format=%s', '-3').trim().split('\n');
  for (const [look, agreed, expected] of [
    ['stop', false, 'Second'],
    ['stop', true, 'WIP: End of turn'],
    ['interval', true, 'WIP: Interval'],
  ] as const) {
    now += 3_600_000;
    built.write(`${look} ${agreed}.txt`, 'new\n');
    if (look === 'stop') await effectOf(place(agreed), stop, { t: now, type: 'stop' }, () => []);
    else await runBackgroundCheckpoint(place(agreed), 's-1', 'interval');
    expect(subjects()[0]).toBe(expected);
  }
});

it('does nothing where HEAD moved since the checkpoint', async () => {
  built = plainRepository();
  built.write('new.txt', 'new\n');
  const checkpoint = await saved(built.root, { reason: 'stop' });
  git('commit', '-q', '--allow-empty', '-m', 'Mine');
  await commit(checkpoint);
  git('switch', '-q', '-c', 'other', 'HEAD~1');
  await commit(checkpoint);
  expect(log().match(/HEAD has moved since the checkpoint/g)).toHaveLength(2);
  expect(doneOperations(placeOf(built.root).state)).toEqual([]);
});

it('is undone and done again, the newest first, and refuses where work would be mixed up', async () => {
  built = plainRepository();
  for (const name of ['one', 'two']) {
    built.write(`${name}.txt`, `${name}\n`);
    await commit(await saved(built.root, { reason: 'stop', name }));
  }
  const [tip, first] = [head(), doneOperations(placeOf(built.root).state)[1]];
  await expect(undo(first)).rejects.toThrow(/has moved since/);
  built.write('three.txt', 'three\n');
  git('add', 'three.txt');
  await expect(undo()).rejects.toThrow(/Something is staged/);
  git('reset', '-q');
  fs.writeFileSync(path.join(built.root, '.git/index.lock'), '');
  await expect(undo()).rejects.toThrow(/index\.lock is held/);
  fs.rmSync(path.join(built.root, '.git/index.lock'));
  git('switch', '-q', '-c', 'other');
  await expect(undo()).rejects.toThrow(/on the branch main, which is not checked out/);
  git('switch', '-q', 'main');
  expect(head()).toBe(tip);
  await undo();
  expect([head(), newest().operation.title]).toEqual([
    git('rev-parse', `${tip}^`).trim(),
    expect.stringMatching(/^Undo: WIP commit/),
  ]);
  git('reflog', 'expire', '--expire=now', '--all');
  git('gc', '-q', '--prune=now');
  await undo();
  expect([head(), newest().operation.title, status().includes('two.txt')]).toEqual([
    tip,
    expect.stringMatching(/^Redo: /),
    false,
  ]);
  expect(pendingOperations(placeOf(built.root).state)).toEqual([]);
});

it('commits nothing where a filter that the attributes ask for fails', async () => {
  const state = REPOSITORY_STATES['LFS attributes without its program'];
  if (state === undefined) throw new Error('no such state');
  built = state.build();
  git(
    '-c',
    'filter.lfs.process=',
    '-c',
    'filter.lfs.clean=',
    '-c',
    'filter.lfs.required=false',
    'reset',
    '-q',
  );
  await refuses('git-lfs-is-not-here');
});

it('moves a branch only from where it was, and only the one HEAD is on', async () => {
  built = plainRepository();
  const { repository, state } = placeOf(built.root);
  const place = { repository, state, now: Date.now() };
  const [tip, parent] = [head(), git('rev-parse', 'HEAD^').trim()];
  const tree = git('rev-parse', 'HEAD^{tree}').trim();
  git('branch', 'other', parent);
  const move = { branch: 'refs/heads/main', from: parent, to: tip, fromTree: tree, toTree: tree };
  fs.mkdirSync(state.indexes, { recursive: true });
  for (const wrong of [
    { ...move, to: parent },
    { ...move, branch: 'refs/heads/other' },
  ]) {
    const entry = { kind: 'commit', title: 'x', reflog: 'x' } as const;
    await expect(applyMove(place, wrong, await copyIndex(place), entry)).rejects.toMatchObject({
      code: 'branch-moved',
      kind: 'conflict',
    });
    expect([head(), git('rev-parse', 'other').trim(), status()]).toEqual([tip, parent, '']);
    expect([
      pendingOperations(state),
      doneOperations(state),
      git('for-each-ref', 'refs/claude-hooks'),
    ]).toEqual([[], [], '']);
    expect(fs.existsSync(path.join(built.root, '.git/index.lock'))).toBe(false);
  }
});
