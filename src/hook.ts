import { writeSync } from 'node:fs';
import * as path from 'node:path';
import { messageOf } from './errors.ts';
import { DEPTH_VARIABLE, workingFolder } from './platform/process.ts';
import { readStdinLine } from './platform/stdin.ts';
import { parseEvent, type SessionEvent } from './sessions/event.ts';

export interface HookInput {
  event: SessionEvent;
  /** The event as it came, on one line. */
  payload: string;
  /** The folder the client was started in. */
  cwd: string;
  env: NodeJS.ProcessEnv;
  /** The runtime directory: `dist/`. */
  runtime: string;
  /** The scope this hook is installed in. */
  scope: string;
}

const MAX_EVENT_BYTES = 16 * 1024 * 1024;
const STDIN_WAIT_MS = 2_000;

/**
 * The one place where the policy of hooks lives. Reads the event, runs `work` within `limitMs`, prints its reply.
 * Whatever goes wrong, the hook exits 0 with one line on stderr that names cause and cure: a hook must never cost
 * a person their session. Off where CLAUDE_HOOKS=0, and inside anything claude-hooks itself started.
 */
export async function runHook(
  name: string,
  limitMs: number,
  work: (input: HookInput) => Promise<string | undefined>,
): Promise<void> {
  const { env } = process;
  if (env.CLAUDE_HOOKS === '0' || env[DEPTH_VARIABLE]) return;
  const timer = setTimeout(() => {
    fail(
      name,
      `it did not finish within ${limitMs / 1_000} s`,
      'Look for what is slow with: claude-hooks doctor',
    );
    process.exit(0);
  }, limitMs);
  try {
    const bytes = await readStdinLine(MAX_EVENT_BYTES, STDIN_WAIT_MS);
    const event = parseEvent(bytes);
    if (bytes.length > MAX_EVENT_BYTES) {
      fail(
        name,
        `the event is larger than ${MAX_EVENT_BYTES / 1024 / 1024} MB`,
        'Nothing was done for it; the session goes on.',
      );
    } else if (event === undefined) {
      fail(
        name,
        'the event on standard input is no JSON object',
        'Claude Code sends one; run by hand, pipe an event in.',
      );
    } else {
      const cwd = env.CLAUDE_PROJECT_DIR || event.cwd || workingFolder();
      // The folder is gone, and with it the repository.
      const reply =
        cwd === undefined
          ? undefined
          : await work({
              event,
              payload: JSON.stringify(JSON.parse(new TextDecoder().decode(bytes))),
              cwd,
              env,
              runtime: path.dirname(path.dirname(path.resolve(process.argv[1] ?? '.'))),
              scope: env.CLAUDE_HOOKS_SCOPE ?? 'manual',
            });
      if (reply !== undefined && reply !== '') writeAll(reply);
    }
  } catch (error) {
    fail(name, messageOf(error), 'The session goes on without it; see: claude-hooks doctor');
  }
  clearTimeout(timer);
  process.exitCode = 0;
}

function fail(name: string, cause: string, cure: string): void {
  try {
    writeSync(2, `claude-hooks ${name}: ${cause}. ${cure}\n`);
  } catch {
    // Nobody listens.
  }
}

function writeAll(text: string): void {
  const bytes = Buffer.from(text, 'utf8');
  for (let offset = 0; offset < bytes.length; ) {
    try {
      offset += writeSync(1, bytes, offset);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return;
    }
  }
}
