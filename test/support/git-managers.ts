import * as fs from 'node:fs';
import * as path from 'node:path';
import { type HooksPlan, planGitHooks, revertGitHookFile } from '../../src/install/git-hooks/index.ts';
import type { Scope } from '../../src/install/hook-catalog.ts';
import type { PlannedAction } from '../../src/install/plan.ts';
import { changesSomething } from '../../src/install/plan.ts';
import { locateRepository, userPaths } from '../../src/store/paths.ts';
import { makeSandbox, PROJECT_ROOT, type Sandbox } from './sandbox.ts';

/** A git event as the bell wrote it. */
export interface BellEvent {
  git_hook: string;
  cwd: string;
  args: string[];
  session_id: string;
}

/** What an installer remembers of one file. */
interface Applied {
  action: PlannedAction;
  mode: number | undefined;
}

/** A sandbox whose repository has a spool and whose person has the runtime with the bell. */
export interface HooksRepo extends Sandbox {
  plan(options?: PlanOptions): Promise<HooksPlan>;
  /** Plans and writes. @returns the plan. */
  install(options?: PlanOptions): Promise<HooksPlan>;
  /** Takes everything back that was installed, as uninstall does. */
  uninstall(): void;
  /** The events in the spool, oldest first; they are removed. */
  events(): BellEvent[];
  /** Names of the git hooks in the spool, sorted. */
  rang(): string[];
  /** A hook that writes its name (and `note`) to the log. */
  hook(file: string, body?: string, shebang?: string): void;
  /** Lines of the log; it is emptied. */
  log(): string[];
  commit(message: string, ...args: string[]): void;
  setFlag(name: string): void;
  /** Runs git and takes a failure as a result. */
  tryGit(
    args: string[],
    env?: Record<string, string>,
    cwd?: string,
  ): Promise<{ code: number | null; stderr: string; stdout: string }>;
}

export interface PlanOptions {
  scope?: Scope;
  mode?: 'auto' | 'husky' | 'plain' | 'none';
  /** The folder install is run for. */
  dir?: string;
}

/** Gives a repository a bare one as `origin`. */
export function addRemote(repo: HooksRepo): void {
  repo.git('init', '-q', '--bare', path.join(repo.root, 'remote.git'));
  repo.git('remote', 'add', 'origin', path.join(repo.root, 'remote.git'));
}

export function makeHooksRepo(options: { prefix?: string } = {}): HooksRepo {
  const sandbox = makeSandbox(options);
  const runtime = path.join(sandbox.home, '.local/share/claude-hooks/runtime/current');
  const state = path.join(sandbox.repo, '.git/claude-hooks');
  const logFile = path.join(sandbox.root, 'log');
  fs.mkdirSync(runtime, { recursive: true });
  fs.copyFileSync(path.join(PROJECT_ROOT, 'hooks/git-bell.sh'), path.join(runtime, 'git-bell.sh'));
  for (const name of ['spool/tmp', 'live', 'flags'])
    fs.mkdirSync(path.join(state, name), { recursive: true });
  const applied = new Map<string, Applied>();
  let number = 0;
  const repo: HooksRepo = {
    ...sandbox,
    plan: ({ scope = 'local', mode = 'auto', dir = sandbox.repo } = {}) =>
      planGitHooks({
        repository: locateRepository(dir),
        dir,
        scope,
        mode,
        runtime: { directory: runtime, inProject: undefined, node: process.execPath },
        user: userPaths(sandbox.env),
        env: sandbox.env,
      }),
    async install(more) {
      const plan = await repo.plan(more);
      for (const action of plan.actions) apply(action, applied);
      return plan;
    },
    uninstall() {
      for (const { action, mode } of [...applied.values()].reverse()) undo(action, mode);
      applied.clear();
    },
    events: () => takeEvents(path.join(state, 'spool')),
    rang: () =>
      takeEvents(path.join(state, 'spool'))
        .map((event) => event.git_hook)
        .sort(),
    hook(file, body = '', shebang = '#!/bin/sh') {
      sandbox.write(
        file,
        `${shebang}\necho "${path.basename(file)} $#" >> '${logFile.replaceAll("'", "'\\''")}'\n${body}`,
      );
      fs.chmodSync(path.resolve(sandbox.repo, file), 0o755);
    },
    log() {
      const lines = fs.existsSync(logFile) ? fs.readFileSync(logFile, 'utf8').trim().split('\n') : [];
      fs.rmSync(logFile, { force: true });
      return lines;
    },
    commit(message, ...args) {
      number += 1;
      sandbox.write(`file-${number}.txt`, `${number}\n`);
      sandbox.git('add', `file-${number}.txt`);
      sandbox.git('commit', '-q', '-m', message, ...args);
    },
    setFlag: (name) => fs.writeFileSync(path.join(state, 'flags', name), ''),
    tryGit: (args, env, cwd) =>
      sandbox.run('git', args, { ...(env ? { env } : {}), ...(cwd ? { cwd } : {}) }),
  };
  return repo;
}

function takeEvents(spool: string): BellEvent[] {
  return fs
    .readdirSync(spool)
    .filter((name) => name !== 'tmp')
    .map((name) => ({ file: path.join(spool, name), time: fs.statSync(path.join(spool, name)).mtimeMs }))
    .sort((a, b) => a.time - b.time)
    .map(({ file }) => {
      const event = JSON.parse(fs.readFileSync(file, 'utf8')) as BellEvent;
      fs.rmSync(file);
      return event;
    });
}

function apply(action: PlannedAction, applied: Map<string, Applied>): void {
  const stat = fs.statSync(action.file, { throwIfNoEntry: false });
  const now = stat === undefined ? undefined : fs.readFileSync(action.file);
  if (now === undefined ? action.before !== undefined : action.before?.equals(now) !== true)
    throw new Error(`the plan's "before" is not what is in ${action.file}`);
  const earlier = applied.get(action.file);
  applied.set(action.file, {
    action: { ...action, before: earlier === undefined ? action.before : earlier.action.before },
    mode: earlier === undefined ? stat?.mode : earlier.mode,
  });
  if (!changesSomething(action) || action.after === undefined) return;
  fs.mkdirSync(path.dirname(action.file), { recursive: true });
  fs.writeFileSync(action.file, action.after);
  const mode = action.mode ?? stat?.mode;
  if (mode !== undefined) fs.chmodSync(action.file, mode & 0o777);
}

function undo(action: PlannedAction, mode: number | undefined): void {
  const now = fs.existsSync(action.file) ? fs.readFileSync(action.file) : undefined;
  if (now === undefined) return;
  const untouched = action.after?.equals(now) === true;
  const bytes = untouched
    ? action.before
    : action.surgical === 'own-file'
      ? now
      : revertGitHookFile(action.surgical, action.file, now);
  if (bytes === undefined) fs.rmSync(action.file);
  else {
    fs.writeFileSync(action.file, bytes);
    if (mode !== undefined) fs.chmodSync(action.file, mode & 0o777);
  }
}

/** Every file below a folder: path -> mode and content; `skip` leaves names out. */
export function snapshot(
  folder: string,
  skip: RegExp = /(^|\/)\.git\/(?!config$|hooks\/)/,
): Map<string, string> {
  const found = new Map<string, string>();
  for (const entry of fs.readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath, entry.name);
    const name = path.relative(folder, file);
    if (entry.isDirectory() || skip.test(name)) continue;
    const stat = fs.lstatSync(file);
    const content = entry.isSymbolicLink() ? fs.readlinkSync(file) : fs.readFileSync(file).toString('latin1');
    found.set(name, `${(stat.mode & 0o777).toString(8)} ${content}`);
  }
  return found;
}
