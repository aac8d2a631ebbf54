import * as fs from 'node:fs';
import * as path from 'node:path';
import { describe, expect, it } from 'vitest';
import { listSnapshots, loadSnapshot, saveSnapshot } from '../../src/flows/snapshot.ts';
import { resumeSnapshot } from '../../src/flows/snapshot-resume.ts';
import type { SnapshotFile } from '../../src/snapshots/types.ts';
import { fingerprint } from '../support/checkpoints.ts';
import { useIsolatedProcess } from '../support/for-the-file.ts';
import { REPOSITORY_STATES } from '../support/repository-states.ts';
import { publishedSchema, savedSnapshot, treeEntries, workplaceOf } from '../support/snapshots.ts';

useIsolatedProcess();

const OURS =
  /(?:^|\/)(?:\.claude\/(?:checkpoints|snapshots)(?:\/|$)|claude-hooks(?:\/|$)|objects(?:\/|$)|refs\/claude-hooks(?:\/|$))/;

const nameOf = (text: string, exact: string | undefined): string =>
  Buffer.from(exact ?? text, exact === undefined ? 'utf8' : 'base64').toString('latin1');

/** What the list says against what the two trees hold, each compared without git's own comparison. */
function expectFiles(
  root: string,
  files: readonly SnapshotFile[],
  head: string | undefined,
  tree: string,
): void {
  const [before, after] = [treeEntries(root, head), treeEntries(root, tree)];
  const names = new Set([...before.keys(), ...after.keys()]);
  const different = [...names].filter((name) => before.get(name) !== after.get(name));
  const told = files.flatMap(({ path: name, pathBase64, from, fromBase64 }) => [
    nameOf(name, pathBase64),
    ...(from === undefined ? [] : [nameOf(from, fromBase64)]),
  ]);
  expect(told.sort()).toEqual(different.sort());
  for (const { path: text, pathBase64, hash, status, from } of files) {
    const name = nameOf(text, pathBase64);
    expect((status === 'deleted' ? before : after).get(name)?.split(' ')[1], text).toBe(hash);
    expect([before.has(name), after.has(name)], text).toEqual([
      status === 'modified' || status === 'deleted',
      status !== 'deleted',
    ]);
    expect(from !== undefined).toBe(status === 'renamed');
  }
  const order = files.map(({ path: text, pathBase64 }) => nameOf(text, pathBase64));
  expect(order).toEqual([...order].sort());
}

const FAST = [
  'unborn branch',
  'detached HEAD',
  'merge stopped at a conflict',
  'linked worktree',
  'with a submodule',
];
const states = Object.entries(REPOSITORY_STATES).filter(
  ([name, state]) => !state.saves || FAST.includes(name) || process.env.CLAUDE_HOOKS_FULL === '1',
);

describe.each(states)('snapshot in: %s', (_name, state) => {
  it(state.saves ? 'tells it and touches nothing' : 'refuses and touches nothing', async () => {
    const built = state.build();
    try {
      const before = fingerprint(built.base, OURS);
      if (!state.saves) {
        const place = await workplaceOf(built.root);
        await expect(saveSnapshot(place, { name: 'x' })).rejects.toMatchObject({
          code: 'snapshot-refused',
          message: expect.stringContaining(built.root),
        });
        expect(fs.existsSync(path.join(built.root, '.claude'))).toBe(false);
        expect(fingerprint(built.base, OURS)).toEqual(before);
        return;
      }
      const { snapshot, place, document } = await savedSnapshot(built.root, { note: 'the note' });
      expect(fingerprint(built.base, OURS)).toEqual(before);
      expect(publishedSchema.safeParse(document).error).toBeUndefined();
      expect(document).toStrictEqual(snapshot);
      expect(loadSnapshot(built.root, 'Feature X')).toStrictEqual(snapshot);
      expect(loadSnapshot(path.join(built.root, 'src/deep'), snapshot.id)).toStrictEqual(snapshot);

      const head = built.tryGit('rev-parse', '-q', '--verify', 'HEAD')
        ? built.git('rev-parse', 'HEAD').trim()
        : undefined;
      const branch = built.git('branch', '--show-current').trim();
      expect(snapshot).toMatchObject({ branch: branch === '' ? null : branch, notes: 'the note' });
      expect(snapshot.head).toBe(head);
      expect(snapshot.operation).toBe(state.operation);
      const ref = `refs/claude-hooks/checkpoints/${snapshot.checkpoint}`;
      expect(built.git('rev-parse', `${ref}^{tree}`).trim()).toBe(snapshot.tree);
      expectFiles(built.root, snapshot.files, head, snapshot.tree);
      expect(snapshot.files.length).toBeGreaterThan(1);

      const resume = await resumeSnapshot(place, snapshot);
      expect(resume).toMatchObject({ since: [], commands: [] });
      expect(resume.checkpoint?.named).toBe(true);
      built.write('later.txt', 'later\n');
      const later = await resumeSnapshot(place, snapshot);
      expect(later.since).toEqual([{ path: 'later.txt', status: 'new' }]);
      expect(later.commands).toEqual([`claude-hooks snapshot load ${snapshot.id} --restore`]);
      // A snapshot's own document is no change of the working tree.
      expect(listSnapshots(built.root)).toMatchObject({ snapshots: [{ id: snapshot.id }], skipped: [] });
    } finally {
      built.cleanup();
    }
  });
});
