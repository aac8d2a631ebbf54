import * as fs from 'node:fs';
import * as path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { beginMarker, endMarker } from '../../src/context/regions.ts';
import { markLive } from '../../src/store/live.ts';
import { openSpool } from '../../src/store/spool.ts';
import { branchAt, branchesOf, returnAt, sessionAt, stateOf, treeAt } from '../support/branching.ts';
import { placeOf } from '../support/checkpoints.ts';
import { useIsolatedProcess } from '../support/for-the-file.ts';
import { at, type BuiltRepository, makeDirty, plainRepository } from '../support/repositories.ts';
import { leftovers } from '../support/restore.ts';
import { errorOf, operationsAt, undoAt } from '../support/undo.ts';

let built: BuiltRepository;
useIsolatedProcess();
beforeEach(() => {
  built = plainRepository();
  makeDirty(built);
});
afterEach(() => built.cleanup());

function branchBeside(name = 'fix/login'): ReturnType<typeof branchAt> {
  return branchAt(built.root, name, { worktree: true });
}

function commit(root: string): void {
  const linked = at(built.base, root);
  linked.write('fix.txt', 'fix\n');
  linked.git('add', 'fix.txt');
  linked.git('commit', '-q', '-m', 'Fix it');
}

it('works beside the main tree, which nobody touches, and goes when all of it is committed', async () => {
  const before = stateOf(built.root);
  const { root, child } = await branchBeside();
  expect(root).toBe(path.join(built.base, 'repo-fix-login'));
  expect(stateOf(built.root)).toEqual(before);
  expect(at(built.base, root).git('status', '--porcelain')).toBe('');
  expect(stateOf(root).head).toMatch(/^refs\/heads\/fix\/login /);
  expect(built.git('worktree', 'list', '--porcelain')).toContain(`worktree ${root}\n`);
  expect((await errorOf(() => returnAt(built.root))).hint).toContain(root);
  commit(root);
  const { commits, linkedKept, note } = await returnAt(root);
  expect(commits.join()).toContain('Fix it');
  expect([linkedKept, note?.includes('Fix it')]).toEqual([false, true]);
  expect(fs.existsSync(root)).toBe(false);
  expect(built.git('worktree', 'list', '--porcelain')).not.toContain('repo-fix-login');
  expect(Object.keys(branchesOf(built))).toEqual(['fix/login', 'main']);
  expect(stateOf(built.root)).toEqual(before);
  expect(sessionAt(built.root, child).state).toBe('Complete');
  expect(leftovers(built.root)).toEqual([]);
  // And it comes back, with what was committed.
  await undoAt(built.root);
  expect(fs.readFileSync(path.join(root, 'fix.txt'), 'utf8')).toBe('fix\n');
  await returnAt(root);
  expect(fs.existsSync(root)).toBe(false);
});

it.each([
  ['changed', 'README.md'],
  ['new', 'new.txt'],
  ['ignored', 'own.log'],
])('stays where it holds a file that is %s', async (_kind, file) => {
  const { root } = await branchBeside();
  fs.writeFileSync(path.join(root, file), 'mine\n');
  const { linkedKept, notes } = await returnAt(root);
  expect(linkedKept).toBe(true);
  expect(notes.join(' ')).toContain(file);
  expect(fs.readFileSync(path.join(root, file), 'utf8')).toBe('mine\n');
  expect((await errorOf(() => returnAt(root))).code).toBe('nothing-to-return');
  await undoAt(built.root);
  expect((await returnAt(root)).done).toBe(true);
});

it("gets the person's own files, which it goes with unless something was written there", async () => {
  const settings = '.claude/settings.local.json';
  const context = '.claude/context.md';
  built.write('.git/info/exclude', `${settings}\n${context}\n`);
  built.write(settings, '{ "hooks": {} }\n');
  const kept = `# Mine\n\n${beginMarker('commits')}\n- 1234abcd old\n${endMarker('commits')}\n`;
  built.write(context, kept);
  // Not ignored: it would show as new in the child.
  built.write('.claude-sessionrc.local.json', '{}\n');
  const one = await branchBeside('one');
  expect(fs.readFileSync(path.join(one.root, settings), 'utf8')).toBe('{ "hooks": {} }\n');
  expect(fs.existsSync(path.join(one.root, '.claude-sessionrc.local.json'))).toBe(false);
  fs.writeFileSync(path.join(one.root, context), kept.replace('1234abcd old', 'abcd1234 new'));
  commit(one.root);
  await returnAt(one.root);
  expect(fs.existsSync(one.root)).toBe(false);
  await undoAt(built.root);
  expect(fs.existsSync(path.join(one.root, settings))).toBe(true);
  await returnAt(one.root);
  expect(fs.readFileSync(path.join(built.root, settings), 'utf8')).toBe('{ "hooks": {} }\n');
  expect(fs.readFileSync(path.join(built.root, context), 'utf8')).toBe(kept);
});

it.each([
  ['.claude/settings.local.json', '{}\n'],
  ['.claude/context.md', '# Mine\n\nOnly known here\n'],
])('stays where %s was changed in it', async (file, text) => {
  built.write('.git/info/exclude', `${file}\n`);
  built.write(file, '# Mine\n');
  const { root } = await branchBeside();
  fs.writeFileSync(path.join(root, file), text);
  const { linkedKept, notes } = await returnAt(root);
  expect(linkedKept).toBe(true);
  expect(notes.join()).toContain(file);
  expect(fs.readFileSync(path.join(root, file), 'utf8')).toBe(text);
});

it('stays while a client is open in it', async () => {
  const { root, child } = await branchBeside();
  const { state } = placeOf(root);
  openSpool(state);
  const client = { session: child ?? '', pid: process.pid, start: undefined, scope: 'local' };
  markLive(state, { ...client, cwd: root, transcript: undefined });
  expect((await returnAt(root)).notes.join(' ')).toContain('Claude Code is open in it');
  expect(fs.existsSync(root)).toBe(true);
});

it('is taken back with its branch, unless something was done there', async () => {
  const one = await branchBeside('one');
  await undoAt(built.root);
  expect([fs.existsSync(one.root), Object.keys(branchesOf(built))]).toEqual([false, ['main']]);
  const two = await branchBeside('two');
  commit(two.root);
  await undoAt(built.root, { id: (await operationsAt(built.root))[0]?.operation.id ?? '' });
  expect([fs.existsSync(two.root), Object.keys(branchesOf(built))]).toEqual([false, ['main', 'two']]);
  const three = await branchBeside('three');
  fs.writeFileSync(path.join(three.root, 'new.txt'), 'new\n');
  expect((await errorOf(() => undoAt(built.root))).message).toContain('new.txt');
  expect(fs.existsSync(three.root)).toBe(true);
});

it('finds a free place, and holds children of its own', async () => {
  fs.mkdirSync(path.join(built.base, 'repo-fix-login'));
  const { root, child, parent } = await branchBeside();
  expect(path.basename(root)).toBe('repo-fix-login-2');
  const inner = await branchAt(root, 'inner');
  const document = path.join('.claude/snapshots', `${inner.snapshot}.json`);
  expect(fs.existsSync(path.join(root, document))).toBe(true);
  expect([inner.parent, inner.depth]).toEqual([child, 2]);
  const top = (await treeAt(built.root)).find(({ session }) => session.id === parent);
  expect([top?.current, top?.children[0]?.children[0]?.session.id]).toEqual([true, inner.child]);
  await returnAt(root);
  await returnAt(root);
  expect(fs.existsSync(root)).toBe(false);
  expect(fs.existsSync(path.join(built.root, document))).toBe(true);
});
