import { HooksError } from '../errors.ts';

export interface GitResult {
  /** Exit status; -1 where git could not be started or was killed at its time limit. */
  code: number;
  stdout: string;
  stderr: string;
}

export interface GitOptions {
  cwd: string;
  /** Extra environment, for example GIT_INDEX_FILE. */
  env?: Record<string, string>;
  /** Milliseconds; the default is 10,000. */
  timeoutMs?: number;
  /** Written to git's standard input. */
  input?: string | Uint8Array;
}

/**
 * Settings that hold on every call: no program that a repository's own configuration names is run, nothing
 * asks, nothing is paged, the user's index is not refreshed.
 */
export const SAFE_SETTINGS = [
  '-c',
  'core.fsmonitor=false',
  '-c',
  'core.hooksPath=/dev/null',
  '-c',
  'safe.bareRepository=explicit',
  '--no-pager',
];

/** Variables by which an outer git (a hook, a rebase) would redirect ours to another repository or index. */
const REDIRECTING = [
  'GIT_DIR',
  'GIT_WORK_TREE',
  'GIT_INDEX_FILE',
  'GIT_PREFIX',
  'GIT_OBJECT_DIRECTORY',
  'GIT_ALTERNATE_OBJECT_DIRECTORIES',
  'GIT_COMMON_DIR',
  'GIT_NAMESPACE',
  'GIT_CONFIG_PARAMETERS',
  'GIT_CONFIG_COUNT',
  'GIT_EXTERNAL_DIFF',
  'GIT_REFLOG_ACTION',
  'GIT_TRACE',
];

/** The environment git gets: the caller's, without what redirects it, never asking anything. */
export function gitEnvironment(extra: Record<string, string> = {}): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = { ...process.env };
  for (const name of REDIRECTING) delete env[name];
  return {
    ...env,
    GIT_OPTIONAL_LOCKS: '0',
    GIT_TERMINAL_PROMPT: '0',
    GIT_ASKPASS: '',
    SSH_ASKPASS: '',
    GIT_EDITOR: ':',
    GIT_PAGER: 'cat',
    LC_ALL: 'C',
    ...extra,
  };
}

/** Runs git without a shell. Never rejects: a failure is a result with its code. Output is read as UTF-8. */
export async function git(args: readonly string[], options: GitOptions): Promise<GitResult> {
  const result = await gitBytes(args, options);
  return { ...result, stdout: result.stdout.toString('utf8') };
}

/** As `git`, with the output as bytes: file names in git are bytes, not text. */
export async function gitBytes(
  args: readonly string[],
  options: GitOptions,
): Promise<{ code: number; stdout: Buffer; stderr: string }> {
  const { execFile } = await import('node:child_process');
  return new Promise((resolve) => {
    const child = execFile(
      'git',
      [...SAFE_SETTINGS, ...args],
      {
        cwd: options.cwd,
        env: gitEnvironment(options.env),
        timeout: options.timeoutMs ?? 10_000,
        killSignal: 'SIGTERM',
        maxBuffer: 256 * 1024 * 1024,
        encoding: 'buffer',
        windowsHide: true,
      },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
        const words = stderr.toString('utf8');
        resolve({ code, stdout, stderr: error !== null && code === -1 ? `${words}${error.message}` : words });
      },
    );
    child.stdin?.on('error', () => {});
    if (options.input === undefined) child.stdin?.end();
    else child.stdin?.end(options.input);
  });
}

/** As `git`, but a non-zero exit is an error that names the command and git's own words. */
export async function gitOrThrow(args: readonly string[], options: GitOptions): Promise<string> {
  const result = await git(args, options);
  if (result.code === 0) return result.stdout;
  throw new HooksError({
    code: 'git-failed',
    kind: 'failed',
    message: `git ${args[0] ?? ''} failed in ${options.cwd}: ${result.stderr.trim().split('\n').slice(-2).join(' ') || `exit ${result.code}`}`,
    hint: 'Run the same git command there by hand to see why; nothing was changed.',
  });
}
