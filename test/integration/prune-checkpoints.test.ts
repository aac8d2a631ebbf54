import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRefs, type PrunedCheckpoint, removeRefs } from '../../src/checkpoints/prune.ts';
import { pruneCheckpoints } from '../../src/flows/prune.ts';
import { gitOf } from '../../src/flows/prune-operation.ts';
import type { Workplace } from '../../src/flows/workplace.ts';
import { fingerprint, saved } from '../support/checkpoints.ts';
import { useIsolatedProcess } from '../support/for-the-file.ts';
import {
  checkpointRefs,
  idsOf,
  MADE_AT,
  makeCheckpoints,
  makeSession,
  workplaceKeeping,
  writeDocument,
} from '../support/many-checkpoints.ts';
import { type BuiltRepository, makeDirty, plainRepository } from '../support/repositories.ts';
import { restored } from '../support/restore.ts';
import { snapshot } from '../support/snapshot.ts';
import { undoAt } from '../support/undo.ts';

const DAY = 24 * 3_600_000;
let built: BuiltRepository;
useIsolatedProcess();
beforeEach(() => {
  built = plainRepository();
});
afterEach(() => built.cleanup());

const place = (keep: object = {}, root = built.root): Promise<Workplace> => workplaceKeeping(root, keep);
const make = (prefix: string, count: number, more: object = {}, ageMs = 0): string[] =>
  makeSession(built, prefix, count, more, ageMs);

describe('pruning more than 300 checkpoints', () => {
  it('keeps the newest of each session and every named one; undo brings all of it back, and back again', async () => {
    makeDirty(built);
    const first = make('one', 180);
    const second = make('two', 120);
    const old = make('old', 20, {}, 40 * DAY);
    const named = make('named', 20, { named: true, name: 'Mine' }, 300 * DAY);
    for (const id of [...first, ...old, ...named]) writeDocument(built.root, id);
    const documents = (): string[] => fs.readdirSync(path.join(built.root, '.claude/checkpoints')).sort();
    const before = {
      refs: checkpointRefs(built.root),
      documents: documents(),
      tree: fingerprint(built.root),
    };
    const kept = [...first.slice(0, 100), ...second.slice(0, 100), ...named].sort();
    const at = await place({ count: 100 });
    const dry = await pruneCheckpoints(at, { dryRun: true });
    expect(dry).toMatchObject({ pruned: [] });
    expect(dry.plan.verdicts.filter(({ goes }) => goes)).toHaveLength(120);
    expect(checkpointRefs(built.root)).toEqual(before.refs);
    const result = await pruneCheckpoints(at, { dryRun: false });
    expect(result.pruned).toHaveLength(120);
    expect(Object.keys(checkpointRefs(built.root)).sort()).toEqual(kept);
    expect(documents()).toEqual([...first.slice(0, 100), ...named].map((id) => `${id}.md`).sort());
    expect(fingerprint(built.root)).toEqual(before.tree);
    const pruned = { refs: checkpointRefs(built.root), documents: documents() };
    expect((await pruneCheckpoints(at, { dryRun: false })).pruned).toEqual([]);
    const back = await undoAt(built.root);
    expect(back.done.steps).toHaveLength(120);
    expect([checkpointRefs(built.root), documents()]).toEqual([before.refs, before.documents]);
    const edited = fs.readFileSync(path.join(built.root, '.claude/checkpoints', `${old[0]}.md`), 'utf8');
    expect(edited).toContain('my own words');
    await undoAt(built.root, { id: back.done.operation ?? '' });
    expect([checkpointRefs(built.root), documents()]).toEqual([pruned.refs, pruned.documents]);
    await undoAt(built.root);
    expect([checkpointRefs(built.root), documents()]).toEqual([before.refs, before.documents]);
    expect(fingerprint(built.root)).toEqual(before.tree);
    expect(built.tryGit('fsck', '--full', '--strict')).toBe(true);
  });

  it('works on packed refs, and in a repository with SHA-256', async () => {
    built.cleanup();
    built = plainRepository('repo', ['--object-format=sha256']);
    const list = make('one', 30);
    built.git('pack-refs', '--all');
    await pruneCheckpoints(await place({ count: 10 }), { dryRun: false });
    expect(Object.keys(checkpointRefs(built.root)).sort()).toEqual(list.slice(0, 10));
    await undoAt(built.root);
    expect(Object.keys(checkpointRefs(built.root))).toHaveLength(30);
  });
});

describe('what stays', () => {
  it('is every document that is not ours, or that git tracks', async () => {
    const list = make('one', 6);
    const folder = path.join(built.root, '.claude/checkpoints');
    const [, tracked = '', foreign = '', other = '', link = '', plain = ''] = list;
    for (const id of list) writeDocument(built.root, id);
    built.git('add', '-f', `.claude/checkpoints/${tracked}.md`);
    fs.writeFileSync(path.join(folder, `${foreign}.md`), '# my own notes of the same name\n');
    writeDocument(built.root, other, 'another-id');
    fs.rmSync(path.join(folder, `${link}.md`));
    fs.writeFileSync(path.join(folder, 'notes.md'), 'mine\n');
    fs.symlinkSync('notes.md', path.join(folder, `${link}.md`));
    const before = fingerprint(folder, /$^/);
    await pruneCheckpoints(await place({ count: 1 }), { dryRun: false });
    expect(Object.keys(checkpointRefs(built.root))).toEqual([list[0]]);
    const after = fingerprint(folder, /$^/);
    expect(after).toEqual({ ...before, [`${plain}.md`]: after[`${plain}.md`] });
    expect(after[`${plain}.md`]).toBe(undefined);
  });

  it('is a document that is there again; the pruned one is kept beside, unless it is the same', async () => {
    const [, same = '', other = ''] = make('one', 3);
    const files = [same, other].map((id) => writeDocument(built.root, id));
    const text = fs.readFileSync(files[0] ?? '', 'utf8');
    await pruneCheckpoints(await place({ count: 1 }), { dryRun: false });
    fs.writeFileSync(files[0] ?? '', text);
    fs.writeFileSync(files[1] ?? '', 'written anew\n');
    const { notes } = (await undoAt(built.root)).done;
    expect(notes).toHaveLength(1);
    expect(notes[0]).toContain(`${files[1]} is there again; the earlier one stays in `);
    expect(fs.readFileSync(files[1] ?? '', 'utf8')).toBe('written anew\n');
    const kept = path.dirname(notes[0]?.split('stays in ')[1] ?? '');
    expect(fs.readdirSync(kept)).toEqual([`${other}.md`]);
  });

  it('is a checkpoint whose reference points elsewhere by now', async () => {
    const [first = '', second = ''] = make('one', 2);
    const refs = checkpointRefs(built.root);
    const pruned = (id: string, commit: string): PrunedCheckpoint => ({
      id,
      commit,
      name: 'x',
      worktree: 'main',
    });
    const git = gitOf(await place());
    const list = [pruned(first, refs[first] ?? ''), pruned(second, refs[first] ?? '')];
    expect(await removeRefs(git, list)).toEqual([list[1]]);
    expect(checkpointRefs(built.root)).toEqual({ [second]: refs[second] });
    expect(await createRefs(git, list)).toEqual([list[1]]);
    expect(checkpointRefs(built.root)).toEqual(refs);
  });

  it('is what an operation or a snapshot in any working tree needs', async () => {
    const list = make('one', 6);
    built.git('worktree', 'add', '-q', '-b', 'side', path.join(built.base, 'side'));
    const folder = path.join(built.base, 'side/.claude/snapshots');
    fs.mkdirSync(folder, { recursive: true });
    fs.writeFileSync(path.join(folder, 'x.json'), `{"checkpoint": "${list[3]}", damaged`);
    const checkpoint = await saved(built.root, { name: 'Mine', now: MADE_AT });
    built.write('src/a.txt', 'later\n');
    const { operation } = await restored(built.root, checkpoint);
    const result = await pruneCheckpoints(await place({ count: 1, age: '1ms' }), { dryRun: false });
    const why = new Map(result.plan.verdicts.map((one) => [one.checkpoint.reason, one.why]));
    expect(why.get('before-restore')).toBe('operation');
    expect(result.plan.verdicts.find((one) => one.checkpoint.id === list[3])?.why).toBe('snapshot');
    expect(Object.keys(checkpointRefs(built.root))).toHaveLength(3);
    await undoAt(built.root, { id: operation });
    expect(fs.readFileSync(path.join(built.root, 'src/a.txt'), 'utf8')).toBe('later\n');
  });

  it('is measured: what is shared costs nothing, what branches hold neither', async () => {
    const blob = (): Buffer => randomBytes(100_000);
    const same = blob();
    built.write('big.bin', same);
    built.git('add', '-A');
    built.git('commit', '-qm', 'Big');
    makeCheckpoints(
      built,
      idsOf('large', 20).map((id, at) => ({
        id,
        at: MADE_AT - at * 60_000,
        content: blob(),
        more: { session: 'large' },
      })),
    );
    makeCheckpoints(
      built,
      idsOf('same', 20).map((id, at) => ({
        id,
        at: MADE_AT - at * 60_000,
        content: same,
        more: { session: 'same' },
      })),
    );
    const at = await place({ size: '1MB' });
    const result = await pruneCheckpoints(at, { dryRun: false });
    expect(result.plan.notes).toEqual([]);
    const left = Object.keys(checkpointRefs(built.root));
    expect(left.filter((id) => id.startsWith('large-'))).toEqual(idsOf('large', 10));
    expect(left.filter((id) => id.startsWith('same-'))).toHaveLength(20);
    const others = ['--not', '--exclude=refs/claude-hooks/*', '--all'];
    const globs = ['--glob=refs/claude-hooks/checkpoints/large-*'];
    const used = Number(built.git('rev-list', '--disk-usage', '--objects', ...globs, ...others));
    expect(used).toBeGreaterThan(900_000);
    expect(used).toBeLessThanOrEqual(1024 * 1024);
  });

  it('is the same with a git that cannot add sizes up', async () => {
    makeCheckpoints(
      built,
      idsOf('large', 12).map((id, at) => ({
        id,
        at: MADE_AT - at * 60_000,
        content: randomBytes(100_000),
        more: { session: 'large' },
      })),
    );
    const bin = path.join(built.base, 'bin');
    fs.mkdirSync(bin);
    const real = built.git('--exec-path').trim();
    fs.writeFileSync(
      path.join(bin, 'git'),
      `#!/bin/sh\nfor word; do [ "$word" = --disk-usage ] && { echo "usage: git rev-list" >&2; exit 129; }; done\nexec '${real}/git' "$@"\n`,
      { mode: 0o755 },
    );
    const { PATH } = process.env;
    process.env.PATH = `${bin}${path.delimiter}${PATH}`;
    try {
      const result = await pruneCheckpoints(await place({ size: '500KB' }), { dryRun: true });
      expect(result.plan.notes).toEqual([]);
      const stay = result.plan.verdicts.filter(({ goes }) => !goes).map((one) => one.checkpoint.id);
      expect(stay).toEqual(idsOf('large', 5));
    } finally {
      process.env.PATH = PATH;
    }
  });
});

describe('linked worktrees', () => {
  it('gives each its documents back, and says where one is gone', async () => {
    const side = path.join(built.base, 'side');
    built.git('worktree', 'add', '-q', '-b', 'side', side);
    const list = make('one', 4, { worktree: 'side' });
    const files = list.map((id) => writeDocument(side, id));
    const there = (): boolean[] => files.map((file) => fs.existsSync(file));
    await pruneCheckpoints(await place({ count: 1 }), { dryRun: false });
    expect(there()).toEqual([true, false, false, false]);
    await undoAt(side);
    expect(there()).toEqual([true, true, true, true]);
    await pruneCheckpoints(await place({ count: 1 }, side), { dryRun: false });
    built.git('worktree', 'remove', '--force', side);
    const back = await undoAt(built.root);
    expect(back.done.notes.join('\n')).toContain('The working tree side is gone');
    expect(Object.keys(checkpointRefs(built.root))).toHaveLength(4);
  });

  const shm = '/dev/shm';
  const isOtherDisk = fs.existsSync(shm) && fs.statSync(shm).dev !== fs.statSync(os.tmpdir()).dev;
  it.skipIf(!isOtherDisk)('moves documents to another disk and back (where /dev/shm is one)', async () => {
    const side = path.join(shm, path.basename(built.base));
    built.git('worktree', 'add', '-q', '-b', 'side', side);
    try {
      const list = make('one', 2, { worktree: path.basename(built.base) });
      const file = writeDocument(side, list[1] ?? '');
      fs.chmodSync(file, 0o640);
      const before = snapshot(side);
      const pruned = await pruneCheckpoints(await place({ count: 1 }), { dryRun: false });
      expect([pruned.pruned.length, pruned.notes]).toEqual([1, []]);
      expect(fs.existsSync(file)).toBe(false);
      expect((await undoAt(built.root)).done.notes).toEqual([]);
      expect(snapshot(side)).toEqual(before);
    } finally {
      fs.rmSync(side, { recursive: true, force: true });
    }
  });

  it('believes no git directory that names a folder which does not lead back to it', async () => {
    const victim = plainRepository('victim');
    try {
      const list = make('one', 3, { worktree: 'evil' });
      const theirs = path.join(victim.base, 'evil');
      victim.git('worktree', 'add', '-q', '-b', 'evil', theirs);
      const files = list.map((id) => writeDocument(theirs, id));
      const evil = path.join(built.root, '.git/worktrees/evil');
      fs.mkdirSync(evil, { recursive: true });
      fs.writeFileSync(path.join(evil, 'gitdir'), `${theirs}/.git\n`);
      fs.writeFileSync(path.join(evil, 'commondir'), '../..\n');
      fs.writeFileSync(path.join(evil, 'HEAD'), 'ref: refs/heads/main\n');
      await pruneCheckpoints(await place({ count: 1 }), { dryRun: false });
      expect(Object.keys(checkpointRefs(built.root))).toHaveLength(1);
      expect(files.every((file) => fs.existsSync(file))).toBe(true);
    } finally {
      victim.cleanup();
    }
  });
});
