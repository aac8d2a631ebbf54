import { execFileSync, spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { type FoundProcess, killProcesses, waitForProcesses } from './processes.ts';

export interface RunResult {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  cwd?: string;
  env?: Record<string, string>;
  input?: string;
  timeoutMs?: number;
}

/** A person's machine in one temporary folder: home, XDG directories and a git repository. */
export interface Sandbox {
  root: string;
  home: string;
  repo: string;
  /** The whole environment of a process in here: nothing of this process' own but PATH. */
  env: Record<string, string>;
  git(...args: string[]): string;
  run(file: string, args: readonly string[], options?: RunOptions): Promise<RunResult>;
  /** The command line as `dist/` holds it, or as a package installed into the repository. */
  cli(args: readonly string[], options?: RunOptions): Promise<RunResult>;
  write(file: string, text: string): void;
  read(file: string): string;
  exists(file: string): boolean;
  /** Names in a folder of the repository, sorted; empty where there is none. */
  list(folder: string): string[];
  /** Waits until every process started in here is gone. @returns those that are not. */
  settle(timeoutMs?: number): Promise<FoundProcess[]>;
  /** Ends what still runs in here and removes the folder. @returns what had to be ended. */
  cleanup(): FoundProcess[];
}

export const PROJECT_ROOT = path.resolve(import.meta.dirname, '../..');

/** Folders of the programs that processes in a sandbox need, and no others. */
export function sandboxPath(): string {
  const folders = [path.dirname(process.execPath)];
  for (const folder of (process.env.PATH ?? '').split(path.delimiter)) {
    if (fs.existsSync(path.join(folder, 'git'))) folders.push(folder);
  }
  return [...new Set([...folders, '/usr/bin', '/bin'])].join(path.delimiter);
}

/**
 * @param prefix name of the folder; the default holds a space, a quote and a letter beyond ASCII, so that every
 * test is also one of paths like that.
 * @param git false leaves the repository folder without git.
 */
export function makeSandbox(options: { prefix?: string; git?: boolean } = {}): Sandbox {
  const prefix = options.prefix ?? "claude hooks d'été ";
  const root = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), prefix)));
  const home = path.join(root, 'home');
  const repo = path.join(root, 'repo');
  const env: Record<string, string> = {
    PATH: sandboxPath(),
    HOME: home,
    XDG_CONFIG_HOME: path.join(home, '.config'),
    XDG_DATA_HOME: path.join(home, '.local/share'),
    XDG_STATE_HOME: path.join(home, '.local/state'),
    XDG_CACHE_HOME: path.join(home, '.cache'),
    TMPDIR: path.join(root, 'tmp'),
    LANG: 'C.UTF-8',
    TERM: 'dumb',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
  };
  for (const folder of [home, repo, path.join(root, 'tmp')]) fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(
    path.join(home, '.gitconfig'),
    '[user]\n\tname = Sand Box\n\temail = sand@box.invalid\n[init]\n\tdefaultBranch = main\n[advice]\n\tdetachedHead = false\n',
  );
  const sandbox: Sandbox = {
    root,
    home,
    repo,
    env,
    git: (...args) => execFileSync('git', args, { cwd: repo, env, encoding: 'utf8', stdio: 'pipe' }),
    run: (file, args, more = {}) => runProcess(file, args, { cwd: repo, env, ...more, base: env }),
    cli: (args, more) => sandbox.run(process.execPath, [cliFile(repo), ...args], more),
    write(file, text) {
      const target = path.resolve(repo, file);
      fs.mkdirSync(path.dirname(target), { recursive: true });
      fs.writeFileSync(target, text);
    },
    read: (file) => fs.readFileSync(path.resolve(repo, file), 'utf8'),
    exists: (file) => fs.existsSync(path.resolve(repo, file)),
    list: (folder) => {
      const target = path.resolve(repo, folder);
      return fs.existsSync(target) ? fs.readdirSync(target).sort() : [];
    },
    settle: (timeoutMs = 20_000) => waitForProcesses(root, timeoutMs),
    cleanup() {
      const killed = killProcesses(root);
      fs.rmSync(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
      return killed;
    },
  };
  if (options.git !== false) {
    sandbox.git('init', '-q');
    sandbox.write('README.md', '# Demo\n\nREADME-MARKER: a small project.\n');
    sandbox.write('.gitignore', 'node_modules/\n');
    sandbox.git('add', '-A');
    sandbox.git('commit', '-q', '-m', 'Start COMMIT-MARKER');
  }
  return sandbox;
}

/** The command line of the package in the repository's node_modules, else the one in `dist/`. */
function cliFile(repo: string): string {
  const installed = path.join(repo, 'node_modules/claude-hooks/dist/cli.cjs');
  return fs.existsSync(installed) ? installed : path.join(PROJECT_ROOT, 'dist/cli.cjs');
}

/** Runs a program to its end, or kills it at the limit (2 minutes unless told). */
export function runProcess(
  file: string,
  args: readonly string[],
  options: RunOptions & { base?: Record<string, string> },
): Promise<RunResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      cwd: options.cwd,
      env: { ...options.base, ...options.env },
      stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    const timer = setTimeout(() => child.kill('SIGKILL'), options.timeoutMs ?? 120_000);
    child.stdout?.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr?.on('data', (chunk: Buffer) => err.push(chunk));
    child.on('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      resolve({
        code,
        signal,
        stdout: Buffer.concat(out).toString('utf8'),
        stderr: Buffer.concat(err).toString('utf8'),
      });
    });
    child.stdin?.on('error', () => {});
    if (options.input !== undefined) child.stdin?.end(options.input);
  });
}
