import * as fs from 'node:fs';
import * as path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeSandbox, type Sandbox } from '../support/sandbox.ts';

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = makeSandbox();
});
afterEach(() => {
  sandbox.cleanup();
});

async function json(...args: string[]): Promise<Record<string, unknown>> {
  const result = await sandbox.cli(['checkpoint', ...args, '--json']);
  return JSON.parse(result.stdout) as Record<string, unknown>;
}

it('saves, lists, shows and loads, and leaves what is the person’s alone', async () => {
  sandbox.write('README.md', '# Demo\nedited\n');
  sandbox.write('new\u001b[31m file.txt', 'one\ntwo\n');
  sandbox.git('add', 'README.md');
  const index = fs.readFileSync(path.join(sandbox.repo, '.git/index'));
  const saved = await sandbox.cli(['checkpoint', 'save', 'Before "it"; rm -rf', '--note', 'tests are red']);
  expect(saved).toMatchObject({ code: 0, stderr: '' });
  expect(saved.stdout).toMatch(
    /^Saved before-it-rm-rf-[a-z0-9]{13} "Before "it"; rm -rf"\n {2}1 new, 1 modified, 0 deleted/,
  );

  const again = await json('save');
  expect(again).toMatchObject({ version: 1, saved: false, cause: 'unchanged', name: 'Before "it"; rm -rf' });
  const list = await json('list');
  expect(list).toMatchObject({ version: 1, items: [{ id: again.id, name: again.name, branch: 'main' }] });
  expect((list.items as unknown[]).length).toBe(1);
  const table = await sandbox.cli(['checkpoint', 'list']);
  expect(table.stdout).toContain(String(again.id));
  expect(table.stdout).not.toContain('\u001b');

  const shown = await sandbox.cli(['checkpoint', 'show', 'Before']);
  expect(shown.code).toBe(0);
  expect(shown.stdout).toContain('# Session Checkpoint: Before "it"; rm -rf');
  expect(shown.stdout).toContain('A new\\x1b[31m file.txt');
  expect(shown.stdout).toContain('3 insertions, 2 deletions');
  expect(shown.stdout).not.toContain('\u001b');
  expect(shown.stdout).not.toContain('json claude-hooks');

  fs.rmSync(path.join(sandbox.repo, 'README.md'));
  const loaded = await json('load', String(again.id));
  expect(loaded).toMatchObject({ id: again.id, changes: [{ path: 'README.md', status: 'deleted' }] });
  expect(String(loaded.text)).toContain('## Commands to Resume');
  expect(fs.readFileSync(path.join(sandbox.repo, '.git/index'))).toEqual(index);
});

it('keeps the edits of a document, and makes one anew where it is gone', async () => {
  const { document, id } = await json('save', 'Edited');
  const file = String(document);
  sandbox.write(file, sandbox.read(file).replace('None noted.', '1. Ask Ada'));
  expect((await sandbox.cli(['checkpoint', 'load', 'Edited'])).stdout).toContain('1. Ask Ada');
  fs.rmSync(path.join(sandbox.repo, file));
  expect((await sandbox.cli(['checkpoint', 'show', String(id)])).stdout).toContain('## Git State');
});

it('says what is wrong, where, and what to do', async () => {
  const unknown = await sandbox.cli(['checkpoint', 'show', 'nothing']);
  expect(unknown.code).toBe(2);
  expect(unknown.stderr).toContain('There is no checkpoint "nothing"');
  await json('save', 'Twice');
  await json('save', 'Twice');
  const ambiguous = await sandbox.cli(['checkpoint', 'load', 'Twice', '--json']);
  expect(ambiguous.code).toBe(2);
  expect(JSON.parse(ambiguous.stdout)).toMatchObject({ version: 1, error: { code: 'checkpoint-ambiguous' } });
  expect((await sandbox.cli(['checkpoint', 'list', '--limit', '0'])).code).toBe(2);
  const elsewhere = await sandbox.cli(['checkpoint', 'save'], { cwd: sandbox.home });
  expect(elsewhere.code).toBe(1);
  expect(elsewhere.stderr).toMatch(/No checkpoint was saved: .* home directory/);
  expect((await sandbox.cli(['checkpoint', 'loop', '--session', '../x', '--pid', '1'])).code).toBe(2);
  const help = await sandbox.cli(['checkpoint', 'save', '--help']);
  expect(help.stdout).toContain('Example');
});
