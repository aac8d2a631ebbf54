import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { expect, it } from 'vitest';
import { changesSomething } from '../../src/install/plan.ts';
import { useCleanup } from '../support/for-the-file.ts';
import { type HooksRepo, makeHooksRepo, type PlanOptions, snapshot } from '../support/git-managers.ts';
import { PROJECT_ROOT } from '../support/sandbox.ts';
import { toolsFolder } from '../support/tools.ts';

const TOOLS = path.join(toolsFolder(PROJECT_ROOT), 'node_modules');
const LEFTHOOK = path.join(
  TOOLS,
  fs.readdirSync(TOOLS).find((name) => /^lefthook-/.test(name)) ?? '',
  'bin/lefthook',
);
const SIMPLE = path.join(PROJECT_ROOT, 'node_modules/simple-git-hooks/cli.js');
const forThisTest = useCleanup();

function repository(): HooksRepo {
  return forThisTest(makeHooksRepo());
}

/** Hooks that were there before, as logged lines, for everything git does in `exercise`. */
interface Expected {
  commit: string[];
  checkout: string[];
  merge: string[];
  amend: string[];
  push: string[];
}

/** Runs git through its common moves; each earlier hook and each of ours fires exactly once. */
async function exercise(repo: HooksRepo, expected: Expected): Promise<void> {
  repo.log();
  repo.rang();
  repo.commit('one');
  expect(repo.log()).toEqual(expected.commit);
  expect(repo.rang()).toEqual(['post-commit']);
  repo.git('checkout', '-q', '-b', 'side');
  expect(repo.log()).toEqual(expected.checkout);
  expect(repo.rang()).toEqual(['post-checkout']);
  repo.commit('two');
  repo.git('checkout', '-q', 'main');
  repo.log();
  repo.rang();
  repo.git('merge', '-q', 'side');
  expect(repo.log()).toEqual(expected.merge);
  expect(repo.rang()).toEqual(['post-merge']);
  repo.git('commit', '-q', '--amend', '-m', 'two again');
  expect(repo.log()).toEqual(expected.amend);
  expect(repo.rang()).toEqual(['post-commit', 'post-rewrite']);
  repo.git('init', '-q', '--bare', path.join(repo.root, 'remote.git'));
  repo.git('remote', 'add', 'origin', path.join(repo.root, 'remote.git'));
  repo.git('push', '-q', 'origin', 'main');
  expect(repo.log()).toEqual(expected.push);
  repo.commit('WIP: not ready');
  repo.log();
  const refused = await repo.tryGit(['push', 'origin', 'main']);
  expect(refused.stderr + refused.stdout).toContain('not pushed, because these commits are marked WIP');
  expect(refused.code).toBe(1);
  const forced = await repo.tryGit(['push', '--no-verify', 'origin', 'main']);
  expect(forced.code).toBe(0);
  repo.git('checkout', '-q', '-b', 'base', 'HEAD~2');
  repo.commit('three');
  repo.rang();
  repo.git('rebase', '-q', 'main');
  expect(repo.rang().filter((hook) => hook !== 'post-checkout')).toEqual(['post-rewrite']);
  repo.log();
}

/** Installs, exercises, installs again, takes everything back. */
async function wholeLife(
  repo: HooksRepo,
  options: PlanOptions,
  expected: Expected,
  manager: string,
): Promise<void> {
  const before = snapshot(repo.repo);
  const plan = await repo.install(options);
  expect(plan.manager).toBe(manager);
  const installed = snapshot(repo.repo);
  const again = await repo.plan(options);
  expect(again.actions.filter(changesSomething).map(({ file }) => file)).toEqual([]);
  expect(again.actions.map(({ id }) => id).sort()).toEqual(plan.actions.map(({ id }) => id).sort());
  const config = repo.read('.git/config');
  await exercise(repo, expected);
  // What git and the manager wrote meanwhile is theirs.
  repo.write('.git/config', config);
  for (const [name, content] of installed) {
    if (name.startsWith('.git/hooks/')) expect(snapshot(repo.repo).get(name)).toBe(content);
  }
  repo.git('checkout', '-qf', 'main');
  repo.git('branch', '-qD', 'base', 'side');
  repo.uninstall();
  const after = snapshot(repo.repo);
  for (const name of after.keys()) if (/^file-\d+\.txt$/.test(name)) after.delete(name);
  expect([...after].sort()).toEqual([...before].sort());
}

const NONE: Expected = { commit: [], checkout: [], merge: [], amend: [], push: [] };
const ALL: Expected = {
  commit: ['pre-commit 0', 'prepare-commit-msg 2', 'commit-msg 1', 'post-commit 0'],
  checkout: ['post-checkout 3'],
  merge: ['post-merge 1'],
  amend: ['pre-commit 0', 'prepare-commit-msg 2', 'commit-msg 1', 'post-commit 0', 'post-rewrite 1'],
  push: ['pre-push 2'],
};
const ALL_HOOKS = [
  'pre-commit',
  'prepare-commit-msg',
  'commit-msg',
  'post-commit',
  'post-checkout',
  'post-merge',
  'post-rewrite',
  'pre-push',
];

it('plain scripts where nothing is in place', async () => {
  const repo = repository();
  await wholeLife(repo, { scope: 'local' }, NONE, 'plain scripts');
});

it('plain hooks in shell keep firing, also those that end in exec or exit', async () => {
  const repo = repository();
  for (const hook of ALL_HOOKS)
    repo.hook(`.git/hooks/${hook}`, hook === 'post-commit' ? 'exit 0\n' : 'exec true\n');
  await wholeLife(repo, { scope: 'project' }, ALL, 'plain hooks');
});

it('hooks in Python and hooks of other kinds keep firing', async () => {
  const repo = repository();
  const python = (name: string): string =>
    `#!/usr/bin/env python3\nimport sys\nsys.stdin.read() if '${name}' == 'pre-push' else None\nopen(${JSON.stringify(path.join(repo.root, 'log'))}, 'a').write('${name} %d\\n' % (len(sys.argv) - 1))\n`;
  for (const hook of ALL_HOOKS) {
    repo.write(`.git/hooks/${hook}`, python(hook));
    fs.chmodSync(path.join(repo.repo, '.git/hooks', hook), 0o755);
  }
  await wholeLife(repo, { scope: 'local' }, ALL, 'plain hooks');
});

it('a hook that is not executable stays switched off, and comes back as it was', async () => {
  const repo = repository();
  for (const hook of ALL_HOOKS) {
    repo.hook(`.git/hooks/${hook}`);
    fs.chmodSync(path.join(repo.repo, '.git/hooks', hook), 0o644);
  }
  await wholeLife(repo, { scope: 'local' }, NONE, 'plain hooks');
});

it('hooks that are symbolic links keep firing and their targets stay as they are', async () => {
  const repo = repository();
  fs.mkdirSync(path.join(repo.repo, 'scripts'));
  repo.hook('scripts/hook', '');
  repo.write('scripts/hook', repo.read('scripts/hook').replace('"hook $#"', '"$(basename "$0") $#"'));
  for (const hook of ALL_HOOKS)
    fs.symlinkSync('../../scripts/hook', path.join(repo.repo, '.git/hooks', hook));
  await wholeLife(repo, { scope: 'local' }, ALL, 'linked hooks');
});

it('a local core.hooksPath into the working tree', async () => {
  const repo = repository();
  repo.git('config', 'core.hooksPath', 'tools/hooks');
  for (const hook of ALL_HOOKS) repo.hook(`tools/hooks/${hook}`);
  await wholeLife(repo, { scope: 'project' }, ALL, 'core.hooksPath');
  expect(repo.git('status', '--short')).toBe('?? tools/\n');
});

it('a global core.hooksPath is not written to and not lost', async () => {
  const repo = repository();
  const folder = path.join(repo.home, 'my hooks');
  for (const hook of ALL_HOOKS) repo.hook(path.join(folder, hook));
  repo.git('config', '--global', 'core.hooksPath', '~/my hooks');
  const before = snapshot(folder);
  await wholeLife(repo, { scope: 'project' }, ALL, 'global core.hooksPath');
  expect(snapshot(folder)).toEqual(before);
});

it('husky that is in place', async () => {
  const repo = repository();
  repo.write('package.json', '{ "name": "demo", "devDependencies": { "husky": "^9.1.7" } }\n');
  execFileSync(process.execPath, [path.join(PROJECT_ROOT, 'node_modules/husky/bin.js')], {
    cwd: repo.repo,
    env: repo.env,
  });
  for (const hook of ALL_HOOKS) repo.hook(`.husky/${hook}`, '');
  await wholeLife(repo, { scope: 'project' }, ALL, 'husky');
});

it('husky is set up in project scope where there is a package.json and nothing else', async () => {
  const repo = repository();
  repo.write('package.json', '{\n\t"name": "demo",\n\t"scripts": {\n\t\t"prepare": "tsc"\n\t}\n}');
  const { notes } = await repo.plan({ scope: 'project' });
  expect(notes.join()).toContain('npm install --save-dev husky');
  await wholeLife(repo, { scope: 'project' }, NONE, 'husky (new)');
});

it('lefthook in project scope', async () => {
  const repo = repository();
  const log = path.join(repo.root, 'log');
  const lines = ALL_HOOKS.map(
    (hook) => `${hook}:\n  jobs:\n    - run: echo "${hook} ran" >> "${log}"\n`,
  ).join('\n');
  repo.write('lefthook.yml', `# our hooks\noutput: false\n\n${lines}`);
  execFileSync(LEFTHOOK, ['install'], { cwd: repo.repo, env: repo.env, stdio: 'pipe' });
  const ran = (list: string[]): string[] => list.map((line) => line.replace(/ \d$/, ' ran'));
  repo.env.LEFTHOOK_OUTPUT = 'execution_out,failure';
  const all: Expected = {
    commit: ran(ALL.commit),
    checkout: ran(ALL.checkout),
    merge: ran(ALL.merge),
    // lefthook leaves pre-commit out where nothing is staged.
    amend: ran(ALL.amend.slice(1)),
    push: ran(ALL.push),
  };
  const seen = path.join(repo.root, 'seen');
  repo.write(
    'lefthook.yml',
    repo
      .read('lefthook.yml')
      .replace(
        'pre-push:\n  jobs:\n',
        `pre-push:\n  jobs:\n    - run: cat > "${seen}"\n      use_stdin: true\n`,
      ),
  );
  await wholeLife(repo, { scope: 'project' }, all, 'lefthook');
  expect(fs.readFileSync(seen, 'utf8')).toMatch(
    /^refs\/heads\/main [0-9a-f]{40} refs\/heads\/main [0-9a-f]{40}\n$/,
  );
});

it('lefthook in local scope, whose own file has one hook only', async () => {
  const repo = repository();
  const log = path.join(repo.root, 'log');
  repo.write(
    'lefthook.yml',
    `pre-commit:\n  commands:\n    log:\n      run: echo "pre-commit ran" >> "${log}"\n`,
  );
  execFileSync(LEFTHOOK, ['install'], { cwd: repo.repo, env: repo.env, stdio: 'pipe' });
  const plan = await repo.plan({ scope: 'local' });
  expect(plan.personalFiles).toEqual(['lefthook-local.yml']);
  await wholeLife(repo, { scope: 'local' }, { ...NONE, commit: ['pre-commit ran'] }, 'lefthook');
});

it('simple-git-hooks in project scope', async () => {
  const repo = repository();
  const log = path.join(repo.root, 'log');
  const hooks = Object.fromEntries(ALL_HOOKS.map((hook) => [hook, `echo "${hook} $#" >> "${log}"`]));
  repo.write('package.json', `${JSON.stringify({ name: 'demo', 'simple-git-hooks': hooks }, null, 4)}\n`);
  const run = (): Buffer => execFileSync(process.execPath, [SIMPLE], { cwd: repo.repo, env: repo.env });
  run();
  await wholeLife(repo, { scope: 'project' }, ALL, 'simple-git-hooks');
  await repo.install({ scope: 'project' });
  const installed = snapshot(repo.repo);
  run();
  expect(snapshot(repo.repo)).toEqual(installed);
});
