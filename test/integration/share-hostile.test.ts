import * as fs from 'node:fs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { encodeMessage, type Metadata } from '../../src/checkpoints/metadata.ts';
import type { Checkpoint } from '../../src/checkpoints/types.ts';
import { fingerprint, saved } from '../support/checkpoints.ts';
import { useIsolatedProcess } from '../support/for-the-file.ts';
import { documentFile, fetch, makeTeam, push, states, type Team } from '../support/share.ts';

// A remote that is not to be trusted: nothing it holds counts unless it is what it says, and nothing is overwritten.

let team: Team;
let good: Checkpoint;
useIsolatedProcess();
beforeEach(async () => {
  team = makeTeam();
  good = await saved(team.ada.root, { name: 'Good' });
  await push(team.ada);
});
afterEach(() => team.cleanup());

interface Forgery {
  /** In the name of the ref. */
  id: string;
  /** Over those of the good one. */
  metadata?: Partial<Metadata> & Record<string, unknown>;
  tree?: string;
  parents?: string[];
  message?: string;
}

/** Puts a checkpoint into the remote that was never saved. */
function forge({ id, metadata, tree, parents, message }: Forgery): void {
  const { commit: _commit, tree: goodTree, files: _files, ...facts } = good;
  const text =
    message ??
    encodeMessage({ ...facts, id, document: `.claude/checkpoints/${id}.md`, ...metadata } as Metadata);
  const lines = [
    `tree ${tree ?? goodTree}`,
    ...(parents ?? [good.head ?? '']).map((parent) => `parent ${parent}`),
    'author x <x@x> 1795338000 +0000',
    'committer x <x@x> 1795338000 +0000',
    '',
    text,
  ];
  team.inHub('update-ref', `refs/claude-hooks/checkpoints/${id}`, team.object('commit', lines.join('\n')));
}

/** A tree with one entry. */
function treeOf(mode: string, name: string, oid: string): string {
  return team.object('tree', Buffer.concat([Buffer.from(`${mode} ${name}\0`), Buffer.from(oid, 'hex')]));
}

async function outcomes(): Promise<Record<string, string>> {
  const before = fingerprint(team.bob.root);
  const result = await fetch(team.bob);
  expect(fingerprint(team.bob.root)).toEqual(before);
  expect(team.bob.git('for-each-ref', 'refs/claude-hooks/incoming')).toBe('');
  return Object.fromEntries(
    result.refs
      .filter(({ kind }) => kind === 'checkpoint')
      .map(({ id, state, why }) => [id, why === undefined ? state : `${state}: ${why}`]),
  );
}

it('takes no checkpoint that is not what it says, and all others', async () => {
  const blob = team.object('blob', 'x');
  const staged = team.object('tree', '');
  forge({ id: 'fine-but-mine' });
  forge({ id: 'other-id', metadata: { id: good.id } });
  forge({ id: 'no-json', message: 'claude-hooks checkpoint no-json\n\nnothing\n' });
  forge({ id: 'newer', metadata: { version: 2 } });
  forge({ id: 'no-parent', parents: [] });
  forge({ id: 'other-head', metadata: { head: good.commit } });
  forge({ id: 'head-option', metadata: { head: '--output=/tmp/x' } });
  forge({ id: 'index-option', metadata: { indexTree: '--index-output=x' } });
  forge({ id: 'index-elsewhere', metadata: { indexTree: 'f'.repeat(40) } });
  forge({ id: 'session-path', metadata: { session: '../../x' } });
  forge({ id: 'session-option', metadata: { session: '--dangerously-skip-permissions' } });
  forge({ id: 'previous-path', metadata: { previous: '../x' } });
  forge({ id: 'worktree-path', metadata: { worktree: '../x' } });
  forge({ id: 'document-path', metadata: { document: '../../.bashrc' } });
  forge({ id: 'transcript', metadata: { conversation: { transcript: '/dev/zero', offset: 1 } } });
  forge({ id: 'three-parents', parents: [good.head ?? '', good.head ?? '', good.head ?? ''] });
  forge({ id: 'huge-message', metadata: { note: 'x'.repeat(1_100_000) } });
  forge({ id: 'staged-lie', parents: [good.head ?? '', good.head ?? ''], metadata: { indexTree: staged } });
  team.inHub('update-ref', 'refs/claude-hooks/checkpoints/a-blob', blob);
  team.inHub('update-ref', 'refs/claude-hooks/checkpoints/a-tree', good.tree);
  expect(await outcomes()).toEqual({
    [good.id]: 'fetched',
    'fine-but-mine': 'fetched',
    'other-id': 'invalid: it says that it is another one',
    'no-json': 'invalid: its commit holds no metadata of a known version',
    newer: 'invalid: its commit holds no metadata of a known version',
    'no-parent': 'invalid: its head is not its parent',
    'other-head': 'invalid: its head is not its parent',
    'head-option': 'invalid: its head cannot be right',
    'index-option': 'invalid: its staged tree cannot be right',
    'index-elsewhere': 'invalid: what was staged is not in it',
    'session-path': 'invalid: its session cannot be right',
    'session-option': 'invalid: its session cannot be right',
    'previous-path': 'invalid: its previous checkpoint cannot be right',
    'worktree-path': 'invalid: its working tree cannot be right',
    'document-path': 'invalid: its document cannot be right',
    transcript: 'invalid: its conversation cannot be right',
    'three-parents': 'invalid: it has more parents than it needs',
    'huge-message': 'invalid: it is no commit of at most 1000000 bytes',
    'staged-lie': 'invalid: its second parent does not hold what was staged',
    'a-blob': 'invalid: it is no commit of at most 1000000 bytes',
    'a-tree': 'invalid: it is no commit of at most 1000000 bytes',
  });
  expect(
    team.bob.git('for-each-ref', '--format=%(refname)', 'refs/claude-hooks/checkpoints').trim().split('\n'),
  ).toEqual(['refs/claude-hooks/checkpoints/fine-but-mine', `refs/claude-hooks/checkpoints/${good.id}`]);
});

it.each([
  ['as git is', []],
  [
    'where the person told git not to mind',
    ['hasDotgit', 'hasDot', 'hasDotdot', 'treeNotSorted', 'duplicateEntries', 'fullPathname', 'badFilemode'],
  ],
])('takes no tree that must not be written to a disk, %s', async (_name, ignored) => {
  for (const name of ignored) team.bob.git('config', `fetch.fsck.${name}`, 'ignore');
  const blob = team.object('blob', 'echo owned\n');
  const folder = treeOf('100755', 'post-checkout', blob);
  const hooks = treeOf('40000', 'hooks', folder);
  const names = ['.git', '.GIT', 'git~1', '.git ', '.g\u200cit', '..', '.', '.git::$INDEX_ALLOCATION'];
  for (const [number, name] of names.entries())
    forge({ id: `name-${number}`, tree: treeOf('40000', name, hooks) });
  forge({ id: 'below', tree: treeOf('40000', 'deep', treeOf('40000', '.git', hooks)) });
  forge({
    id: 'staged',
    parents: [
      good.head ?? '',
      team.object(
        'commit',
        `tree ${treeOf('40000', '.git', hooks)}\nauthor x <x@x> 1 +0000\ncommitter x <x@x> 1 +0000\n\nclaude-hooks staged index\n`,
      ),
    ],
    metadata: { indexTree: treeOf('40000', '.git', hooks) },
  });
  const link = Buffer.concat([
    Buffer.from('120000 a\0'),
    Buffer.from(blob, 'hex'),
    Buffer.from('40000 a\0'),
    Buffer.from(hooks, 'hex'),
  ]);
  forge({ id: 'twice', tree: team.object('tree', link) });
  if (ignored.length === 0) {
    // What only git's own check knows: a submodule whose address is an option.
    const modules = team.object('blob', '[submodule "x"]\n\tpath = x\n\turl = --upload-pack=touch\n');
    forge({ id: 'twisted', tree: treeOf('100644', '.gitmodules', modules) });
  }
  const found = await outcomes();
  const { [good.id]: kept, ...others } = found;
  expect(kept).toBe('fetched');
  expect(Object.values(others).filter((state) => !state.startsWith('invalid: '))).toEqual([]);
  expect(Object.keys(others)).toHaveLength(names.length + (ignored.length === 0 ? 4 : 3));
});

it('leaves refs alone whose names are no ids, and never takes one for an option', async () => {
  for (const name of ['--upload-pack=touch owned', '-x', 'A', 'a_b', 'a/b', 'ünï', `${'a'.repeat(61)}`])
    fs.appendFileSync(`${team.hub}/packed-refs`, `${good.commit} refs/claude-hooks/checkpoints/${name}\n`);
  team.inHub('update-ref', 'refs/heads/evil', good.commit);
  team.inHub('tag', 'evil', good.commit);
  const result = await fetch(team.bob);
  expect([states(result), result.odd]).toEqual([['checkpoint fetched', 'document fetched'], 7]);
  const refs = team.bob.git('for-each-ref', '--format=%(refname)');
  expect(refs).not.toMatch(/evil|upload-pack|A$|a_b/m);
  expect(fs.existsSync(`${team.bob.root}/.git/FETCH_HEAD`)).toBe(false);
});

it('takes no document that is not one, and writes none that acts on a terminal or leads elsewhere', async () => {
  const put = (id: string, entries: string): void => {
    const tree = team.object('tree', Buffer.from(entries, 'latin1'));
    const commit = `tree ${tree}\nauthor x <x@x> 1 +0000\ncommitter x <x@x> 1 +0000\n\nx\n`;
    team.inHub('update-ref', `refs/claude-hooks/documents/${id}`, team.object('commit', commit));
  };
  const raw = (text: string): string => Buffer.from(team.object('blob', text), 'hex').toString('latin1');
  const entry = (id: string, text: string, mode = '100644'): string => `${mode} ${id}.md\0${raw(text)}`;
  for (const id of ['escapes', 'link', 'other-name', 'two', 'huge', 'other-machine', 'lost'])
    if (id !== 'lost') forge({ id });
  put(
    'escapes',
    entry('escapes', '# Title \u001b]0;owned\u0007\u001b[2J \u202e\nAKIAIOSFODNN7EXAMPLE kept\n'),
  );
  put('link', entry('link', '../../../.bashrc', '120000'));
  put('other-name', `100644 ../x.md\0${raw('x')}`);
  put('two', `${entry('two', 'x')}100644 z\0${raw('x')}`);
  put('huge', entry('huge', 'x'.repeat(1_000_001)));
  const machine = {
    version: 1,
    id: 'other-machine',
    name: 'x',
    createdAt: '2026-11-22T10:00:00.000Z',
    commit: 'f'.repeat(40),
    tree: good.tree,
  };
  put(
    'other-machine',
    entry('other-machine', `# x\n\`\`\`json claude-hooks\n${JSON.stringify(machine)}\n\`\`\`\n`),
  );
  put('lost', entry('lost', 'x'));
  const { refs } = await fetch(team.bob);
  const documents = Object.fromEntries(
    refs.filter(({ kind }) => kind === 'document').map(({ id, state }) => [id, state]),
  );
  expect(documents).toEqual({
    [good.id]: 'fetched',
    escapes: 'fetched',
    link: 'invalid',
    'other-name': 'invalid',
    two: 'invalid',
    huge: 'invalid',
    'other-machine': 'invalid',
    lost: 'skipped',
  });
  const text = fs.readFileSync(documentFile(team.bob, 'escapes'), 'utf8');
  expect(text).toContain('# Title \\x1b]0;owned\\x07\\x1b[2J \\u{202e}\n');
  expect(fs.readdirSync(`${team.bob.root}/.claude/checkpoints`)).toEqual(
    ['escapes.md', `${good.id}.md`].sort(),
  );
  expect(states(await push(team.bob)).filter((state) => state.startsWith('document'))).not.toContain(
    'document pushed',
  );
});

it('writes no document through a link that leads out of the repository', async () => {
  fs.mkdirSync(`${team.base}/outside`);
  fs.symlinkSync(`${team.base}/outside`, `${team.bob.root}/.claude`);
  expect(states(await fetch(team.bob))).toEqual(['checkpoint fetched', 'document failed']);
  expect(fs.readdirSync(`${team.base}/outside`)).toEqual([]);
});

it('ends what sends more than it may, and takes it where it may', async () => {
  const chunk = Buffer.alloc(3_000_000);
  for (let at = 0; at < chunk.length; at += 4) chunk.writeUInt32LE((at * 2654435761) % 4294967296, at);
  forge({
    id: 'large',
    tree: treeOf('100644', 'large.bin', team.object('blob', Buffer.concat([chunk, chunk.reverse()]))),
  });
  const result = await fetch(team.bob, { maxBytes: 200_000 });
  expect(result.refs.find(({ id }) => id === 'large')).toMatchObject({
    state: 'failed',
    why: expect.stringContaining('200000 bytes'),
  });
  expect(team.bob.git('for-each-ref', 'refs/claude-hooks')).toBe('');
  expect((await outcomes()).large).toBe('fetched');
});
