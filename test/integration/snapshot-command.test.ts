import * as fs from 'node:fs';
import * as path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeSandbox, type Sandbox } from '../support/sandbox.ts';
import { snapshot as filesBelow } from '../support/snapshot.ts';
import { publishedSchema } from '../support/snapshots.ts';

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = makeSandbox();
});
afterEach(() => {
  sandbox.cleanup();
});

async function json(...args: string[]): Promise<Record<string, unknown>> {
  const result = await sandbox.cli(['snapshot', ...args, '--json']);
  return JSON.parse(result.stdout) as Record<string, unknown>;
}

const SESSION = 'b8f5e3c0-1111-4222-8333-444455556666';

it('saves, lists, shows and loads, and changes nothing of the person’s', async () => {
  sandbox.write('README.md', '# Demo\nedited\n');
  sandbox.write('new\u001b[31m file.txt', 'one\n');
  sandbox.write('.claude/context.md', '# Context\n\nCONTEXT-MARKER \u001b[2J\n');
  sandbox.git('add', 'README.md');
  const index = (): Buffer => fs.readFileSync(path.join(sandbox.repo, '.git/index'));
  const before = index();
  const saved = await sandbox.cli(
    [
      'snapshot',
      'save',
      'Before "it"; rm -rf',
      '--note',
      'tests are red',
      '--state',
      'phase=two=2',
      '--state',
      'a=1',
    ],
    { env: { CLAUDE_CODE_SESSION_ID: SESSION } },
  );
  expect(saved).toMatchObject({ code: 0, stderr: '' });
  expect(saved.stdout).toMatch(
    /^Saved before-it-rm-rf-[a-z0-9]{13} "Before "it"; rm -rf"\n {2}3 files against the last commit, no todos, \d+ characters of context\n {2}\.claude\/snapshots\/before-it-rm-rf-[a-z0-9]{13}\.json, checkpoint before-/,
  );
  const [document = ''] = sandbox.list('.claude/snapshots');
  const written = JSON.parse(sandbox.read(`.claude/snapshots/${document}`)) as Record<string, unknown>;
  expect(publishedSchema.safeParse(written).error).toBeUndefined();
  expect(written).toMatchObject({
    session: SESSION,
    state: { phase: 'two=2', a: '1' },
    notes: 'tests are red',
  });

  const list = await json('list');
  expect(list).toEqual({
    version: 1,
    items: [
      {
        id: written.id,
        name: written.name,
        timestamp: written.timestamp,
        branch: 'main',
        session: SESSION,
        checkpoint: written.checkpoint,
        files: 3,
        todos: 0,
        document: `.claude/snapshots/${document}`,
      },
    ],
    skipped: [],
  });
  expect((await sandbox.cli(['snapshot', 'list'])).stdout).toMatch(
    /^before-it-rm-rf-[a-z0-9]{13} {2}[-\d]{10} [:\d]{5} {5}3 files {2}Before "it"/,
  );
  expect(await json('show', 'Before')).toEqual({ ...written, document: `.claude/snapshots/${document}` });

  const shown = await sandbox.cli(['snapshot', 'show', 'Before']);
  expect(shown.stdout).toContain('CONTEXT-MARKER \\x1b[2J');
  expect(shown.stdout).toContain('A new\\x1b[31m file.txt');
  expect(shown.stdout).toContain('phase = two=2');
  expect(shown.stdout).not.toContain('\u001b');

  expect(index()).toEqual(before);
  sandbox.git('checkout', '-q', '-b', 'other');
  const after = index();
  sandbox.write('later.txt', 'later\n');
  const loaded = await sandbox.cli(['snapshot', 'load', String(written.id)]);
  expect(loaded).toMatchObject({ code: 0, stderr: '' });
  for (const part of [
    'tests are red',
    'CONTEXT-MARKER',
    'Changed since\n  A later.txt',
    'It was saved on main',
    `  git checkout main --\n  claude-hooks snapshot load ${written.id} --restore\n  claude --resume ${SESSION} --fork-session`,
  ])
    expect(loaded.stdout).toContain(part);
  expect(await json('load', 'before')).toMatchObject({
    id: written.id,
    resume: {
      since: [{ path: 'later.txt', status: 'new' }],
      commands: [{}, {}, {}].map(() => expect.any(String)),
    },
  });
  expect(index()).toEqual(after);
});

it('shows what differs between two', async () => {
  sandbox.write('.claude/context.md', 'one\n');
  await json('save', 'First', '--state', 'phase=one', '--note', 'first note');
  sandbox.write('.claude/context.md', 'two\n');
  sandbox.git('mv', 'README.md', 'READ.md');
  await json('save', 'Second', '--state', 'phase=two');
  const { stdout, code } = await sandbox.cli(['snapshot', 'diff', 'first', 'second']);
  expect(code).toBe(0);
  for (const part of [
    '\nFiles\n  M .claude/context.md\n  R READ.md (was README.md)\n',
    '\nVariables\n~  phase = two (was one)\n',
    '\nContext\n  -one\n  +two\n',
    '\nNotes\n  -first note\n',
  ])
    expect(stdout).toContain(part);
  expect(await json('diff', 'first', 'second')).toMatchObject({
    version: 1,
    from: { name: 'First' },
    to: { name: 'Second' },
    branch: null,
    filesFrom: 'checkpoints',
    files: [{ path: '.claude/context.md' }, { path: 'READ.md', status: 'renamed', from: 'README.md' }],
  });
  const same = await sandbox.cli(['snapshot', 'diff', 'first', 'first']);
  expect(same.stdout).toContain('Nothing differs.');
});

it('restores files and staging with --restore, plans with --dry-run, and can be taken back', async () => {
  sandbox.write('README.md', '# Demo\nedited\n');
  sandbox.git('add', 'README.md');
  sandbox.write('kept.txt', 'kept\n');
  const saved = await json('save', 'Good');
  const good = filesBelow(path.join(sandbox.repo, 'README.md'), path.join(sandbox.repo, 'kept.txt'));
  fs.rmSync(path.join(sandbox.repo, 'kept.txt'));
  sandbox.write('README.md', 'broken\n');
  sandbox.git('add', '-A');
  sandbox.write('later.txt', 'later\n');

  const dry = await json('load', 'Good', '--restore', '--dry-run');
  expect(dry).toMatchObject({ restore: { restored: false, cause: 'dry-run' } });
  expect(sandbox.read('README.md')).toBe('broken\n');
  const { stdout, code } = await sandbox.cli(['snapshot', 'load', 'Good', '--restore', '--yes']);
  expect(code).toBe(0);
  expect(stdout).toContain('Snapshot: Good');
  expect(stdout).toContain('1 to create, 1 to change, 1 to remove');
  expect(stdout).toContain('Restored, verified');
  expect(filesBelow(path.join(sandbox.repo, 'README.md'), path.join(sandbox.repo, 'kept.txt'))).toEqual(good);
  expect(sandbox.exists('later.txt')).toBe(false);
  expect(sandbox.git('diff', '--cached', '--name-only')).toBe('README.md\n');
  // Documents of snapshots are not taken away by a restore.
  expect(sandbox.exists(String(saved.document))).toBe(true);
  expect(await json('load', 'Good', '--restore')).toMatchObject({
    resume: { since: [] },
    restore: { restored: false, cause: 'nothing' },
  });
});

it('says what is wrong, where, and what to do', async () => {
  expect((await sandbox.cli(['snapshot', 'list'])).stdout).toContain('There are no snapshots yet.');
  const none = await sandbox.cli(['snapshot', 'load', 'nothing']);
  expect(none).toMatchObject({ code: 2, stdout: '' });
  expect(none.stderr).toContain('There is no snapshot "nothing": this working tree has none yet');
  const saved = await json('save', 'Twice');
  await json('save', 'Twice');
  expect(await json('show', 'Twice')).toMatchObject({ error: { code: 'snapshot-ambiguous' } });

  const text = sandbox.read(String(saved.document));
  sandbox.write('.claude/snapshots/torn-1.json', text.slice(0, 300));
  const list = await sandbox.cli(['snapshot', 'list']);
  expect(list.code).toBe(0);
  expect(list.stderr).toMatch(
    /not read: \.claude\/snapshots\/torn-1\.json:\d+:\d+: it is damaged: no valid JSON/,
  );
  const torn = await sandbox.cli(['snapshot', 'load', 'torn']);
  expect(torn.code).toBe(1);
  expect(torn.stderr).toMatch(/snapshot torn-1 cannot be read: .*snapshots\/torn-1\.json:\d+:\d+\)\n/);

  sandbox.git('update-ref', '-d', `refs/claude-hooks/checkpoints/${saved.checkpoint}`);
  const gone = await sandbox.cli(['snapshot', 'load', String(saved.id), '--restore']);
  expect(gone.code).toBe(1);
  expect(gone.stdout).toContain('It cannot be told: its checkpoint is not in this repository');
  expect(gone.stderr).toContain('its files cannot be restored');

  for (const args of [
    ['save', '\u200b'],
    ['save', 'x', '--state', 'novalue'],
    ['save'],
    ['load', 'x', '--yes'],
  ])
    expect((await sandbox.cli(['snapshot', ...args])).code, args.join(' ')).toBe(2);
  const elsewhere = await sandbox.cli(['snapshot', 'save', 'x'], { cwd: sandbox.home });
  expect(elsewhere.code).toBe(1);
  expect(elsewhere.stderr).toMatch(/No snapshot was saved: .* home directory/);
  const help = await sandbox.cli(['snapshot', 'load', '--help']);
  expect(help.stdout).toMatch(/Examples:\n {2}claude-hooks snapshot/);
});
