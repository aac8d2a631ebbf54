import * as fs from 'node:fs';
import * as path from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { listCheckpoints } from '../../src/checkpoints/list.ts';
import { decodeMessage } from '../../src/checkpoints/metadata.ts';
import type { Narrative } from '../../src/checkpoints/types.ts';
import { placeOf, save, saved } from '../support/checkpoints.ts';
import { useIsolatedProcess } from '../support/for-the-file.ts';
import { type GitWrapper, wrapGit } from '../support/git-wrapper.ts';
import { type BuiltRepository, plainRepository } from '../support/repositories.ts';

let built: BuiltRepository;
let git: GitWrapper | undefined;
useIsolatedProcess();
afterEach(() => {
  git?.remove();
  git = undefined;
  built.cleanup();
});

const TOLD: Narrative = {
  nextSteps: [],
  notes: [],
  todos: [
    { text: 'Write the\nprinter', status: 'in_progress' },
    { text: 'Parse', status: 'completed' },
  ],
  conversation: {
    transcript: '/home/ada/.claude/projects/-repo/0c4e1b0e-1111-4222-8333-944455556666.jsonl',
    offset: 4711,
    message: '9e4f8eab-2992-488f-afad-b852f1eab303',
    at: '2026-11-22T09:59:00.000Z',
  },
};

it('keeps todos and the place in the conversation in the commit, the list and the document', async () => {
  built = plainRepository();
  const checkpoint = await saved(built.root, { narrative: () => TOLD, session: 's-1' });
  const todos = [
    { text: 'Write the printer', status: 'in_progress' },
    { text: 'Parse', status: 'completed' },
  ];
  expect(checkpoint).toMatchObject({ conversation: TOLD.conversation, todos });
  const [listed] = await listCheckpoints(placeOf(built.root).repository);
  expect(listed).toMatchObject({ conversation: TOLD.conversation, todos });
  expect(decodeMessage(built.git('log', '-1', '--format=%B', checkpoint.commit))).toEqual(
    (({ commit: _commit, tree: _tree, files: _files, ...metadata }) => metadata)(checkpoint),
  );
  const secret = `ghp_${'A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8'.slice(0, 36)}`;
  const hidden = await saved(built.root, {
    force: true,
    note: `${'x'.repeat(3_990)} ${secret}`,
    narrative: { ...TOLD, todos: [{ text: `use ${secret}`, status: secret }] },
  });
  expect(built.git('cat-file', 'commit', hidden.commit)).not.toContain('ghp_');
});

it('knows which checkpoint came before it in this working tree, also where that one is gone', async () => {
  built = plainRepository();
  const first = await saved(built.root);
  expect(first.previous).toBeUndefined();
  built.write('a.txt', 'a\n');
  const second = await saved(built.root);
  expect(second.previous).toBe(first.id);
  expect(await save(built.root)).toMatchObject({ cause: 'unchanged' });
  built.git('update-ref', '-d', `refs/claude-hooks/checkpoints/${second.id}`);
  built.write('a.txt', 'b\n');
  expect((await saved(built.root)).previous).toBe(second.id);
  const side = path.join(built.base, 'side');
  built.git('worktree', 'add', '-q', '-b', 'side', side);
  expect((await saved(side)).previous).toBeUndefined();
});

it('tells names of people from names of programs, and saves an unchanged tree only for the first', async () => {
  built = plainRepository();
  const first = await saved(built.root, { reason: 'before-command', name: 'Before: rm -rf src' });
  expect(first.named).toBeUndefined();
  expect(await save(built.root, { reason: 'before-command', name: 'Before: rm -rf docs' })).toMatchObject({
    cause: 'unchanged',
  });
  expect(await save(built.root, { name: ' \u200b\n' })).toMatchObject({ cause: 'unchanged' });
  expect((await saved(built.root, { name: 'Mine' })).named).toBe(true);
  expect((await saved(built.root, { reason: 'snapshot', name: 'Mine too', named: true })).named).toBe(true);
  expect((await saved(built.root, { note: 'only a note' })).named).toBeUndefined();
});

it('reads nothing of the session where nothing is saved, and once where something is', async () => {
  built = plainRepository();
  let reads = 0;
  const narrative = (): Narrative => {
    reads += 1;
    return TOLD;
  };
  await saved(built.root, { narrative });
  expect(reads).toBe(1);
  expect(await save(built.root, { narrative })).toMatchObject({ cause: 'unchanged' });
  expect(await save(built.root, { narrative, budgetMs: 0 })).toMatchObject({ cause: 'refused' });
  expect(reads).toBe(1);
  const broken = (): never => {
    throw new Error('torn transcript');
  };
  const without = await saved(built.root, { narrative: broken, force: true });
  expect(without.todos).toBeUndefined();
  expect(fs.readFileSync(placeOf(built.root).state.log, 'utf8')).toContain('torn transcript');
});

it('starts two gits where nothing changed, and six for an ordinary save', async () => {
  built = plainRepository();
  // Where files are as young as the index, git looks into them again and writes down that it did.
  const age = (): void => {
    for (const name of built.git('ls-files', '-z', '-c', '-o').split('\0'))
      if (name !== '') fs.utimesSync(path.join(built.root, name), 1_000_000, 1_000_000 + name.length);
  };
  age();
  built.git('update-index', '--refresh');
  await saved(built.root);
  git = wrapGit();
  const narrative = (): Narrative => TOLD;
  expect(await save(built.root, { narrative, session: 's-1' })).toMatchObject({ cause: 'unchanged' });
  expect(git.calls().sort()).toEqual(['cat-file', 'status']);
  built.write('README.md', 'edited\n');
  await saved(built.root, { narrative, session: 's-1' });
  const ordinary = ['cat-file', 'commit-tree', 'status', 'update-index', 'update-ref', 'write-tree'];
  expect(git.calls().sort()).toEqual(ordinary);
  built.write('ignored/secret', 'new\n');
  age();
  await saved(built.root, { include: ['ignored/secret'] });
  git.calls();
  expect(await save(built.root)).toMatchObject({ cause: 'unchanged' });
  expect(git.calls().sort()).toEqual(['cat-file', 'ls-files', 'status']);
});

it('keeps the message of a checkpoint small, whatever there is to tell', async () => {
  built = plainRepository();
  const long = 'a long todo about many things '.repeat(50);
  const checkpoint = await saved(built.root, {
    narrative: { ...TOLD, todos: Array.from({ length: 500 }, () => ({ text: long, status: 'pending' })) },
  });
  expect(checkpoint.todos).toHaveLength(50);
  expect(Number(built.git('cat-file', '-s', checkpoint.commit))).toBeLessThan(8_000);
});
