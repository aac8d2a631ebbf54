import * as fs from 'node:fs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readCheckpoint } from '../../src/checkpoints/list.ts';
import { restoreCheckpoint } from '../../src/flows/restore.ts';
import { fingerprint, placeOf, saved, treeOfAddAll, writeOut } from '../support/checkpoints.ts';
import { useIsolatedProcess } from '../support/for-the-file.ts';
import { makeDirty } from '../support/repositories.ts';
import { supportsSha256 } from '../support/repository-states.ts';
import { documentFile, fetch, makeTeam, push, states, type Team, workplaceOf } from '../support/share.ts';

// Checkpoints pushed by one clone and fetched by another, through a bare repository, all in real git.

let team: Team;
useIsolatedProcess();
beforeEach(() => {
  team = makeTeam();
});
afterEach(() => team.cleanup());

/** Everything of a person but objects, refs of ours and documents. */
const everything = (root: string): Record<string, string> => fingerprint(root);

it('goes from one clone to another byte for byte, and can be shown and restored there', async () => {
  const { ada, bob } = team;
  makeDirty(ada);
  const first = await saved(ada.root, { name: 'Über – "shared"', note: 'tests are red', session: 's-1' });
  ada.git('commit', '-q', '-am', 'Not pushed');
  ada.write('more.txt', 'more\n');
  const second = await saved(ada.root, { reason: 'stop' });
  const [adaBefore, bobBefore] = [everything(ada.root), everything(bob.root)];

  const dry = await push(ada, { dryRun: true });
  expect([states(dry), dry.applied, dry.history]).toEqual([
    ['checkpoint new', 'document new', 'checkpoint new', 'document new'],
    false,
    { commits: 1, wip: 0 },
  ]);
  expect(team.inHub('for-each-ref', 'refs/claude-hooks')).toBe('');
  expect(dry.outgoing).toMatchObject({ secrets: [], large: [], binary: 1 });
  expect(dry.outgoing.objects).toBeGreaterThan(10);
  expect(dry.outgoing.bytes).toBeGreaterThan(500);
  const pushed = await push(ada);
  expect([states(pushed), pushed.applied]).toEqual([
    ['checkpoint pushed', 'document pushed', 'checkpoint pushed', 'document pushed'],
    true,
  ]);
  expect(states(await push(ada))).toEqual([
    'checkpoint there',
    'document there',
    'checkpoint there',
    'document there',
  ]);
  expect(everything(ada.root)).toEqual(adaBefore);

  expect(states(await fetch(bob, { dryRun: true }))).toEqual(states(dry));
  expect(bob.git('for-each-ref', 'refs/claude-hooks')).toBe('');
  const fetched = await fetch(bob);
  expect(states(fetched)).toEqual([
    'checkpoint fetched',
    'document fetched',
    'checkpoint fetched',
    'document fetched',
  ]);
  expect(everything(bob.root)).toEqual(bobBefore);
  expect(bob.git('for-each-ref', 'refs/claude-hooks/incoming')).toBe('');
  expect(bob.git('fsck', '--strict', '--no-dangling')).toBe('');
  for (const { id, files: _files, ...checkpoint } of [first, second]) {
    expect(await readCheckpoint(placeOf(bob.root).repository, id)).toEqual({ id, ...checkpoint });
    expect(fs.readFileSync(documentFile(bob, id))).toEqual(fs.readFileSync(documentFile(ada, id)));
    writeOut(ada.root, checkpoint.tree, `${team.base}/from-ada-${id}`);
    writeOut(bob.root, checkpoint.tree, `${team.base}/from-bob-${id}`);
    const bytes = (folder: string): unknown[] =>
      Object.entries(fingerprint(folder)).map(([name, mark]) => [name, mark.replace(/ \d+ /, ' ')]);
    expect(bytes(`${team.base}/from-bob-${id}`)).toEqual(bytes(`${team.base}/from-ada-${id}`));
  }
  expect(states(await fetch(bob))).toEqual(states(await push(ada)));

  const restored = await restoreCheckpoint(workplaceOf(bob), {
    name: first.id,
    mode: 'exact',
    only: [],
    keepIndex: false,
    dryRun: false,
  });
  expect(restored).toMatchObject({ restored: true, plan: { left: [], staging: 'restored' } });
  expect(treeOfAddAll(bob.root, [], ['.claude/checkpoints'])).toBe(first.tree);
  expect(bob.git('write-tree').trim()).toBe(first.indexTree);
  // What was pruned can come again; where it is pruned there too, nothing stays behind.
  bob.git('update-ref', '-d', `refs/claude-hooks/checkpoints/${second.id}`);
  expect(states(await fetch(bob)).filter((state) => state === 'checkpoint fetched')).toHaveLength(1);
  bob.git('update-ref', '-d', `refs/claude-hooks/checkpoints/${second.id}`);
  for (const kind of ['checkpoints', 'documents'])
    team.inHub('update-ref', '-d', `refs/claude-hooks/${kind}/${second.id}`);
  await fetch(bob);
  expect(bob.git('for-each-ref', 'refs/claude-hooks')).not.toContain(second.id);
  // What came is pushed on like one's own, and back again there is nothing new.
  expect(states(await push(bob, { words: [first.id] }))).toEqual(['checkpoint there', 'document there']);
});

it('pushes those that are named, to the remote that is named', async () => {
  const { ada } = team;
  for (const name of ['One', 'Two', 'Three']) await saved(ada.root, { name, force: true });
  expect(states(await push(ada, { words: ['One'] }))).toEqual(['checkpoint pushed', 'document pushed']);
  expect(states(await push(ada, { words: ['origin', 'Two', 'One'] }))).toEqual([
    'checkpoint there',
    'document there',
    'checkpoint pushed',
    'document pushed',
  ]);
  await expect(push(ada, { words: ['nowhere'] })).rejects.toMatchObject({ code: 'checkpoint-unknown' });
  expect(team.inHub('for-each-ref', 'refs/claude-hooks/checkpoints').trim().split('\n')).toHaveLength(2);
  ada.git('remote', 'add', 'second', team.hub);
  expect((await push(ada, { dryRun: true })).remote).toBe('origin');
  ada.git('branch', '--unset-upstream');
  await expect(push(ada)).rejects.toMatchObject({ code: 'remote-ambiguous', kind: 'usage' });
  expect((await push(ada, { words: ['second'], dryRun: true })).remote).toBe('second');
  await expect(fetch(ada, { remote: '--upload-pack=touch x' })).rejects.toMatchObject({
    code: 'remote-unknown',
  });
  ada.git('remote', 'remove', 'second');
  ada.git('remote', 'remove', 'origin');
  await expect(fetch(ada)).rejects.toMatchObject({ code: 'no-remote' });
});

it('takes from a branch and an index only what belongs to them: an unborn branch, unmerged paths', async () => {
  const { ada, bob } = team;
  ada.git('checkout', '-q', '--orphan', 'fresh');
  ada.git('rm', '-q', '-r', '-f', '--cached', '.');
  await saved(ada.root, { name: 'Unborn' });
  ada.git('add', 'README.md');
  await saved(ada.root, { name: 'Unborn and staged' });
  ada.git('checkout', '-q', '-f', 'main');
  ada.git('checkout', '-q', '-b', 'other');
  ada.write('conflict.txt', 'theirs\n');
  ada.git('commit', '-q', '-am', 'Theirs');
  ada.git('checkout', '-q', 'main');
  ada.write('conflict.txt', 'ours\n');
  ada.git('commit', '-q', '-am', 'Ours');
  ada.tryGit('merge', 'other');
  await saved(ada.root, { name: 'Unmerged' });
  expect(new Set(states(await push(ada)))).toEqual(new Set(['checkpoint pushed', 'document pushed']));
  expect(new Set(states(await fetch(bob)))).toEqual(new Set(['checkpoint fetched', 'document fetched']));
});

it('works for linked worktrees and shallow clones', async () => {
  const { ada, bob } = team;
  ada.git('worktree', 'add', '-q', '-b', 'side', `${team.base}/linked`);
  fs.writeFileSync(`${team.base}/linked/new.txt`, 'new\n');
  const { id } = await saved(`${team.base}/linked`, { name: 'Linked' });
  // Its document lies in the other working tree.
  expect(states(await push(ada))).toEqual(['checkpoint pushed']);
  expect(states(await fetch(bob))).toEqual(['checkpoint fetched']);
  const shallow = { ...bob, root: `${team.base}/shallow` };
  bob.git('clone', '-q', '--depth', '1', `file://${team.hub}`, shallow.root);
  expect(states(await fetch(shallow))).toEqual(['checkpoint fetched']);
  expect((await readCheckpoint(placeOf(shallow.root).repository, id))?.name).toBe('Linked');
});

it.runIf(supportsSha256())('works where objects have SHA-256 names', async () => {
  const other = makeTeam(['--object-format=sha256']);
  try {
    const { id } = await saved(other.ada.root, { name: 'Long names' });
    expect(states(await push(other.ada))).toEqual(['checkpoint pushed', 'document pushed']);
    expect(states(await fetch(other.bob))).toEqual(['checkpoint fetched', 'document fetched']);
    fs.appendFileSync(documentFile(other.bob, id), 'more\n');
    expect(states(await push(other.bob))).toEqual(['checkpoint there', 'document pushed']);
  } finally {
    other.cleanup();
  }
});
