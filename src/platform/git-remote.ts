import { type GitOptions, gitEnvironment, SAFE_SETTINGS } from './git.ts';

export interface RemoteGitOptions extends GitOptions {
  timeoutMs: number;
  /** Bytes of standard output after which git is ended. */
  maxOutput: number;
  /** Given each line of progress as git writes it, not made safe to print. @returns true to end git. */
  onProgress?(line: string): boolean;
}

export interface RemoteGitResult {
  /** Exit status; -1 where git could not be started or was ended. */
  code: number;
  stdout: Buffer;
  /** What git and the remote said, without progress; at most the last 8,000 characters. */
  words: string;
  /** Why git was ended before its time; undefined where it ended itself. */
  ended?: 'time' | 'output' | 'progress';
}

/** `Writing objects:  45% (9/20), 1.20 MiB | 3.00 MiB/s` */
const PROGRESS =
  /^(?:remote: )?[A-Z][a-z]+(?: [a-z]+)*: +\d+(?:%| *\()|^(?:remote: )?[A-Z][a-z]+ objects: \d+/;
const MAX_WORDS = 8_000;
const KILL_AFTER_MS = 2_000;
/** How long after git's end its output is waited for. */
const LINGER_MS = 1_000;

/**
 * Runs a git that talks to a remote, without a shell. It runs in a session of its own, so that neither git nor ssh nor a
 * credential helper can ask at the terminal; it is ended with all its children at the limits, and when this process is
 * told to end. Never rejects.
 */
export async function remoteGit(
  args: readonly string[],
  options: RemoteGitOptions,
): Promise<RemoteGitResult> {
  const { spawn } = await import('node:child_process');
  const child = spawn('git', [...SAFE_SETTINGS, ...args], {
    cwd: options.cwd,
    env: gitEnvironment({ SSH_ASKPASS_REQUIRE: 'never', GCM_INTERACTIVE: 'never', ...options.env }),
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: process.platform !== 'win32',
    windowsHide: true,
  });
  let ended: RemoteGitResult['ended'];
  let last: NodeJS.Timeout | undefined;
  const end = (why: RemoteGitResult['ended']): void => {
    if (ended !== undefined) return;
    ended = why;
    killGroup(child.pid, 'SIGTERM');
    last = setTimeout(() => killGroup(child.pid, 'SIGKILL'), KILL_AFTER_MS);
  };
  const timer = setTimeout(() => end('time'), options.timeoutMs);
  const forget = endWithUs(() => killGroup(child.pid, 'SIGTERM'));
  const output: Buffer[] = [];
  let size = 0;
  child.stdout.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > options.maxOutput) end('output');
    else output.push(chunk);
  });
  const listener = wordsOf((line) => options.onProgress?.(line) === true && end('progress'));
  child.stderr.setEncoding('utf8').on('data', listener.hear);
  child.stdin.on('error', () => {});
  child.stdin.end(options.input ?? '');
  const code = await new Promise<number>((resolve) => {
    child.on('error', (error) => {
      listener.hear(`${error.message}\n`);
      resolve(-1);
    });
    const done = (status: number | null): void => resolve(ended === undefined ? (status ?? -1) : -1);
    child.on('close', done);
    // A helper that stays behind (ssh with ControlPersist) may hold the streams open for ever.
    child.on('exit', (status) => setTimeout(() => done(status), LINGER_MS).unref());
  });
  child.stdout.destroy();
  child.stderr.destroy();
  clearTimeout(timer);
  clearTimeout(last);
  forget();
  return {
    code,
    stdout: Buffer.concat(output),
    words: listener.words(),
    ...(ended === undefined ? {} : { ended }),
  };
}

/** Tells progress from words; both come in pieces cut anywhere, progress ends in carriage returns. */
function wordsOf(progress: (line: string) => unknown): { hear(text: string): void; words(): string } {
  let open = '';
  let words = '';
  const take = (line: string): void => {
    if (PROGRESS.test(line)) progress(line.trim());
    else if (line.trim() !== '') words = `${words}${line.trimEnd()}\n`.slice(-MAX_WORDS);
  };
  return {
    hear(text) {
      const lines = `${open}${text}`.split(/[\r\n]/);
      open = (lines.pop() ?? '').slice(-MAX_WORDS);
      for (const line of lines) take(line);
    },
    words() {
      take(open);
      open = '';
      return words.trim();
    },
  };
}

function killGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  for (const target of [-pid, pid]) {
    try {
      process.kill(target, signal);
    } catch {
      // Already gone.
    }
  }
}

/** A group of its own does not get the signals of the terminal. @returns what ends this. */
function endWithUs(end: () => void): () => void {
  const signals: NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  const listener = (signal: NodeJS.Signals): void => {
    end();
    forget();
    process.kill(process.pid, signal);
  };
  const forget = (): void => {
    for (const signal of signals) process.off(signal, listener);
  };
  for (const signal of signals) process.on(signal, listener);
  return forget;
}
