import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { describe, expect, it } from 'vitest';
import { useCleanup } from '../support/for-the-file.ts';
import { addRemote, type HooksRepo, makeHooksRepo, snapshot } from '../support/git-managers.ts';
import { PROJECT_ROOT } from '../support/sandbox.ts';

const forThisTest = useCleanup();

function repository(): HooksRepo {
  return forThisTest(makeHooksRepo());
}

describe('what git does', () => {
  it('a failing pre-commit of the person still fails the commit, and nothing is recorded', async () => {
    const repo = repository();
    repo.hook('.git/hooks/pre-commit', 'exit 1\n');
    await repo.install();
    repo.write('a', 'a');
    repo.git('add', 'a');
    expect((await repo.tryGit(['commit', '-q', '-m', 'x'])).code).toBe(1);
    expect(repo.log()).toEqual(['pre-commit 0']);
    expect(repo.rang()).toEqual([]);
  });

  it('a failing post-commit and prepare-commit-msg of the person keep their effect', async () => {
    const repo = repository();
    repo.hook('.git/hooks/prepare-commit-msg', 'echo theirs >> "$1"; exit 3\n');
    await repo.install();
    repo.write('a', 'a');
    repo.git('add', 'a');
    expect((await repo.tryGit(['commit', '-q', '-m', 'x'])).code).toBe(1);
    expect(fs.readFileSync(path.join(repo.repo, '.git/COMMIT_EDITMSG'), 'utf8')).toBe('x\ntheirs\n');
  });

  it('a commit whose message is left empty still aborts while a session is live', async () => {
    const repo = repository();
    await repo.install();
    const env = { CLAUDE_CODE_SESSION_ID: 'abc', GIT_EDITOR: 'true' };
    repo.write('a', 'a');
    repo.git('add', 'a');
    const aborted = await repo.tryGit(['commit', '-q'], env);
    expect(aborted.stderr).toContain('empty commit message');
    expect((await repo.tryGit(['commit', '-q', '-m', ''], env)).code).toBe(1);
    repo.write('template', 'Why:\n');
    const template = await repo.tryGit(['commit', '-q', '-t', 'template'], env);
    expect(template.stderr).toContain('you did not edit the message');
    expect((await repo.tryGit(['commit', '-q', '-m', 'with -m'], env)).code).toBe(0);
    expect(repo.git('log', '-1', '--format=%B').trim()).toBe('with -m\n\nClaude-Session: abc');
    expect(
      (
        await repo.tryGit(['commit', '-q', '--amend', '--no-edit'], {
          ...env,
          CLAUDE_CODE_SESSION_ID: 'other',
        })
      ).code,
    ).toBe(0);
    expect(repo.git('log', '-1', '--format=%B').trim()).toBe('with -m\n\nClaude-Session: abc');
  });

  it('a rebase gives no trailer to the commits it copies and is told of once', async () => {
    const repo = repository();
    await repo.install();
    repo.git('checkout', '-q', '-b', 'side');
    repo.commit('one');
    repo.commit('two');
    repo.git('checkout', '-q', 'main');
    repo.commit('three');
    repo.rang();
    repo.git('checkout', '-q', 'side');
    expect(repo.rang()).toEqual(['post-checkout']);
    const env = {
      CLAUDE_CODE_SESSION_ID: 'abc',
      GIT_SEQUENCE_EDITOR: 'sed -i s/^pick/reword/',
      GIT_EDITOR: 'true',
    };
    expect((await repo.tryGit(['rebase', '-q', '-i', 'main'], env)).code).toBe(0);
    const events = repo.events().map((event) => `${event.git_hook} ${event.args[0] ?? ''}`.slice(0, 19));
    expect(events.filter((event) => !event.startsWith('post-checkout'))).toEqual(['post-rewrite rebase']);
    expect(repo.git('log', '--format=%B')).not.toContain('Claude-Session');
  });

  it('a rebase and a merge that stop at a conflict, and a cherry-pick', async () => {
    const repo = repository();
    await repo.install();
    const env = { CLAUDE_CODE_SESSION_ID: 'abc', GIT_EDITOR: 'true' };
    const change = (text: string): void => {
      repo.write('same', text);
      repo.git('add', 'same');
      repo.git('commit', '-q', '-m', text);
    };
    change('base');
    repo.git('checkout', '-q', '-b', 'side');
    change('side');
    repo.git('checkout', '-q', 'main');
    change('main');
    repo.rang();
    expect((await repo.tryGit(['merge', 'side'], env)).code).toBe(1);
    repo.write('same', 'both');
    repo.git('add', 'same');
    expect((await repo.tryGit(['commit', '-q', '--no-edit'], env)).code).toBe(0);
    expect(repo.rang()).toEqual(['post-commit']);
    expect(repo.git('log', '-1', '--format=%B')).not.toContain('Claude-Session');
    repo.git('reset', '-q', '--hard', 'HEAD~1');
    expect((await repo.tryGit(['rebase', 'side'], env)).code).toBe(1);
    repo.write('same', 'again');
    repo.git('add', 'same');
    expect((await repo.tryGit(['rebase', '--continue'], env)).code).toBe(0);
    expect(repo.rang().filter((hook) => hook !== 'post-checkout')).toEqual(['post-rewrite']);
    repo.git('checkout', '-q', '-b', 'pick', 'HEAD~1');
    repo.rang();
    expect((await repo.tryGit(['cherry-pick', 'main'], env)).code).toBe(0);
    expect(repo.rang()).toEqual(['post-commit']);
    expect(repo.git('log', '-1', '--format=%B')).not.toContain('Claude-Session');
  });

  it('CLAUDE_HOOKS=0 and a runtime that is gone leave git as it was', async () => {
    const repo = repository();
    for (const hook of ['post-commit', 'pre-push', 'prepare-commit-msg']) repo.hook(`.git/hooks/${hook}`);
    await repo.install();
    addRemote(repo);
    const off = { CLAUDE_HOOKS: '0', CLAUDE_CODE_SESSION_ID: 'abc' };
    expect((await repo.tryGit(['commit', '-q', '--allow-empty', '-m', 'wip'], off)).stderr).toBe('');
    expect((await repo.tryGit(['push', '-q', 'origin', 'main'], off)).code).toBe(0);
    fs.rmSync(path.join(repo.home, '.local'), { recursive: true });
    expect(
      (await repo.tryGit(['commit', '-q', '--allow-empty', '-m', 'wip 2'], { CLAUDE_CODE_SESSION_ID: 'abc' }))
        .stderr,
    ).toBe('');
    const push = await repo.tryGit(['push', '-q', 'origin', 'main']);
    expect([push.code, push.stderr]).toEqual([0, '']);
    expect(repo.rang()).toEqual([]);
    expect(repo.log().length).toBe(6);
    expect(repo.git('log', '--format=%B')).not.toContain('Claude-Session');
  });

  it('the input of a pre-push reaches the hook that was there, in every kind of hook', async () => {
    for (const shebang of ['#!/bin/sh', '#!/bin/bash -e', '#!/usr/bin/env python3']) {
      const repo = repository();
      const seen = path.join(repo.root, 'seen');
      repo.write(
        '.git/hooks/pre-push',
        shebang.includes('python')
          ? `${shebang}\nimport sys\nopen(${JSON.stringify(seen)}, 'w').write(' '.join(sys.argv[1:]) + '\\n' + sys.stdin.read())\n`
          : `${shebang}\nexec > '${seen.replaceAll("'", "'\\''")}'; echo "$@"; cat\n`,
      );
      fs.chmodSync(path.join(repo.repo, '.git/hooks/pre-push'), 0o755);
      await repo.install();
      addRemote(repo);
      repo.git('tag', 'v1');
      repo.git('push', '-q', 'origin', 'main', 'v1');
      const head = repo.git('rev-parse', 'HEAD').trim();
      const zeros = '0'.repeat(40);
      const url = path.join(repo.root, 'remote.git');
      expect(fs.readFileSync(seen, 'utf8')).toBe(
        `origin ${url}\nrefs/heads/main ${head} refs/heads/main ${zeros}\nrefs/tags/v1 ${head} refs/tags/v1 ${zeros}\n`,
      );
    }
  });
});

describe('where the repository lies', () => {
  it('a linked worktree rings the one spool, plain and with a global core.hooksPath', async () => {
    for (const isGlobal of [false, true]) {
      const repo = repository();
      const hooks = isGlobal ? path.join(repo.home, 'hooks') : path.join(repo.repo, '.git/hooks');
      repo.hook(path.join(hooks, 'post-commit'));
      if (isGlobal) repo.git('config', '--global', 'core.hooksPath', hooks);
      const tree = path.join(repo.root, 'other "tree"');
      repo.git('worktree', 'add', '-q', '-b', 'other', tree);
      await repo.install({ dir: tree });
      repo.rang();
      expect((await repo.tryGit(['commit', '-q', '--allow-empty', '-m', 'x'], {}, tree)).stderr).toBe('');
      expect(repo.events().map((event) => [event.git_hook, event.cwd])).toEqual([['post-commit', tree]]);
      repo.commit('y');
      expect(repo.rang()).toEqual(['post-commit']);
      expect(repo.log()).toEqual(['post-commit 0', 'post-commit 0']);
      repo.uninstall();
      repo.commit('z');
      expect(repo.rang()).toEqual([]);
      expect(repo.log()).toEqual(['post-commit 0']);
    }
  });

  it('a folder of a monorepo that has the only package.json', async () => {
    const repo = repository();
    const dir = path.join(repo.repo, 'packages/web');
    repo.write('packages/web/package.json', '{"name":"web"}');
    const before = snapshot(repo.repo);
    await repo.install({ scope: 'project', dir });
    expect(JSON.parse(repo.read('packages/web/package.json')).scripts.prepare).toBe(
      'cd ../.. && (husky packages/web/.husky || true)',
    );
    expect(repo.git('config', 'core.hooksPath').trim()).toBe('packages/web/.husky/_');
    repo.commit('x');
    expect(repo.rang()).toEqual(['post-commit']);
    // What a teammate's npm install runs leads to the same files.
    const written = snapshot(repo.repo);
    fs.rmSync(path.join(repo.repo, 'packages/web/.husky/_'), { recursive: true });
    fs.mkdirSync(path.join(repo.root, 'bin'));
    fs.symlinkSync(path.join(PROJECT_ROOT, 'node_modules/husky/bin.js'), path.join(repo.root, 'bin/husky'));
    execFileSync('sh', ['-c', 'cd ../.. && (husky packages/web/.husky || true)'], {
      cwd: dir,
      env: { ...repo.env, PATH: `${repo.root}/bin:${repo.env.PATH}` },
    });
    const husky = snapshot(repo.repo);
    written.delete('packages/web/.husky/_/claude-hooks');
    expect(husky).toEqual(written);
    repo.uninstall();
    const after = snapshot(repo.repo);
    after.delete('file-1.txt');
    expect(after).toEqual(before);
  });

  it('a submodule', async () => {
    const repo = repository();
    const inner = path.join(repo.root, 'inner');
    repo.git('init', '-q', inner);
    execFileSync('git', ['commit', '-q', '--allow-empty', '-m', 'inner'], { cwd: inner, env: repo.env });
    repo.git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', inner, 'sub');
    const dir = path.join(repo.repo, 'sub');
    const plan = await repo.install({ dir });
    expect(plan.actions[0]?.file).toBe(path.join(repo.repo, '.git/modules/sub/hooks/post-commit'));
    const state = path.join(repo.repo, '.git/modules/sub/claude-hooks');
    fs.mkdirSync(path.join(state, 'spool/tmp'), { recursive: true });
    await repo.tryGit(['commit', '-q', '--allow-empty', '-m', 'x'], {}, dir);
    expect(fs.readdirSync(path.join(state, 'spool')).length).toBe(2);
  });

  it('a repository without commits, and a folder without git', async () => {
    const repo = repository();
    fs.rmSync(path.join(repo.repo, '.git/refs/heads/main'));
    await repo.install();
    repo.commit('first');
    expect(repo.rang()).toEqual(['post-commit']);
    const plain = path.join(repo.root, 'plain');
    fs.mkdirSync(plain);
    const plan = await repo.plan({ dir: plain });
    expect(plan.actions).toEqual([]);
    expect(plan.notes.join()).toContain('no git repository');
  });
});

describe('when others change the files', () => {
  it('only our part goes from hooks, configuration and package.json', async () => {
    const repo = repository();
    repo.write('package.json', '{\n  "name": "demo",\n  "scripts": { "prepare": "tsc" }\n}\n');
    await repo.install({ scope: 'project' });
    repo.git('config', 'user.name', 'Someone');
    repo.write('package.json', repo.read('package.json').replace('"demo"', '"demo", "version": "2.0.0"'));
    repo.write('.husky/post-commit', `${repo.read('.husky/post-commit')}echo more\n`);
    repo.uninstall();
    expect(repo.read('package.json')).toBe(
      '{\n  "name": "demo", "version": "2.0.0",\n  "scripts": { "prepare": "tsc" }\n}\n',
    );
    expect(repo.read('.husky/post-commit')).toBe('echo more\n');
    expect((await repo.tryGit(['config', 'core.hooksPath'])).code).toBe(1);
    expect(repo.git('config', 'user.name').trim()).toBe('Someone');
  });

  it('our part goes from lefthook and simple-git-hooks files that were edited', async () => {
    const repo = repository();
    repo.write('lefthook.yml', '# top\npre-push:\n  jobs:\n    - run: "true"\n');
    await repo.install({ scope: 'project' });
    repo.write('lefthook.yml', repo.read('lefthook.yml').replace('# top', '# changed'));
    repo.uninstall();
    expect(repo.read('lefthook.yml')).toBe('# changed\npre-push:\n  jobs:\n    - run: "true"\n');
    fs.rmSync(path.join(repo.repo, 'lefthook.yml'));
    repo.write('package.json', '{ "simple-git-hooks": { "pre-push": "true" } }');
    await repo.install({ scope: 'project' });
    repo.write('package.json', repo.read('package.json').replace('{ "simple', '{ "name": "x", "simple'));
    repo.uninstall();
    expect(repo.read('package.json')).toBe('{ "name": "x", "simple-git-hooks": { "pre-push": "true" } }');
  });

  it('a hook that was wrapped comes back although the wrapper was edited', async () => {
    const repo = repository();
    const body = '#!/usr/bin/env python3\nprint("hello")\n';
    repo.write('.git/hooks/post-commit', body);
    fs.chmodSync(path.join(repo.repo, '.git/hooks/post-commit'), 0o755);
    await repo.install();
    repo.write('.git/hooks/post-commit', `${repo.read('.git/hooks/post-commit')}echo never\n`);
    repo.uninstall();
    expect(repo.read('.git/hooks/post-commit')).toBe(body);
    expect(
      fs.readdirSync(path.join(repo.repo, '.git/hooks')).filter((name) => name.includes('claude')),
    ).toEqual([]);
  });

  it('an older block is replaced where it stands', async () => {
    const repo = repository();
    repo.write(
      '.git/hooks/post-commit',
      '#!/bin/sh\n# >>> claude-hooks >>>\nold lines\n# <<< claude-hooks <<<\necho theirs\n',
    );
    fs.chmodSync(path.join(repo.repo, '.git/hooks/post-commit'), 0o755);
    await repo.install();
    const text = repo.read('.git/hooks/post-commit');
    expect(text).not.toContain('old lines');
    expect(text.match(/>>> claude-hooks >>>/g)?.length).toBe(1);
    expect(text.endsWith('# <<< claude-hooks <<<\necho theirs\n')).toBe(true);
    repo.commit('x');
    expect(repo.rang()).toEqual(['post-commit']);
  });

  it('a file in the way of a hook that has to be moved is a conflict, and nothing is written', async () => {
    const repo = repository();
    repo.write('.git/hooks/post-commit', '#!/usr/bin/env python3\n');
    fs.chmodSync(path.join(repo.repo, '.git/hooks/post-commit'), 0o755);
    repo.write('.git/hooks/post-commit.claude-hooks-original', 'something else');
    await expect(repo.plan()).rejects.toMatchObject({ code: 'git-hook-original-exists', kind: 'conflict' });
  });
});
