import * as fs from 'node:fs';
import * as path from 'node:path';
import {
  at,
  type BuiltRepository,
  emptyFolder,
  fillWithHistory,
  makeDirty,
  plainRepository,
  runGit,
} from './repositories.ts';

export interface RepositoryState {
  /** Whether there is a working tree whose files a checkpoint can hold. */
  saves: boolean;
  /** The operation git is in the middle of. */
  operation?: 'rebase' | 'merge' | 'cherry-pick' | 'revert' | 'bisect';
  /** Whether the staged tree can be written: false with unmerged paths. */
  staged?: boolean;
  build(): BuiltRepository;
}

/** Two branches that change the same line, `main` checked out. */
export function divergedRepository(): BuiltRepository {
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

/** A repository whose submodule `lib`, of a library beside it, is as it was committed. */
export function submoduleRepository(): BuiltRepository {
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
  return built;
}

function withSubmodule(): BuiltRepository {
  const built = submoduleRepository();
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
