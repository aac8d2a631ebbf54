import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { changesSomething } from '../../src/install/plan.ts';
import { type HooksRepo, makeHooksRepo, snapshot } from '../support/git-managers.ts';
import { PROJECT_ROOT } from '../support/sandbox.ts';

const open: HooksRepo[] = [];

function repository(): HooksRepo {
  const repo = makeHooksRepo();
  open.push(repo);
  return repo;
}

afterEach(() => {
  for (const repo of open.splice(0)) repo.cleanup();
});

function remote(repo: HooksRepo): void {
  repo.git('init', '-q', '--bare', path.join(repo.root, 'remote.git'));
  repo.git('remote', 'add', 'origin', path.join(repo.root, 'remote.git'));
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
    remote(repo);
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
      remote(repo);
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

describe('managers in other shapes', () => {
  /** What the script of the pre-commit framework does, without Python: it runs `<hook>.legacy`, then its own. */
  function framework(hook: string): string {
    return `#!/usr/bin/env bash
# File generated by pre-commit: https://pre-commit.com
# ID: 138fd403232d2ddd5efb44317e38bf03

# start templated
ARGS=(hook-impl --config=.pre-commit-config.yaml --hook-type=${hook})
# end templated

HERE="$(cd "$(dirname "$0")" && pwd)"
exec bash -c '
  input=
  [ "$1" != pre-push ] || input=$(cat)
  if [ -x "$0/$1.legacy" ]; then printf "%s\\n" "$input" | PRE_COMMIT_RUNNING_LEGACY=1 "$0/$1.legacy" "\${@:2}" || exit 1; fi
  echo "pre-commit framework $1" >> "$0/../../../log"
' "$HERE" ${hook} "$@"
`;
  }

  it('pre-commit: what it owns gets ours as .legacy, which pre-commit install keeps', async () => {
    const repo = repository();
    repo.write('.pre-commit-config.yaml', 'repos: []\n');
    const owned = ['pre-commit', 'post-commit', 'pre-push'];
    const install = (): void => {
      for (const hook of owned) {
        repo.write(`.git/hooks/${hook}`, framework(hook));
        fs.chmodSync(path.join(repo.repo, '.git/hooks', hook), 0o755);
      }
    };
    install();
    const before = snapshot(repo.repo);
    const plan = await repo.install({ scope: 'project' });
    expect(plan.manager).toBe('pre-commit');
    for (let round = 0; round < 2; round += 1) {
      repo.commit('x');
      expect(repo.log()).toEqual(['pre-commit framework pre-commit', 'pre-commit framework post-commit']);
      expect(repo.rang()).toEqual(['post-commit']);
      install();
    }
    remote(repo);
    repo.git('push', '-q', 'origin', 'main');
    expect(repo.log()).toEqual(['pre-commit framework pre-push']);
    repo.commit('wip');
    repo.log();
    expect((await repo.tryGit(['push', '-q', 'origin', 'main'])).code).toBe(1);
    expect((await repo.plan({ scope: 'project' })).actions.filter(changesSomething)).toEqual([]);
    repo.uninstall();
    const after = snapshot(repo.repo);
    for (const name of [...after.keys()]) if (name.startsWith('file-')) after.delete(name);
    after.set('.git/config', before.get('.git/config') ?? '');
    expect(after).toEqual(before);
  });

  it('pre-commit that is configured but not installed keeps husky away', async () => {
    const repo = repository();
    repo.write('.pre-commit-config.yaml', 'repos: []\n');
    repo.write('package.json', '{}');
    const plan = await repo.install({ scope: 'project' });
    expect(plan.manager).toBe('pre-commit');
    expect((await repo.tryGit(['config', 'core.hooksPath'])).code).toBe(1);
    repo.commit('x');
    expect(repo.rang()).toEqual(['post-commit']);
  });

  it('husky 8, whose hook files load its runner first', async () => {
    const repo = repository();
    repo.write(
      '.husky/_/husky.sh',
      `#!/usr/bin/env sh\nif [ -z "$husky_skip_init" ]; then\n  readonly husky_skip_init=1\n  export husky_skip_init\n  sh -e "$0" "$@"\n  exit $?\nfi\n`,
    );
    repo.write(
      '.husky/post-commit',
      `#!/usr/bin/env sh\n. "$(dirname -- "$0")/_/husky.sh"\n\necho theirs >> '${path.join(repo.root, 'log').replaceAll("'", "'\\''")}'\n`,
    );
    fs.chmodSync(path.join(repo.repo, '.husky/post-commit'), 0o755);
    repo.git('config', 'core.hooksPath', '.husky');
    const before = snapshot(repo.repo);
    await repo.install({ scope: 'project' });
    repo.commit('x');
    expect(repo.log()).toEqual(['theirs']);
    expect(repo.rang()).toEqual(['post-commit']);
    repo.git('checkout', '-q', '-b', 'other');
    expect(repo.rang()).toEqual(['post-checkout']);
    repo.uninstall();
    const after = snapshot(repo.repo);
    after.delete('file-1.txt');
    expect(after).toEqual(before);
  });

  it('husky that is declared but not active is prepared, not activated', async () => {
    const repo = repository();
    repo.write('package.json', '{"devDependencies":{"husky":"9"}}');
    repo.hook('.husky/pre-commit', 'exit 1\n');
    const plan = await repo.install({ scope: 'project' });
    expect(plan.notes.join()).toContain('npx husky');
    repo.commit('x');
    expect(repo.log()).toEqual([]);
    execFileSync(process.execPath, [path.join(PROJECT_ROOT, 'node_modules/husky/bin.js')], {
      cwd: repo.repo,
      env: repo.env,
    });
    repo.git('commit', '-q', '--allow-empty', '--no-verify', '-m', 'y');
    expect(repo.rang()).toEqual(['post-commit']);
  });

  it('simple-git-hooks in local scope leaves the shared configuration alone', async () => {
    const repo = repository();
    const text = '{ "simple-git-hooks": { "post-commit": "true" } }';
    repo.write('package.json', text);
    execFileSync(process.execPath, [path.join(PROJECT_ROOT, 'node_modules/simple-git-hooks/cli.js')], {
      cwd: repo.repo,
      env: repo.env,
    });
    const plan = await repo.install({ scope: 'local' });
    expect(plan.notes.join()).toContain('run install again after simple-git-hooks');
    expect(repo.read('package.json')).toBe(text);
    repo.commit('x');
    expect(repo.rang()).toEqual(['post-commit']);
  });

  it('says which tracked files a personal install changes, once, and not in project scope', async () => {
    const repo = repository();
    repo.git('config', 'core.hooksPath', '.githooks');
    repo.hook('.githooks/post-commit');
    repo.hook('.githooks/post-merge');
    repo.git('add', '.githooks/post-commit');
    repo.git('commit', '-q', '--no-verify', '-m', 'hooks');
    const shared = (notes: string[]): string[] =>
      notes.filter((note) => note.includes('shared with your team'));
    expect(shared((await repo.plan({ scope: 'project' })).notes)).toEqual([]);
    expect(shared((await repo.plan({ scope: 'user' })).notes)).toHaveLength(1);
    const { notes } = await repo.install({ scope: 'local' });
    expect(shared(notes)).toEqual([
      'This file is shared with your team by git and will change: .githooks/post-commit; use --git-hooks none to leave it alone.',
    ]);
    expect(shared((await repo.plan({ scope: 'local' })).notes)).toEqual([]);
  });

  it('a personal install names the tracked files of husky, and none where they are not committed', async () => {
    const repo = repository();
    repo.write('package.json', '{"devDependencies":{"husky":"9"}}');
    repo.hook('.husky/post-commit');
    repo.hook('.husky/pre-push');
    expect((await repo.plan({ scope: 'local' })).notes.join()).not.toContain('shared with your team');
    repo.git('add', '.husky');
    expect((await repo.plan({ scope: 'local' })).notes.join()).toMatch(
      /These files are shared .*: \.husky\/post-commit, \.husky\/pre-push; use --git-hooks none to leave them alone/,
    );
  });

  it('a command of simple-git-hooks that never ran here is not started by us', async () => {
    const repo = repository();
    repo.write('package.json', `{ "simple-git-hooks": { "post-commit": "touch ran" } }`);
    const plan = await repo.install({ scope: 'project' });
    expect(plan.notes.join()).toContain('npx simple-git-hooks');
    repo.commit('x');
    expect(repo.exists('ran')).toBe(false);
    repo.git('checkout', '-q', '-b', 'other');
    expect(repo.rang()).toEqual(['post-checkout']);
  });

  it('lefthook whose hooks are other scripts, or that is not installed', async () => {
    const repo = repository();
    repo.write('lefthook.yml', 'pre-commit:\n  jobs:\n    - run: "true"\n');
    repo.hook('.git/hooks/post-commit');
    const plan = await repo.install({ scope: 'project' });
    expect(plan.notes.join()).toContain('lefthook install');
    expect(repo.read('lefthook.yml')).not.toContain('post-commit');
    repo.commit('x');
    expect(repo.log()).toEqual(['post-commit 0']);
    expect(repo.rang()).toEqual(['post-commit']);
  });

  it('hooks that are switched off stay off, and a setting for one worktree is named', async () => {
    const repo = repository();
    repo.git('config', 'core.hooksPath', '/dev/null');
    const off = await repo.plan();
    expect(off.actions).toEqual([]);
    expect(off.notes.join()).toContain('switched off');
    repo.git('config', '--unset', 'core.hooksPath');
    repo.git('config', 'extensions.worktreeConfig', 'true');
    repo.git('config', '--worktree', 'core.hooksPath', 'mine');
    const one = await repo.plan();
    expect(one.actions).toEqual([]);
    expect(one.notes.join()).toContain('--worktree --unset');
  });

  it('a mode that would take hooks away is refused', async () => {
    const repo = repository();
    repo.write('package.json', '{}');
    repo.hook('.git/hooks/commit-msg');
    await expect(repo.plan({ mode: 'husky' })).rejects.toMatchObject({ kind: 'conflict' });
    repo.git('config', '--global', 'core.hooksPath', repo.home);
    await expect(repo.plan({ mode: 'husky' })).rejects.toMatchObject({ kind: 'conflict' });
    repo.git('config', '--global', '--unset', 'core.hooksPath');
    fs.rmSync(path.join(repo.repo, '.git/hooks/commit-msg'));
    repo.git('config', 'core.hooksPath', '.husky/_');
    await expect(repo.plan({ mode: 'plain' })).rejects.toMatchObject({ kind: 'conflict' });
    expect((await repo.plan({ mode: 'none' })).actions).toEqual([]);
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
