import { expect, it } from 'vitest';
import { joinPaths, type PlanRules, planIndex } from '../../../src/checkpoints/plan.ts';
import type { StatusEntry } from '../../../src/checkpoints/status.ts';
import type { RawEntry } from '../../../src/platform/raw-paths.ts';

const FILE: RawEntry = { kind: 'file', size: 10, readable: true };

function untracked(path: string): StatusEntry {
  return {
    path: Buffer.from(path),
    kind: 'untracked',
    staged: '?',
    worktree: '?',
    inHead: false,
    inIndex: false,
    inWorktree: true,
  };
}

function changed(path: string, xy: string, more: Partial<StatusEntry> = {}): StatusEntry {
  const [staged = '.', worktree = '.'] = xy;
  return {
    path: Buffer.from(path),
    kind: 'changed',
    staged,
    worktree,
    inHead: staged !== 'A',
    inIndex: true,
    inWorktree: worktree !== 'D',
    ...more,
  };
}

function plan(entries: StatusEntry[], files: Record<string, RawEntry>, more: Partial<PlanRules> = {}) {
  const result = planIndex(entries, {
    maxFileBytes: 100,
    ownFolders: ['.claude/checkpoints/'],
    isTracked: () => false,
    lookAt: (path) => files[path.toString()],
    ...more,
  });
  const names = (paths: Buffer[]): string[] => paths.map((path) => path.toString());
  return {
    ...result,
    add: names(result.add),
    remove: names(result.remove),
    embedded: names(result.embedded),
  };
}

it('adds what is there and removes what is gone', () => {
  const result = plan([changed('m', '.M'), changed('d', '.D'), untracked('n'), untracked('vanished')], {
    m: FILE,
    n: FILE,
  });
  expect(result.add).toEqual(['m', 'n']);
  expect(result.remove).toEqual(['d']);
  expect(result.files).toEqual([
    { path: 'm', status: 'modified' },
    { path: 'd', status: 'deleted' },
    { path: 'n', status: 'new' },
  ]);
  expect(result.filesUncertain).toBe(false);
});

it('leaves a large file out unless git has it', () => {
  const large: RawEntry = { kind: 'file', size: 101, readable: true };
  const files = { new: large, grown: large, tracked: large, staged: large };
  const entries = [
    untracked('new'),
    changed('grown', 'AM'),
    changed('tracked', '.M'),
    changed('staged', 'AM'),
  ];
  const result = plan(entries, files, { isTracked: (path) => path.toString() === 'staged' });
  expect(result.leftOut).toEqual([
    { path: 'new', bytes: 101, why: 'size' },
    { path: 'grown', bytes: 101, why: 'size' },
  ]);
  expect(result.add).toEqual(['tracked', 'staged']);
  expect(result.remove).toEqual(['grown']);
});

it('keeps the last known content of a file it may not read, and says so', () => {
  const secret: RawEntry = { kind: 'file', size: 5, readable: false };
  const result = plan([untracked('u'), changed('t', '.M')], { u: secret, t: secret });
  expect(result.leftOut.map((file) => file.path)).toEqual(['u', 't']);
  expect([result.add, result.remove]).toEqual([[], []]);
  expect(result.files).toEqual([{ path: 't', status: 'modified' }]);
});

it('takes a pipe or a socket in the place of a file for a deletion', () => {
  const result = plan([changed('p', '.T')], { p: { kind: 'other', size: 0, readable: true } });
  expect(result.remove).toEqual(['p']);
});

it('does not hold untracked documents claude-hooks wrote, but tracked ones', () => {
  const document = '.claude/checkpoints/a.md';
  expect(plan([untracked(document)], { [document]: FILE }).add).toEqual([]);
  expect(plan([changed(document, '.M')], { [document]: FILE }).add).toEqual([document]);
});

it('sees when what git ignores or converts has changed', () => {
  for (const name of ['.gitignore', 'a/.gitattributes']) {
    expect(plan([untracked(name)], { [name]: FILE }).rulesChanged).toBe(true);
    expect(plan([changed(name, '.D')], {}).rulesChanged).toBe(true);
  }
  expect(plan([untracked('x.gitignore')], { 'x.gitignore': FILE }).rulesChanged).toBe(false);
});

it('asks for the exact list where the status does not tell it', () => {
  expect(plan([changed('m', 'MM')], { m: FILE }).filesUncertain).toBe(true);
  expect(
    plan([changed('back', 'D.', { inIndex: false, inWorktree: false }), untracked('back')], { back: FILE })
      .filesUncertain,
  ).toBe(true);
});

it('resolves unmerged paths to what the working tree has', () => {
  const unmerged = (path: string): StatusEntry => changed(path, 'UU', { kind: 'unmerged' });
  const result = plan([unmerged('there'), unmerged('gone'), unmerged('folder')], {
    there: FILE,
    folder: { kind: 'directory', size: 0, readable: true },
  });
  expect(result.add).toEqual(['there']);
  expect(result.remove).toEqual(['gone', 'folder']);
});

it('adds embedded repositories one by one', () => {
  expect(plan([untracked('inner/')], {}).embedded).toEqual(['inner']);
});

it('ends each path with a NUL', () => {
  expect(joinPaths([Buffer.from('a'), Buffer.from([0xff])])).toEqual(Buffer.from([0x61, 0, 0xff, 0]));
});
