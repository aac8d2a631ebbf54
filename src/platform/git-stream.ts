import { HooksError } from '../errors.ts';
import { type GitOptions, gitEnvironment, SAFE_SETTINGS } from './git.ts';

export interface GitStreamOptions extends GitOptions {
  /** Exit codes that are no failure; only 0 unless told. */
  ok?: readonly number[];
}

/**
 * Runs git without a shell and gives its output piece by piece, as bytes; git waits while a piece is looked at, and
 * ends when the loop is left early.
 * @throws HooksError `git-failed` where git cannot be started, fails or takes longer than the limit (10 s unless told).
 */
export async function* gitStream(
  args: readonly string[],
  options: GitStreamOptions,
): AsyncGenerator<Buffer, void> {
  const { spawn } = await import('node:child_process');
  const child = spawn('git', [...SAFE_SETTINGS, ...args], {
    cwd: options.cwd,
    env: gitEnvironment(options.env),
    stdio: ['pipe', 'pipe', 'pipe'],
    windowsHide: true,
  });
  let words = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    words = (words + text).slice(-4_000);
  });
  const ended = new Promise<number>((resolve) => {
    child.on('error', (error) => {
      words = error.message;
      resolve(-1);
    });
    child.on('close', (code) => resolve(code ?? -1));
  });
  child.stdin.on('error', () => {});
  child.stdin.end(options.input ?? '');
  let isLate = false;
  const limit = options.timeoutMs ?? 10_000;
  const timer = setTimeout(() => {
    isLate = true;
    child.kill();
  }, limit);
  try {
    yield* child.stdout as AsyncIterable<Buffer>;
    const code = await ended;
    if ((options.ok ?? [0]).includes(code)) return;
    throw failure(args[0] ?? '', isLate ? `it took longer than ${limit} ms` : words.trim() || `exit ${code}`);
  } finally {
    clearTimeout(timer);
    child.kill();
  }
}

/** One line of git's output. */
export interface GitLine {
  /** Without the line break. */
  bytes: Buffer;
  /** How many bytes of the line were left out. */
  cut: number;
}

/** As `gitStream`, line by line; of a long line only the first `longest` bytes are kept. */
export async function* gitLines(
  args: readonly string[],
  options: GitStreamOptions & { longest: number },
): AsyncGenerator<GitLine, void> {
  let open: GitLine | undefined;
  const add = (piece: Buffer): GitLine => {
    const before = open ?? { bytes: Buffer.alloc(0), cut: 0 };
    const room = Math.max(0, options.longest - before.bytes.length);
    const bytes = Buffer.concat([before.bytes, piece.subarray(0, room)]);
    return { bytes, cut: before.cut + Math.max(0, piece.length - room) };
  };
  for await (const chunk of gitStream(args, options)) {
    let start = 0;
    for (let end = chunk.indexOf(0x0a); end !== -1; end = chunk.indexOf(0x0a, start)) {
      const line = add(chunk.subarray(start, end));
      open = undefined;
      start = end + 1;
      yield line;
    }
    if (start < chunk.length) open = add(chunk.subarray(start));
  }
  if (open !== undefined) yield open;
}

function failure(command: string, words: string): HooksError {
  return new HooksError({
    code: 'git-failed',
    kind: 'failed',
    message: `git ${command} failed: ${words.split('\n').slice(-2).join(' ').slice(0, 500)}`,
    hint: 'Run the same git command there by hand to see why; nothing was changed.',
  });
}
