import { execFileSync, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';

/** A repository in a temporary folder of its own, in one of the states git can be in. */
export interface BuiltRepository {
  /** The temporary folder that holds everything; `cleanup` removes it. */
  base: string;
  /** The folder a person would work in. */
  root: string;
  git(...args: string[]): string;
  /** Runs git and answers whether it exited 0. */
  tryGit(...args: string[]): boolean;
  write(file: string, content: string | Buffer): void;
  cleanup(): void;
}

export interface RepositoryState {
  /** Whether there is a working tree whose files a checkpoint can hold. */
  saves: boolean;
  /** The operation git is in the middle of. */
  operation?: 'rebase' | 'merge' | 'cherry-pick' | 'revert' | 'bisect';
  /** Whether the staged tree can be written: false with unmerged paths. */
  staged?: boolean;
  build(): BuiltRepository;
}

/** Environment of every git in tests: nothing of this machine's person or system. */
export const GIT_TEST_ENV: Record<string, string> = {
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_SYSTEM: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_TERMINAL_PROMPT: '0',
  GIT_EDITOR: ':',
  GIT_ALLOW_PROTOCOL: 'file',
  LC_ALL: 'C',
};

const IDENTITY = [
  '-c',
  'user.name=Ada',
  '-c',
  'user.email=ada@example.invalid',
  '-c',
  'commit.gpgsign=false',
];

/** Points HOME, XDG and git's own settings of this process to a fresh folder. @returns that folder. */
export function isolateProcess(): string {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'claude-hooks-home-'));
  for (const name of Object.keys(process.env)) if (/^(GIT_|XDG_)/.test(name)) delete process.env[name];
  Object.assign(process.env, GIT_TEST_ENV, { HOME: home });
  delete process.env.NODE_EXTRA_CA_CERTS;
  return home;
}

/** Runs git in a folder, isolated, with an identity. Throws with git's words where it fails. */
export function runGit(cwd: string, args: readonly string[], env: Record<string, string> = {}): string {
  return execFileSync('git', [...IDENTITY, ...args], {
    cwd,
    env: cleanEnv(env),
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 64 * 1024 * 1024,
  });
}

/** As `runGit`, each byte as one character: file names are bytes. */
export function runGitLatin1(cwd: string, args: readonly string[]): string {
  return execFileSync('git', [...IDENTITY, ...args], { cwd, env: cleanEnv({}), encoding: 'latin1' });
}

function cleanEnv(env: Record<string, string>): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(GIT_|XDG_|HOME$)/.test(name));
  return { ...Object.fromEntries(inherited), HOME: '/nonexistent', ...GIT_TEST_ENV, ...env };
}

/** An empty folder with the tools to fill it. */
export function emptyFolder(name = 'repo'): BuiltRepository {
  const base = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'claude-hooks-repo-')));
  const root = path.join(base, name);
  fs.mkdirSync(root);
  return at(base, root);
}

/** The same repository seen from another folder (a linked worktree, a submodule). */
export function at(base: string, root: string): BuiltRepository {
  return {
    base,
    root,
    git: (...args) => runGit(root, args),
    tryGit: (...args) =>
      spawnSync('git', [...IDENTITY, ...args], { cwd: root, env: cleanEnv({}), stdio: 'ignore' }).status ===
      0,
    write(file, content) {
      const target = path.join(root, file);
      fs.mkdirSync(path.dirname(target), { recursive: true });
      fs.writeFileSync(target, content);
    },
    cleanup: () => fs.rmSync(base, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 }),
  };
}

/** A repository with two commits, a few kinds of file and an ignored one. */
export function plainRepository(name = 'repo', initArgs: string[] = []): BuiltRepository {
  const built = emptyFolder(name);
  built.git('init', '-q', '-b', 'main', ...initArgs);
  fillWithHistory(built);
  return built;
}

function fillWithHistory(built: BuiltRepository): void {
  built.write('.gitignore', 'ignored/\n*.log\n');
  built.write('README.md', '# Demo\n');
  built.write('src/a.txt', 'one\ntwo\nthree\n');
  built.write('src/b.txt', 'b\n');
  built.write('src/deep/c.txt', 'c\n');
  built.write('docs/guide.txt', 'guide\n');
  built.write('script.sh', '#!/bin/sh\n');
  built.write('staged.txt', 'old\n');
  built.write('conflict.txt', 'base\n');
  built.git('add', '-A');
  built.git('commit', '-q', '-m', 'First');
  built.write('src/a.txt', 'one\ntwo\nthree\nfour\n');
  built.git('commit', '-q', '-am', 'Second');
  built.write('ignored/secret', 'not held\n');
  built.write('debug.log', 'not held\n');
}

/** Work of every kind: edited, partly staged, staged, deleted, untracked, executable, symlink, binary, odd names. */
export function makeDirty(built: BuiltRepository): void {
  built.write('staged.txt', 'staged\n');
  built.tryGit('add', 'staged.txt');
  built.write('partly.txt', 'staged part\n');
  built.tryGit('add', 'partly.txt');
  built.write('partly.txt', 'staged part\nand more\n');
  built.write('README.md', '# Demo\nedited\n');
  fs.rmSync(path.join(built.root, 'src/b.txt'), { force: true });
  built.write('new file.txt', 'untracked\n');
  built.write('bin.dat', Buffer.from([0, 1, 2, 255, 254, 10, 13]));
  built.write('empty', '');
  built.write('naïve – ünïcode.txt', 'ü\n');
  built.write('line\nbreak.txt', 'n\n');
  built.write('-dash', 'd\n');
  built.write('run.sh', '#!/bin/sh\n');
  fs.chmodSync(path.join(built.root, 'run.sh'), 0o755);
  fs.rmSync(path.join(built.root, 'link'), { force: true });
  fs.symlinkSync('nowhere/at all', path.join(built.root, 'link'));
}

/** Two branches that change the same line, `main` checked out. */
function divergedRepository(): BuiltRepository {
  const built = plainRepository();
  built.git('checkout', '-q', '-b', 'other');
  built.write('conflict.txt', 'theirs\n');
  built.git('commit', '-q', '-am', 'Theirs');
  built.git('checkout', '-q', 'main');
  built.write('conflict.txt', 'ours\n');
  built.git('commit', '-q', '-am', 'Ours');
  return built;
}

function inOperation(...args: string[]): () => BuiltRepository {
  return () => {
    const built = divergedRepository();
    if (built.tryGit(...args)) throw new Error(`git ${args.join(' ')} was expected to stop at a conflict`);
    return dirty(built);
  };
}

function dirty(built: BuiltRepository): BuiltRepository {
  makeDirty(built);
  return built;
}

function configured(...settings: [string, string][]): () => BuiltRepository {
  return () => {
    const built = dirty(plainRepository());
    for (const [key, value] of settings) built.git('config', key, value);
    return built;
  };
}

function withFailingHooks(): BuiltRepository {
  const built = dirty(plainRepository());
  for (const hook of [
    'pre-commit',
    'commit-msg',
    'post-commit',
    'reference-transaction',
    'post-index-change',
  ]) {
    const file = path.join(built.root, '.git/hooks', hook);
    fs.writeFileSync(file, `#!/bin/sh\necho ran >>"${built.base}/hook-ran"\nexit 1\n`);
    fs.chmodSync(file, 0o755);
  }
  return built;
}

function shallow(): BuiltRepository {
  const built = plainRepository('origin');
  const root = path.join(built.base, 'shallow');
  runGit(built.base, ['clone', '-q', '--depth', '1', `file://${built.root}`, root]);
  return dirty(at(built.base, root));
}

function sparse(): BuiltRepository {
  const built = plainRepository();
  built.git('sparse-checkout', 'set', 'src/deep');
  return dirty(built);
}

function withSubmodule(): BuiltRepository {
  const built = plainRepository();
  const library = path.join(built.base, 'library');
  fs.mkdirSync(library);
  const other = at(built.base, library);
  other.git('init', '-q', '-b', 'main');
  other.write('lib.txt', 'lib\n');
  other.git('add', '-A');
  other.git('commit', '-q', '-m', 'Library');
  built.git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', library, 'lib');
  built.git('commit', '-q', '-m', 'Add submodule');
  const inside = at(built.base, path.join(built.root, 'lib'));
  inside.write('lib.txt', 'changed\n');
  inside.git('commit', '-q', '-am', 'Newer');
  return dirty(built);
}

function insideSubmodule(): BuiltRepository {
  const built = withSubmodule();
  const inside = at(built.base, path.join(built.root, 'lib'));
  inside.write('lib.txt', 'changed again\n');
  inside.write('more.txt', 'new\n');
  return inside;
}

/** A linked worktree on a branch of its own; its main repository stands beside it as `repo`. */
export function linkedWorktree(): BuiltRepository {
  const built = plainRepository();
  const root = path.join(built.base, 'linked tree');
  built.git('worktree', 'add', '-q', '-b', 'side', root);
  return dirty(at(built.base, root));
}

function separateGitDir(): BuiltRepository {
  const built = emptyFolder();
  built.git('init', '-q', '-b', 'main', `--separate-git-dir=${path.join(built.base, 'elsewhere.git')}`);
  fillWithHistory(built);
  return dirty(built);
}

function lfsWithoutBinary(): BuiltRepository {
  const built = plainRepository();
  const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'a'.repeat(64)}\nsize 12\n`;
  built.write('asset.bin', pointer);
  built.write('edited.bin', pointer);
  built.write('.gitattributes', '*.bin filter=lfs diff=lfs merge=lfs -text\n');
  built.git('-c', 'filter.lfs.clean=cat', '-c', 'filter.lfs.required=false', 'add', '-A');
  built.git('commit', '-q', '-m', 'Assets');
  built.git('config', 'filter.lfs.clean', 'git-lfs-is-not-here clean -- %f');
  built.git('config', 'filter.lfs.process', 'git-lfs-is-not-here filter-process');
  built.git('config', 'filter.lfs.required', 'true');
  built.write('edited.bin', 'real content now\n');
  built.write('fresh.bin', 'fresh content\n');
  return dirty(built);
}

function embedded(): BuiltRepository {
  const built = dirty(plainRepository());
  for (const name of ['nested', 'nested-empty']) {
    fs.mkdirSync(path.join(built.root, name));
    const inner = at(built.base, path.join(built.root, name));
    inner.git('init', '-q', '-b', 'main');
    inner.write('inner.txt', 'inner\n');
    if (name === 'nested') {
      inner.git('add', '-A');
      inner.git('commit', '-q', '-m', 'Inner');
    }
  }
  return built;
}

function intentToAdd(): BuiltRepository {
  const built = dirty(plainRepository());
  built.git('add', '-N', 'new file.txt');
  return built;
}

function bare(): BuiltRepository {
  const built = emptyFolder('bare.git');
  built.git('init', '-q', '--bare', '-b', 'main');
  return built;
}

function bareInPlace(): BuiltRepository {
  const built = plainRepository();
  built.git('config', 'core.bare', 'true');
  return built;
}

/** Whether this git can make repositories with SHA-256 object names. */
export function supportsSha256(): boolean {
  const built = emptyFolder();
  try {
    return built.tryGit('init', '-q', '--object-format=sha256');
  } finally {
    built.cleanup();
  }
}

/** One builder a state. Every state that `saves` holds work made by `makeDirty`. */
export const REPOSITORY_STATES: Record<string, RepositoryState> = {
  'ordinary branch': { saves: true, build: () => dirty(plainRepository()) },
  'path with spaces and Unicode': {
    saves: true,
    build: () => dirty(plainRepository("d'été – my $project `x` 日本")),
  },
  'rebase stopped at a conflict': {
    saves: true,
    operation: 'rebase',
    staged: false,
    build: inOperation('rebase', 'other'),
  },
  'merge stopped at a conflict': {
    saves: true,
    operation: 'merge',
    staged: false,
    build: inOperation('merge', 'other'),
  },
  'merge not committed': {
    saves: true,
    operation: 'merge',
    build: () => {
      const built = plainRepository();
      built.git('checkout', '-q', '-b', 'other');
      built.write('theirs.txt', 'theirs\n');
      built.git('add', '-A');
      built.git('commit', '-q', '-m', 'Theirs');
      built.git('checkout', '-q', 'main');
      built.git('merge', '-q', '--no-ff', '--no-commit', 'other');
      return dirty(built);
    },
  },
  'cherry-pick stopped at a conflict': {
    saves: true,
    operation: 'cherry-pick',
    staged: false,
    build: inOperation('cherry-pick', 'other'),
  },
  'revert stopped at a conflict': {
    saves: true,
    operation: 'revert',
    staged: false,
    build: () => {
      const built = plainRepository();
      built.write('src/a.txt', 'entirely\nother\n');
      built.git('commit', '-q', '-am', 'Third');
      if (built.tryGit('revert', '--no-edit', 'HEAD~1')) throw new Error('the revert was expected to stop');
      return dirty(built);
    },
  },
  bisect: {
    saves: true,
    operation: 'bisect',
    build: () => {
      const built = plainRepository();
      built.git('bisect', 'start', '-q');
      built.git('bisect', 'bad');
      return dirty(built);
    },
  },
  'detached HEAD': {
    saves: true,
    build: () => {
      const built = plainRepository();
      built.git('checkout', '-q', '--detach', 'HEAD~1');
      return dirty(built);
    },
  },
  'unborn branch': {
    saves: true,
    build: () => {
      const built = emptyFolder();
      built.git('init', '-q', '-b', 'main');
      return dirty(built);
    },
  },
  shallow: { saves: true, build: shallow },
  'sparse checkout': { saves: true, build: sparse },
  'with a submodule': { saves: true, build: withSubmodule },
  'inside a submodule': { saves: true, build: insideSubmodule },
  'linked worktree': { saves: true, build: linkedWorktree },
  '.git file': { saves: true, build: separateGitDir },
  'LFS attributes without its program': { saves: true, build: lfsWithoutBinary },
  'embedded repositories': { saves: true, build: embedded },
  'intent to add': { saves: true, build: intentToAdd },
  'index.lock held': {
    saves: true,
    build: () => {
      const built = dirty(plainRepository());
      fs.writeFileSync(path.join(built.root, '.git/index.lock'), '');
      return built;
    },
  },
  'no identity': { saves: true, build: configured(['user.useConfigOnly', 'true']) },
  'signing required': {
    saves: true,
    build: configured(
      ['commit.gpgsign', 'true'],
      ['tag.gpgsign', 'true'],
      ['gpg.program', '/bin/false'],
      ['user.signingkey', 'missing'],
    ),
  },
  'failing git hooks': { saves: true, build: withFailingHooks },
  'hostile settings': {
    saves: true,
    build: configured(
      ['core.fsmonitor', 'false; touch "$GIT_DIR/../canary"'],
      ['core.safecrlf', 'true'],
      ['core.autocrlf', 'input'],
      ['core.logAllRefUpdates', 'always'],
      ['status.showUntrackedFiles', 'no'],
      ['status.relativePaths', 'true'],
      ['diff.ignoreSubmodules', 'all'],
      ['i18n.commitEncoding', 'ISO-8859-1'],
      ['core.quotePath', 'true'],
    ),
  },
  'split index': {
    saves: true,
    build: () => {
      const built = plainRepository();
      built.git('update-index', '--split-index');
      return dirty(built);
    },
  },
  'untracked cache and index version 4': {
    saves: true,
    build: () => {
      const built = plainRepository();
      built.git('update-index', '--index-version', '4', '--force-untracked-cache');
      return dirty(built);
    },
  },
  ...(supportsSha256()
    ? {
        'SHA-256 names': {
          saves: true,
          build: () => dirty(plainRepository('repo', ['--object-format=sha256'])),
        },
      }
    : {}),
  bare: { saves: false, build: bare },
  'working tree marked bare': { saves: false, build: bareInPlace },
  'not a repository': { saves: false, build: () => dirty(emptyFolder()) },
};
