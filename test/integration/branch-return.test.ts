import * as fs from 'node:fs';
import * as path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { takeTold } from '../../src/flows/branching/told.ts';
import { beginConversation } from '../../src/flows/sessions/begin.ts';
import { bindConversation } from '../../src/store/belonging.ts';
import { markLive } from '../../src/store/live.ts';
import { openSpool } from '../../src/store/spool.ts';
import { branchAt, branchesOf, returnAt, sessionAt, stateOf, treeAt } from '../support/branching.ts';
import { placeOf } from '../support/checkpoints.ts';
import { useIsolatedProcess } from '../support/for-the-file.ts';
import { at, type BuiltRepository, makeDirty, plainRepository } from '../support/repositories.ts';
import { leftovers } from '../support/restore.ts';
import { errorOf, operationsAt, undoAt } from '../support/undo.ts';

let built: BuiltRepository;
let root: string;
useIsolatedProcess();
beforeEach(() => {
  built = plainRepository();
  root = built.root;
  makeDirty(built);
});
afterEach(() => built.cleanup());

const status = (): string => built.git('status', '--porcelain').replace(/^\?\? \.claude\/\n/m, '');

function commit(name: string, content = `${name}\n`): void {
  built.write(name, content);
  built.git('add', name);
  built.git('commit', '-q', '-m', `Add ${name}`);
}

/** Opens a conversation of a client that lives as long as this test. */
function converse(conversation: string, session?: string): void {
  const place = placeOf(root);
  openSpool(place.state);
  if (session !== undefined) bindConversation(place.state, conversation, { session, role: 'own', root });
  const client = { pid: process.pid, start: undefined };
  beginConversation(place, {
    at: Date.now(),
    conversation,
    how: 'startup',
    parent: undefined,
    transcript: undefined,
    cwd: root,
    client,
  });
  markLive(place.state, {
    session: conversation,
    ...client,
    scope: 'local',
    cwd: root,
    transcript: undefined,
  });
}

describe('branching', () => {
  it('starts clean at HEAD, leaves what git ignores, and gives all of it back', async () => {
    const before = stateOf(root);
    const { plan, checkpoint } = await branchAt(root, 'fix/login');
    expect(status()).toBe('');
    expect(stateOf(root).head).toMatch(/^refs\/heads\/fix\/login /);
    expect(fs.readFileSync(path.join(root, 'debug.log'), 'utf8')).toBe('not held\n');
    expect(plan?.changes.length).toBeGreaterThan(8);
    expect(checkpoint?.named).toBe(true);
    const { notes, parentBranch } = await returnAt(root);
    expect({ notes, parentBranch }).toEqual({ notes: [], parentBranch: 'main' });
    expect(stateOf(root)).toEqual(before);
    expect(leftovers(root)).toEqual([]);
  });

  it('keeps settings of the client that are not committed, or no hook would run', async () => {
    built.write('.claude/settings.json', '{"hooks":{}}\n');
    const before = stateOf(root);
    await branchAt(root, 'urgent');
    expect(fs.existsSync(path.join(root, '.claude/settings.json'))).toBe(true);
    commit('fix.txt');
    await returnAt(root);
    expect(stateOf(root)).toEqual(before);
  });

  it('takes a file along that is staged although git ignores it', async () => {
    built.write('kept.log', 'one\n');
    built.git('add', '-f', 'kept.log');
    built.write('kept.log', 'two\n');
    const before = stateOf(root);
    await branchAt(root, 'urgent');
    expect(fs.existsSync(path.join(root, 'kept.log'))).toBe(false);
    await returnAt(root);
    expect(stateOf(root)).toEqual(before);
  });

  it('comes back to a detached HEAD', async () => {
    built.git('checkout', '-q', '--detach');
    const before = stateOf(root);
    await branchAt(root, 'urgent');
    expect((await returnAt(root)).parentBranch).toBeUndefined();
    expect(stateOf(root)).toEqual(before);
  });

  it('says who waits for whom, and what the new conversation is about', async () => {
    converse('parent-1');
    const one = await branchAt(root, 'one', { task: 'login fails on Safari' });
    expect(one.notes.join()).toContain('still has');
    expect(sessionAt(root, one.parent).state).toBe('Paused');
    const two = await branchAt(root, 'two');
    expect([one.depth, two.depth, two.parent]).toEqual([1, 2, one.child]);
    const [top] = await treeAt(root);
    expect([top?.session.id, top?.current]).toEqual([one.parent, false]);
    expect(top?.children[0]?.session.id).toBe(one.child);
    expect(top?.children[0]?.children[0]).toMatchObject({ current: true, session: { id: two.child } });

    converse('child-2', two.child);
    const told = takeTold(placeOf(root).state, 'child-2', true);
    expect(told).toContain('Its task: Do two');
    expect(told).toContain(`"one" (${one.child})`);
    expect(takeTold(placeOf(root).state, 'child-2', false)).toBe('');
  });

  it('lets the next conversation of the working tree belong to the child', async () => {
    const { child } = await branchAt(root, 'one');
    converse('fresh');
    expect(sessionAt(root, child).conversations.map(({ id }) => id)).toEqual(['fresh']);
    expect(sessionAt(root, child).state).toBe('Active');
  });
});

describe('returning', () => {
  it('keeps what was committed on its branch and what was not as a checkpoint', async () => {
    const before = stateOf(root);
    await branchAt(root, 'urgent');
    commit('fix.txt');
    built.write('half.txt', 'half\n');
    const child = stateOf(root);
    const { commits, files, checkpoint, note, conversation } = await returnAt(root);
    expect(commits.join()).toMatch(/^[0-9a-f]+ Add fix.txt$/);
    expect(files.sort()).toEqual(['fix.txt', 'half.txt']);
    expect(conversation).toBeUndefined();
    expect(note).toContain('Add fix.txt');
    expect(stateOf(root)).toEqual(before);
    expect(built.git('show', `refs/claude-hooks/checkpoints/${checkpoint}:half.txt`)).toBe('half\n');
    expect(branchesOf(built).urgent).toBe(child.head.split(' ')[1]);
    await undoAt(root);
    expect(stateOf(root)).toEqual(child);
  });

  it('tells the parent once what was done, also one that is still open', async () => {
    converse('parent-1');
    const { state } = placeOf(root);
    await branchAt(root, 'urgent');
    commit('fix.txt');
    const { conversation, parent } = await returnAt(root);
    expect(conversation).toBe('parent-1');
    expect(sessionAt(root, parent).state).toBe('Active');
    expect(fs.existsSync(path.join(state.late, 'parent-1'))).toBe(true);
    expect(takeTold(state, 'parent-1', true)).toContain('Add fix.txt');
    expect(takeTold(state, 'parent-1', true)).toBe('');
  });

  it('leaves a branch of the parent that has moved, and says how to go on', async () => {
    const before = stateOf(root);
    const { head } = await branchAt(root, 'urgent');
    commit('fix.txt');
    built.git('fetch', '-q', '.', 'urgent:main');
    const { notes, parentBranch } = await returnAt(root);
    expect(parentBranch).toBeUndefined();
    expect(notes.join(' ')).toMatch(/main has moved meanwhile \(1 commit since/);
    expect(branchesOf(built).main).toBe(branchesOf(built).urgent);
    expect(stateOf(root)).toEqual({ ...before, head: `HEAD ${head}` });
  });

  it('says so where the branch of the parent is gone', async () => {
    const { head } = await branchAt(root, 'urgent');
    built.git('branch', '-q', '-D', 'main');
    const { notes } = await returnAt(root);
    expect(notes.join(' ')).toContain('git switch -c main');
    expect(stateOf(root).head).toBe(`HEAD ${head}`);
  });

  it('keeps commits of a detached HEAD within reach', async () => {
    await branchAt(root, 'urgent');
    built.git('checkout', '-q', '--detach');
    commit('fix.txt');
    const lost = built.git('rev-parse', 'HEAD').trim();
    await returnAt(root);
    built.git('reflog', 'expire', '--expire=now', '--all');
    built.git('gc', '-q', '--prune=now');
    expect(built.git('cat-file', '-t', lost).trim()).toBe('commit');
  });

  it('gives up a child only as far as a checkpoint holds it', async () => {
    const before = stateOf(root);
    await branchAt(root, 'urgent');
    built.write('idea.txt', 'idea\n');
    const child = stateOf(root);
    const { checkpoint, discarded } = await returnAt(root, { discard: true });
    expect(discarded).toBe(true);
    expect(stateOf(root)).toEqual(before);
    expect(built.git('show', `refs/claude-hooks/checkpoints/${checkpoint}:idea.txt`)).toBe('idea\n');
    expect(Object.keys(branchesOf(built))).toEqual(['main']);
    await undoAt(root);
    expect(stateOf(root)).toEqual(child);
  });

  it('keeps the branch of a child that is given up where it holds commits', async () => {
    await branchAt(root, 'urgent');
    commit('fix.txt');
    await returnAt(root, { discard: true });
    expect(Object.keys(branchesOf(built))).toEqual(['main', 'urgent']);
  });

  it('changes nothing in a dry run', async () => {
    const before = stateOf(root);
    expect((await branchAt(root, 'urgent', { dryRun: true })).done).toBe(false);
    expect(stateOf(root)).toEqual(before);
    expect(Object.keys(branchesOf(built))).toEqual(['main']);
    await branchAt(root, 'urgent');
    const child = stateOf(root);
    expect((await returnAt(root, { dryRun: true })).plan?.changes.length).toBeGreaterThan(8);
    expect(stateOf(root)).toEqual(child);
  });
});

describe('taking back', () => {
  it('takes a branch back: files, staging, git branch, and what the sessions know', async () => {
    const before = stateOf(root);
    const { child, parent } = await branchAt(root, 'urgent');
    const after = stateOf(root);
    await undoAt(root);
    expect(stateOf(root)).toEqual(before);
    expect(Object.keys(branchesOf(built))).toEqual(['main']);
    expect((await errorOf(() => returnAt(root))).code).toBe('nothing-to-return');
    expect((await treeAt(root)).find(({ session }) => session.id === parent)?.children).toEqual([]);
    // And brings it again.
    await undoAt(root, { id: (await operationsAt(root))[0]?.operation.id ?? '' });
    expect(stateOf(root)).toEqual(after);
    expect(sessionAt(root, child).name).toBe('urgent');
    await returnAt(root);
    expect(stateOf(root)).toEqual(before);
  });

  it('keeps a git branch on which something was committed', async () => {
    const before = stateOf(root);
    await branchAt(root, 'urgent');
    commit('fix.txt');
    await undoAt(root);
    expect(stateOf(root)).toEqual(before);
    expect(Object.keys(branchesOf(built))).toEqual(['main', 'urgent']);
  });

  it('refuses where HEAD has gone elsewhere', async () => {
    await branchAt(root, 'urgent');
    built.git('checkout', '-q', '-b', 'other');
    const state = stateOf(root);
    expect((await errorOf(() => undoAt(root))).message).toContain('is not checked out');
    expect(stateOf(root)).toEqual(state);
  });
});

it('branches in a linked working tree without touching the main one', async () => {
  const linked = path.join(built.base, 'side tree');
  built.git('worktree', 'add', '-q', '-b', 'side', linked);
  const side = at(built.base, linked);
  makeDirty(side);
  const [main, before] = [stateOf(root), stateOf(linked)];
  await branchAt(linked, 'urgent');
  expect((await errorOf(() => returnAt(root))).code).toBe('nothing-to-return');
  expect(stateOf(root)).toEqual(main);
  await returnAt(linked);
  expect(stateOf(linked)).toEqual(before);
});

it('tells no more than a prompt has room for, and whole lines', async () => {
  converse('parent-1');
  const { state } = placeOf(root);
  for (const name of ['one', 'two']) {
    await branchAt(root, name, { task: 'x'.repeat(5_000) });
    for (let count = 0; count < 10; count += 1) commit(`${name}-${'y'.repeat(150)}-${count}`);
    await returnAt(root);
  }
  const told = takeTold(state, 'parent-1', true);
  expect(told.length).toBeLessThanOrEqual(3_000);
  expect(told).toMatch(/\n- and \d+ more\n|\nMore: claude-hooks session tree$/);
});
