import * as fs from 'node:fs';
import * as path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { beginOperation, type OperationKind, operationPaths } from '../../src/store/operations.ts';
import { type StatePaths, statePaths } from '../../src/store/paths.ts';
import { makeSandbox, type Sandbox } from '../support/sandbox.ts';

let sandbox: Sandbox;
let state: StatePaths;
beforeEach(() => {
  sandbox = makeSandbox();
  state = statePaths(path.join(sandbox.repo, '.git/claude-hooks'));
});
afterEach(() => {
  sandbox.cleanup();
});

const json = async (...args: string[]): Promise<Record<string, unknown>> =>
  JSON.parse((await sandbox.cli([...args, '--json'])).stdout);

describe('claude-hooks undo', () => {
  it('takes back a restore, and that again; the list says what became of each', async () => {
    await sandbox.cli(['checkpoint', 'save', 'First']);
    sandbox.write('README.md', 'later\n');
    sandbox.write('new.txt', 'new\n');
    const restored = await json('checkpoint', 'restore', 'First');
    expect(sandbox.read('README.md')).toContain('# Demo');
    const dry = await sandbox.cli(['undo', '--dry-run']);
    expect(dry.stdout).toContain('Take back: ');
    expect(dry.stdout).toMatch(/change +README\.md/);
    expect(dry.stdout).toMatch(/create +new\.txt/);
    expect(dry.stdout).toContain('Nothing was changed');
    expect(sandbox.exists('new.txt')).toBe(false);
    const undone = await sandbox.cli(['undo']);
    expect(undone).toMatchObject({ code: 0, stderr: '' });
    expect([sandbox.read('README.md'), sandbox.read('new.txt')]).toEqual(['later\n', 'new\n']);
    const { items } = (await json('undo', '--list')) as { items: Record<string, unknown>[] };
    expect(items).toMatchObject([
      { kind: 'restore', undoes: restored.operation, undoneBy: null, root: sandbox.repo },
      { id: restored.operation, kind: 'restore', undoes: null, undoneBy: items[0]?.id },
    ]);
    expect(undone.stdout).toContain(`claude-hooks undo ${items[0]?.id}`);
    const again = await json('undo', String(items[0]?.id).slice(0, 12));
    expect(again).toMatchObject({ version: 1, id: items[0]?.id, undone: true, dryRun: false });
    expect(sandbox.exists('new.txt')).toBe(false);
    const text = (await sandbox.cli(['undo', '--list'])).stdout;
    expect(text).toContain(`[taken back by ${again.operation}]`);
  });

  it('says what to do where it cannot: unknown, ambiguous, undone, nothing there', async () => {
    const nothing = await sandbox.cli(['undo']);
    expect(nothing).toMatchObject({ code: 1 });
    expect(nothing.stderr).toContain('There is nothing to undo');
    expect((await sandbox.cli(['undo', '--list'])).stdout).toContain('Nothing was done here');
    await sandbox.cli(['install', '--yes', '--git-hooks', 'none']);
    await sandbox.cli(['undo']);
    const unknown = await sandbox.cli(['undo', 'zz\u001b[31m']);
    expect(unknown).toMatchObject({ code: 2 });
    expect(unknown.stderr).not.toContain('\u001b');
    expect((await sandbox.cli(['undo', '0'])).stderr).toContain('could be 2 operations');
    const { items } = (await json('undo', '--list')) as { items: { id: string }[] };
    const undone = await sandbox.cli(['undo', items[1]?.id ?? '']);
    expect(undone).toMatchObject({ code: 5 });
    expect(undone.stderr).toContain(`To do it again: claude-hooks undo ${items[0]?.id}`);
  });

  it('of another working tree of the repository is refused with the command to run', async () => {
    const side = path.join(sandbox.root, "it's aside");
    sandbox.git('worktree', 'add', '-q', '-b', 'side', side);
    await sandbox.cli(['checkpoint', 'save', 'First'], { cwd: side });
    fs.writeFileSync(path.join(side, 'README.md'), 'later\n');
    const done = await sandbox.cli(['checkpoint', 'restore', 'First', '--json'], { cwd: side });
    const { operation } = JSON.parse(done.stdout) as { operation: string };
    const command = `cd '${side.replaceAll("'", "'\\''")}' && claude-hooks undo ${operation}`;
    expect((await sandbox.cli(['undo'])).stderr).toContain(command);
    const refused = await sandbox.cli(['undo', operation]);
    expect(refused).toMatchObject({ code: 5 });
    expect(refused.stderr).toContain(command);
    expect((await sandbox.cli(['undo'], { cwd: side })).code).toBe(0);
    expect(fs.readFileSync(path.join(side, 'README.md'), 'utf8')).toBe('later\n');
  });

  it('passes over a damaged entry, says so once, and leaves one of a newer version alone', async () => {
    await sandbox.cli(['install', '--yes', '--git-hooks', 'none']);
    const { done, damaged } = operationPaths(state);
    fs.mkdirSync(path.join(done, '0zzzzzzzz-00000000'));
    fs.mkdirSync(path.join(done, '0zzzzzzzz-00000001'));
    fs.writeFileSync(path.join(done, '0zzzzzzzz-00000001/entry.json'), '{"version":2}');
    const first = await sandbox.cli(['undo', '--list', '--json']);
    expect(first.stderr).toContain(damaged);
    expect(first.stderr).toContain('newer version');
    expect(JSON.parse(first.stdout).items).toHaveLength(1);
    const second = await sandbox.cli(['undo']);
    expect(second.code).toBe(0);
    expect(second.stderr).not.toContain(damaged);
    expect(fs.readdirSync(done)).toContain('0zzzzzzzz-00000001');
  });
});

describe('what was cut off', () => {
  it('is mended by any command, which says so, and by hooks, which tell the session', async () => {
    sandbox.write('.claude/settings.local.json', '{}\n');
    await sandbox.cli(['install', '--yes', '--git-hooks', 'none']);
    const { done, pending } = operationPaths(state);
    const [id = ''] = fs.readdirSync(done);
    const installed = sandbox.read('.claude/settings.local.json');
    const cutOff = (): void => {
      fs.cpSync(path.join(done, id), path.join(pending, id), { recursive: true });
      fs.rmSync(path.join(done, id), { recursive: true });
    };
    cutOff();
    const status = await sandbox.cli(['status', '--json']);
    expect(status.stderr).toContain('was cut off at its very end, and is complete');
    expect(JSON.parse(status.stdout)).toMatchObject({ version: 1 });
    cutOff();
    fs.rmSync(path.join(sandbox.repo, '.git/info/exclude'));
    sandbox.write('.git/info/exclude', '# by hand\n');
    const hook = await sandbox.run(
      process.execPath,
      [path.join(import.meta.dirname, '../../dist/hooks/session-start.cjs')],
      {
        env: { CLAUDE_PROJECT_DIR: sandbox.repo, CLAUDE_HOOKS_SCOPE: 'local' },
        input: `${JSON.stringify({ hook_event_name: 'SessionStart', session_id: 's1', source: 'startup', cwd: sandbox.repo })}\n`,
      },
    );
    expect(hook.stdout).toContain('was cut off; what it had changed was taken back');
    expect(hook.stdout).toContain('claude-hooks uninstall');
    expect(sandbox.read('.claude/settings.local.json')).toBe('{}\n');
    expect(sandbox.read('.git/info/exclude')).toBe('# by hand\n');
    expect(installed).not.toBe('{}\n');
    expect(fs.readFileSync(state.log, 'utf8')).toContain('was cut off');
    expect(fs.readdirSync(pending)).toEqual([]);
  });

  it('is left alone and said where it is of a kind or version this one does not know', async () => {
    const base = { title: 'Something new', at: Date.now(), root: sandbox.repo, data: {} };
    const later: string = 'later';
    const { operation } = beginOperation(state, { ...base, kind: later as OperationKind });
    const { pending } = operationPaths(state);
    fs.mkdirSync(path.join(pending, '0zzzzzzzz-00000001'));
    fs.writeFileSync(path.join(pending, '0zzzzzzzz-00000001/entry.json'), '{"version":2}');
    fs.mkdirSync(path.join(pending, '0zzzzzzzz-00000002'));
    const { stderr, code } = await sandbox.cli(['checkpoint', 'list']);
    expect(code).toBe(0);
    expect(stderr).toContain('does not know how to mend it');
    expect(stderr).toContain('newer version');
    expect(stderr).toContain('cannot be read');
    expect(fs.readdirSync(pending)).toEqual([operation.id, '0zzzzzzzz-00000001']);
    expect((await sandbox.cli(['checkpoint', 'list'])).stderr).not.toContain('cannot be read');
  });

  it('of a folder that is no working tree of this repository is not touched', async () => {
    const other = path.join(sandbox.root, 'other');
    fs.mkdirSync(other);
    sandbox.git('init', '-q', other);
    for (const kind of ['restore', 'prune', 'commit'] as const)
      beginOperation(state, { kind, title: kind, at: Date.now(), root: other, data: {} });
    const { stderr, code } = await sandbox.cli(['checkpoint', 'list']);
    expect(code).toBe(0);
    expect(stderr.match(/is no working tree of this repository any more/g)).toHaveLength(3);
    expect(fs.readdirSync(operationPaths(state).pending)).toHaveLength(3);
  });
});
