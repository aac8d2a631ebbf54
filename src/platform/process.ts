import { readTextIfExists } from './fs.ts';

export interface CommandResult {
  ok: boolean;
  /** Exit status; null where a signal or the time limit ended it. */
  code: number | null;
  stdout: string;
  stderr: string;
  durationMs: number;
  timedOut: boolean;
}

/** A variable that tells hooks they were started from inside one of ours: nested hooks do nothing. */
export const DEPTH_VARIABLE = 'CLAUDE_HOOKS_DEPTH';

/**
 * Runs a shell command through zx, in its own process group, killed with all its children at the limit, or when `signal`
 * aborts. Never rejects. zx is loaded only here, at the first call.
 */
export async function runCommand(
  command: string,
  options: {
    cwd: string;
    timeoutMs: number;
    env?: Record<string, string>;
    input?: string;
    signal?: AbortSignal;
  },
): Promise<CommandResult> {
  const { $ } = await import('zx/core');
  const started = process.hrtime.bigint();
  const shell = $({
    cwd: options.cwd,
    env: withExtraCa({ ...process.env, [DEPTH_VARIABLE]: '1', ...options.env }),
    nothrow: true,
    quiet: true,
    verbose: false,
    detached: process.platform !== 'win32',
    prefix: '',
    postfix: '',
    quote: (text: string) => text,
    shell: process.platform === 'win32' ? true : '/bin/sh',
  });
  const running = shell([command] as unknown as TemplateStringsArray);
  // A command that does not read its input closes it: that is no failure.
  running.stdin.on('error', () => {});
  running.stdin.end(options.input ?? '');
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    killGroup(running.pid);
  }, options.timeoutMs);
  const abort = (): void => killGroup(running.pid);
  if (options.signal?.aborted === true) abort();
  options.signal?.addEventListener('abort', abort);
  const output = await running;
  options.signal?.removeEventListener('abort', abort);
  clearTimeout(timer);
  return {
    ok: output.exitCode === 0 && !timedOut,
    code: timedOut ? null : output.exitCode,
    stdout: output.stdout,
    stderr: output.stderr,
    durationMs: Number(process.hrtime.bigint() - started) / 1e6,
    timedOut,
  };
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  for (const target of [-pid, pid]) {
    try {
      process.kill(target, 'SIGKILL');
    } catch {
      // Already gone.
    }
  }
}

/**
 * Starts a Node script that lives on after this process and after the client: own group, all three streams
 * closed, NODE_EXTRA_CA_CERTS moved to CLAUDE_HOOKS_CA_CERTS, where what opens TLS connections reads it.
 */
export async function spawnDetached(
  script: string,
  args: readonly string[],
  options: { cwd: string; env?: Record<string, string> },
): Promise<number | undefined> {
  const { spawn } = await import('node:child_process');
  const child = spawn(process.execPath, [script, ...args], {
    cwd: options.cwd,
    env: withoutExtraCa({ ...process.env, ...options.env }),
    detached: true,
    stdio: 'ignore',
    windowsHide: true,
  });
  child.on('error', () => {});
  child.unref();
  return child.pid;
}

/** Runs a Node script in the foreground with this process's streams. @param input instead of standard input. */
export async function runNode(
  script: string,
  args: readonly string[],
  extra: Record<string, string>,
  input?: Uint8Array,
): Promise<void> {
  const { spawnSync } = await import('node:child_process');
  spawnSync(process.execPath, [script, ...args], {
    stdio: [input === undefined ? 'inherit' : 'pipe', 'inherit', 'inherit'],
    input,
    env: withoutExtraCa({ ...process.env, ...extra }),
  });
}

/**
 * Opens a file in the person's editor, on this process's terminal, and waits until it is closed.
 * @param editor a command of the person's, as VISUAL and EDITOR hold it: words and options.
 * @returns its exit status; -1 where it could not be started or a signal ended it.
 */
export async function runEditor(editor: string, file: string, env: NodeJS.ProcessEnv): Promise<number> {
  const { spawnSync } = await import('node:child_process');
  const isWindows = process.platform === 'win32';
  const [program, args] = isWindows
    ? [`${editor} "${file}"`, []]
    : ['/bin/sh', ['-c', `${editor} "$1"`, 'claude-hooks', file]];
  return spawnSync(program, args, { stdio: 'inherit', env, shell: isWindows }).status ?? -1;
}

/** Runs a program in this terminal. @returns its exit code, 1 where a signal ended it; undefined where there is no such program. */
export async function runForeground(
  program: string,
  args: readonly string[],
  options: { cwd: string; env: Record<string, string> },
): Promise<number | undefined> {
  const { spawn } = await import('node:child_process');
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...args], {
      cwd: options.cwd,
      env: withExtraCa({ ...process.env, ...options.env }),
      stdio: 'inherit',
    });
    // The terminal sends what a person presses to both; the program decides what becomes of it.
    const pass = (): void => {};
    process.on('SIGINT', pass);
    const done = (): void => void process.off('SIGINT', pass);
    child.on('error', (error: NodeJS.ErrnoException) => {
      done();
      if (error.code === 'ENOENT') resolve(undefined);
      else reject(error);
    });
    child.on('exit', (code) => {
      done();
      resolve(code ?? 1);
    });
  });
}

/** Moves NODE_EXTRA_CA_CERTS aside: on Node 20 it makes every start 3.4 times slower. */
function withoutExtraCa(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { NODE_EXTRA_CA_CERTS: certificates, ...rest } = env;
  return certificates ? { CLAUDE_HOOKS_CA_CERTS: certificates, ...rest } : rest;
}

/** Gives a user's command its NODE_EXTRA_CA_CERTS back. */
function withExtraCa(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { CLAUDE_HOOKS_CA_CERTS: certificates, ...rest } = env;
  return certificates ? { NODE_EXTRA_CA_CERTS: certificates, ...rest } : rest;
}

/**
 * Whether a process with this id runs (also where it belongs to someone else). A zombie does not: it may wait for
 * ever for a parent that never asks, as in a container whose first process is no init.
 */
export function isProcessAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  return !/^[ZX]$/.test(statFields(pid)?.[0] ?? '');
}

/**
 * When a process was started, in a form only good for comparing, so that a reused process id is not taken
 * for its former owner. Undefined where the system does not tell (no /proc): then only the id counts.
 */
export function processStartTime(pid: number): string | undefined {
  return statFields(pid)?.[19];
}

/** The process that started another, nearest first; empty where the system does not tell (no /proc). */
export function ancestorsOf(pid: number): number[] {
  const found: number[] = [];
  for (let at = pid; found.length < MOST_ANCESTORS; ) {
    at = Number(statFields(at)?.[1] ?? 0);
    if (!(at > 1)) break;
    found.push(at);
  }
  return found;
}

const MOST_ANCESTORS = 64;

/** The fields of `/proc/<pid>/stat` behind the program's name, which may itself hold spaces and parentheses. */
function statFields(pid: number): string[] | undefined {
  const text = readTextIfExists(`/proc/${pid}/stat`);
  return text === undefined ? undefined : text.slice(text.lastIndexOf(')') + 2).split(' ');
}

/** Whether the process that was seen as (`pid`, `start`) still runs. */
export function isSameProcessAlive(pid: number, start: string | undefined): boolean {
  if (!isProcessAlive(pid)) return false;
  const now = processStartTime(pid);
  return start === undefined || now === undefined || now === start;
}

/**
 * Runs a program without a shell, with what it reads on standard input. At the limit it is killed with all its children.
 * Never rejects: a program that is missing has code -1, one that was killed null.
 */
export async function runProgram(
  program: string,
  args: readonly string[],
  options: { cwd: string; timeoutMs: number; input?: string },
): Promise<{ code: number | null; stdout: string; stderr: string; timedOut: boolean }> {
  const { spawn } = await import('node:child_process');
  return new Promise((resolve) => {
    const child = spawn(program, [...args], {
      cwd: options.cwd,
      env: withExtraCa({ ...process.env, [DEPTH_VARIABLE]: '1' }),
      stdio: ['pipe', 'pipe', 'pipe'],
      windowsHide: true,
      detached: process.platform !== 'win32',
    });
    const printed = { out: [] as Buffer[], err: [] as Buffer[] };
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      killGroup(child.pid);
    }, options.timeoutMs);
    const finish = (code: number | null): void => {
      clearTimeout(timer);
      const [stdout, stderr] = [printed.out, printed.err].map((parts) =>
        Buffer.concat(parts).toString('utf8'),
      );
      resolve({ code, stdout: stdout ?? '', stderr: stderr ?? '', timedOut });
    };
    child.on('error', () => finish(-1));
    child.on('close', (code) => finish(code));
    child.stdout.on('data', (chunk: Buffer) => printed.out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => printed.err.push(chunk));
    // A program that does not read its input closes it: that is no failure.
    child.stdin.on('error', () => {});
    child.stdin.end(options.input ?? '');
  });
}

/** The folder this process runs in; undefined where it is gone. */
export function workingFolder(): string | undefined {
  try {
    return process.cwd();
  } catch {
    return undefined;
  }
}
