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

/** Puts two commits, and files that are ignored, into an empty repository. */
export function fillWithHistory(built: BuiltRepository): void {
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
