import * as fs from 'node:fs';
import * as path from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { handWritten, readRegion } from '../../src/context/regions.ts';
import { editContextFile } from '../../src/flows/context/write.ts';
import { finishContextUpdates, updateContextFile } from '../../src/flows/context-file.ts';
import { listContextDue } from '../../src/store/context-due.ts';
import { acquireLock } from '../../src/store/lock.ts';
import { factsOf, updatePlace } from '../support/context-file.ts';
import { makeSandbox, PROJECT_ROOT, type RunResult, type Sandbox } from '../support/sandbox.ts';

let sandbox: Sandbox;
let file: string;
beforeEach(() => {
  sandbox = makeSandbox();
  for (const [name, value] of Object.entries(sandbox.env)) vi.stubEnv(name, value);
  file = path.join(sandbox.repo, '.claude/context.md');
});
afterEach(() => {
  vi.unstubAllEnvs();
  sandbox.cleanup();
});

it('twenty processes add at once while others update: none is lost', async () => {
  expect((await sandbox.cli(['context', 'init'])).code).toBe(0);
  const runs: Promise<RunResult>[] = Array.from({ length: 20 }, (_value, at) =>
    sandbox.cli(['context', 'add', at % 2 === 0 ? 'decision' : 'issue', `number <${at}> of twenty`]),
  );
  for (let at = 0; at < 4; at += 1) runs.push(sandbox.cli(['context', 'update']));
  const results = await Promise.all(runs);
  expect(results.map(({ code, stderr }) => (code === 0 ? '' : stderr)).join('')).toBe('');
  const lines = handWritten(fs.readFileSync(file, 'utf8')).map((line) => line.text);
  for (let at = 0; at < 20; at += 1)
    expect(lines.filter((line) => line.includes(`number <${at}> of twenty`))).toHaveLength(1);
  expect(sandbox.list('.claude')).toEqual(['context.md']);
}, 120_000);

it('a person saves while a change is on its way: theirs is read and changed, again and again', () => {
  const place = updatePlace(sandbox.repo, sandbox.env);
  sandbox.write(file, 'start\n');
  let saves = 0;
  const outcome = editContextFile(place, file, (text) => {
    saves += 1;
    if (saves % 2 === 1 && saves < 6) sandbox.write(file, `${text}by hand ${saves}\r\n`);
    // Also by an editor that puts another file in its place.
    if (saves % 2 === 0 && saves < 6) {
      sandbox.write(`${file}.new`, `${text}by hand ${saves}\r\n`);
      fs.renameSync(`${file}.new`, file);
    }
    return `${text}ours\n`;
  });
  expect(outcome.kind).toBe('written');
  const hand = Array.from({ length: 5 }, (_value, at) => `by hand ${at + 1}\r\n`).join('');
  expect(fs.readFileSync(file, 'utf8')).toBe(`start\n${hand}ours\n`);
  const restless = editContextFile(place, file, (text) => {
    sandbox.write(file, `${text}x`);
    return `${text}y`;
  });
  expect(restless.kind).toBe('busy');
  expect(fs.readFileSync(file, 'utf8')).not.toContain('y\n');
  sandbox.write('.claude/made.md', 'theirs');
  fs.rmSync(file);
  editContextFile(place, file, (text) => {
    if (text === undefined) fs.renameSync(path.join(sandbox.repo, '.claude/made.md'), file);
    return `${text ?? ''} and ours`;
  });
  expect(fs.readFileSync(file, 'utf8')).toBe('theirs and ours');
});

it('two sessions end at once in one process: both leave what they decided', async () => {
  const place = updatePlace(sandbox.repo, sandbox.env);
  const ended = (id: string) => ({
    id,
    transcript: '',
    facts: factsOf({ decisions: [{ value: `We will use ${id}.`, line: 3 }] }),
  });
  await Promise.all(['one', 'two', 'three'].map((id) => updateContextFile(place, ended(id))));
  expect(readRegion(fs.readFileSync(file, 'utf8'), 'decisions')).toHaveLength(3);
});

it('each working tree gets its own branch and files, also where one worker serves them all', async () => {
  const other = path.join(sandbox.root, 'other');
  sandbox.git('worktree', 'add', '-q', '-b', 'topic', other);
  const main = updatePlace(sandbox.repo, sandbox.env);
  const topic = updatePlace(other, sandbox.env);
  await Promise.all(
    [main, topic].map((place) => updateContextFile(place, { id: 's', transcript: '', facts: factsOf() })),
  );
  fs.writeFileSync(path.join(other, 'new.txt'), 'x');
  await Promise.all([main, topic].map((place) => updateContextFile(place, undefined)));
  const work = (folder: string): string[] =>
    readRegion(fs.readFileSync(path.join(folder, '.claude/context.md'), 'utf8'), 'work');
  expect(work(sandbox.repo)).toEqual(['- Feature: Build the search', '- Branch: main']);
  expect(work(other)).toEqual([
    '- Feature: Build the search',
    '- Branch: topic',
    '- Files in work:',
    '  - new.txt (new)',
  ]);
});

it('a commit in one working tree updates the file there, whichever tree the worker was started in', async () => {
  const other = path.join(sandbox.root, 'other');
  sandbox.git('worktree', 'add', '-q', '-b', 'topic', other);
  const text = '## Recent Commits\n<!-- claude-hooks:begin commits -->\n<!-- claude-hooks:end commits -->\n';
  for (const folder of [sandbox.repo, other]) {
    fs.mkdirSync(path.join(folder, '.claude'));
    fs.writeFileSync(path.join(folder, '.claude/context.md'), text);
  }
  sandbox.git('-C', other, 'commit', '-q', '--allow-empty', '-m', 'Only there');
  const event = { hook_event_name: 'git', git_hook: 'post-commit', cwd: other, args: [], session_id: '' };
  for (const name of ['spool/tmp', 'work'])
    fs.mkdirSync(path.join(sandbox.repo, '.git/claude-hooks', name), { recursive: true });
  sandbox.write('.git/claude-hooks/spool/g-post-commit-1-0', `${JSON.stringify(event)}\n`);
  const worker = path.join(PROJECT_ROOT, 'dist/hooks/worker.cjs');
  const state = path.join(sandbox.repo, '.git/claude-hooks');
  await sandbox.run(process.execPath, [worker, state, sandbox.repo]);
  expect(fs.readFileSync(path.join(other, '.claude/context.md'), 'utf8')).toContain('Only there');
  expect(fs.readFileSync(file, 'utf8')).toBe(text);
});

it('an update that cannot have the lock writes nothing, and the next worker does it', async () => {
  const place = updatePlace(sandbox.repo, sandbox.env);
  await updateContextFile(place, { id: 's', transcript: '', facts: factsOf() });
  const before = fs.readFileSync(file, 'utf8');
  const lock = acquireLock(place.state.locks, 'context-main');
  expect(lock).toBeDefined();
  sandbox.git('checkout', '-qb', 'topic');
  await updateContextFile(place, undefined);
  expect(fs.readFileSync(file, 'utf8')).toBe(before);
  expect(listContextDue(place.state, sandbox.repo)).toHaveLength(1);
  expect(place.logged.join('\n')).toContain('the next worker updates it');
  lock?.release();
  await finishContextUpdates(place);
  expect(fs.readFileSync(file, 'utf8')).toContain('- Branch: topic');
  expect(listContextDue(place.state, sandbox.repo)).toEqual([]);
}, 60_000);
