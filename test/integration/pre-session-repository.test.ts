import * as fs from 'node:fs';
import * as path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  adoptInstalled,
  type DependencyInput,
  dueInstalls,
  installDependencies,
} from '../../src/checks/dependencies.ts';
import { pullFastForward } from '../../src/checks/pull.ts';
import { readLockHashes } from '../../src/store/lock-hashes.ts';
import { statePaths } from '../../src/store/paths.ts';
import { makeSandbox, runProcess, type Sandbox } from '../support/sandbox.ts';

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = makeSandbox();
  for (const [name, value] of Object.entries(sandbox.env)) vi.stubEnv(name, value);
});
afterEach(() => {
  vi.unstubAllEnvs();
  sandbox.cleanup();
});

describe('dependencies', () => {
  let input: DependencyInput;
  const install = () => installDependencies(input, 5_000);
  const installs = (): number =>
    sandbox.exists('installs') ? sandbox.read('installs').trim().split('\n').length : 0;
  beforeEach(() => {
    input = {
      root: sandbox.repo,
      worktree: 'main',
      state: statePaths(path.join(sandbox.repo, '.git/claude-hooks')),
      command: 'echo x >> installs; mkdir -p node_modules',
    };
    sandbox.write('package-lock.json', '{"v":1}');
  });

  it('are installed when the lock file changed, once', async () => {
    expect((await install()).text).toContain('package-lock.json had changed');
    expect(await install()).toMatchObject({ level: 'ok', text: 'up to date' });
    sandbox.write('package-lock.json', '{"v":2}');
    expect(dueInstalls(input)).toHaveLength(1);
    await install();
    await install();
    expect(installs()).toBe(2);
    fs.rmSync(path.join(sandbox.repo, 'node_modules'), { recursive: true });
    await install();
    expect(installs()).toBe(3);
  });

  it('that are there already when first seen are not installed again', async () => {
    fs.mkdirSync(path.join(sandbox.repo, 'node_modules'));
    adoptInstalled(input);
    expect(dueInstalls(input)).toEqual([]);
    sandbox.write('package-lock.json', '{"v":2}');
    expect(dueInstalls(input)).toHaveLength(1);
  });

  it('count as installed only after the command succeeded', async () => {
    input.command = 'echo "registry said no" >&2; exit 1';
    expect(await install()).toMatchObject({
      level: 'error',
      text: expect.stringContaining('failed with 1: registry said no'),
    });
    expect(readLockHashes(input.state)).toEqual({});
    input.command = 'sleep 30';
    expect((await installDependencies(input, 200)).text).toContain('was stopped after');
    expect(dueInstalls(input)).toHaveLength(1);
  });

  it('of one working tree are installed by one process at a time', async () => {
    input.command = 'echo x >> installs; sleep 0.5; mkdir -p node_modules';
    const all = await Promise.all([install(), install(), install()]);
    expect(all.filter(({ text }) => text === 'another session is installing them')).toHaveLength(2);
    expect(installs()).toBe(1);
  });

  it('survive a damaged record', async () => {
    await install();
    fs.writeFileSync(path.join(input.state.root, 'dependencies.json'), '{"main/package-lock.json": 7, torn');
    expect(readLockHashes(input.state)).toEqual({});
    expect((await install()).level).toBe('ok');
  });

  it('are found by what lies in the repository: npm ci, for real', async () => {
    input.command = undefined;
    sandbox.write('package.json', '{"name":"x","version":"1.0.0"}');
    sandbox.write(
      'package-lock.json',
      '{"name":"x","version":"1.0.0","lockfileVersion":3,"requires":true,"packages":{"":{"name":"x","version":"1.0.0"}}}',
    );
    expect(dueInstalls(input).map(({ command }) => command)).toEqual(['npm ci']);
    expect((await installDependencies(input, 60_000)).text).toContain(
      'npm ci (package-lock.json had changed',
    );
  });
});

describe('pull', () => {
  let other: string;
  const pull = (operation?: string) => pullFastForward({ root: sandbox.repo, timeoutMs: 10_000, operation });
  const inOther = (...args: string[]) => runProcess('git', args, { cwd: other, env: sandbox.env });
  const commitInOther = async (name: string): Promise<void> => {
    fs.writeFileSync(path.join(other, name), name);
    await inOther('add', '-A');
    await inOther('commit', '-qm', name);
    await inOther('push', '-q');
  };
  beforeEach(async () => {
    const remote = path.join(sandbox.root, 'remote.git');
    other = path.join(sandbox.root, 'other');
    sandbox.git('clone', '-q', '--bare', sandbox.repo, remote);
    sandbox.git('remote', 'add', 'origin', remote);
    sandbox.git('fetch', '-q');
    sandbox.git('branch', '-q', '--set-upstream-to=origin/main');
    sandbox.git('clone', '-q', remote, other);
  });

  it('brings a clean branch forward, and runs no hook of the repository', async () => {
    sandbox.write('.git/hooks/post-merge', '#!/bin/sh\ntouch hook-ran\n');
    fs.chmodSync(path.join(sandbox.repo, '.git/hooks/post-merge'), 0o755);
    await commitInOther('a.txt');
    expect((await pull()).text).toMatch(/^pulled [0-9a-f]{10}\.\.[0-9a-f]{10}$/);
    expect(sandbox.read('a.txt')).toBe('a.txt');
    expect(sandbox.exists('hook-ran')).toBe(false);
    expect((await pull()).text).toBe('already up to date');
  });

  it.each([
    [
      'uncommitted changes',
      () => sandbox.write('README.md', 'mine'),
      'not pulled: there are uncommitted changes',
    ],
    [
      'staged changes',
      () => {
        sandbox.write('s.txt', 's');
        sandbox.git('add', '-A');
      },
      'not pulled: there are uncommitted changes',
    ],
    [
      'a detached HEAD',
      () => sandbox.git('checkout', '-q', '--detach'),
      'not pulled: this branch has no upstream',
    ],
    [
      'no upstream',
      () => sandbox.git('branch', '-q', '--unset-upstream'),
      'not pulled: this branch has no upstream',
    ],
  ])('leaves %s alone', async (_, prepare, text) => {
    await commitInOther('a.txt');
    prepare();
    const before = sandbox.git('rev-parse', 'HEAD') + sandbox.git('status', '--porcelain');
    expect(await pull()).toMatchObject({ level: 'ok', text });
    expect(sandbox.git('rev-parse', 'HEAD') + sandbox.git('status', '--porcelain')).toBe(before);
  });

  it('leaves an operation in progress alone', async () => {
    expect((await pull('rebase')).text).toBe('not pulled: rebase in progress');
  });

  it('says in one finding that both sides moved, that a file stands in the way, that nobody answers', async () => {
    await commitInOther('a.txt');
    sandbox.write('a.txt', 'mine, untracked');
    expect((await pull()).text).toContain('files that are not committed stand in the way');
    expect(sandbox.read('a.txt')).toBe('mine, untracked');
    fs.rmSync(path.join(sandbox.repo, 'a.txt'));
    sandbox.git('commit', '-q', '--allow-empty', '-m', 'mine');
    expect(await pull()).toMatchObject({
      level: 'warn',
      text: expect.stringContaining('have both moved on'),
    });
    sandbox.git('remote', 'set-url', 'origin', 'http://user:pa55word-planted@127.0.0.1:9/x.git');
    const finding = await pull();
    expect(finding).toMatchObject({
      level: 'warn',
      text: 'git pull --ff-only: the remote cannot be reached',
    });
    sandbox.git('remote', 'set-url', 'origin', path.join(sandbox.root, 'gone.git'));
    expect(await pull()).toMatchObject({
      level: 'warn',
      text: expect.stringContaining('git pull --ff-only: '),
    });
  });
});
