import { type ChildProcess, spawn } from 'node:child_process';
import type { Sandbox } from './sandbox.ts';

/** Commands of claude-hooks in a settings file, by event. */
export function installedCommands(sandbox: Sandbox, settings: string): Map<string, string[]> {
  const found = new Map<string, string[]>();
  if (!sandbox.exists(settings)) return found;
  const { hooks = {} } = JSON.parse(sandbox.read(settings)) as {
    hooks?: Record<string, { hooks: { command?: string }[] }[]>;
  };
  for (const [event, groups] of Object.entries(hooks)) {
    const commands = groups
      .flatMap((group) => group.hooks.map(({ command }) => command ?? ''))
      .filter((command) => command.includes('claude_hooks='));
    if (commands.length > 0) found.set(event, commands);
  }
  return found;
}

export interface Ring {
  event: string;
  session: string;
  /** More fields of the payload. */
  fields?: Record<string, unknown>;
  /** Which settings file the command is taken from. */
  settings?: string;
  env?: Record<string, string>;
}

/**
 * Starts the installed command of an event as the client does: `/bin/sh -c`, a process group of its own, the payload
 * on standard input as one line.
 */
export function startRing(sandbox: Sandbox, ring: Ring): ChildProcess {
  const settings = ring.settings ?? '.claude/settings.local.json';
  const [command] = installedCommands(sandbox, settings).get(ring.event) ?? [];
  if (command === undefined) throw new Error(`no command of claude-hooks for ${ring.event} in ${settings}`);
  const child = spawn('/bin/sh', ['-c', command], {
    cwd: sandbox.repo,
    env: {
      ...sandbox.env,
      CLAUDE_PROJECT_DIR: sandbox.repo,
      CLAUDE_CODE_SESSION_ID: ring.session,
      CLAUDECODE: '1',
      ...ring.env,
    },
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  });
  child.stdin?.on('error', () => {});
  child.stdin?.end(
    `${JSON.stringify({
      session_id: ring.session,
      transcript_path: `${sandbox.home}/.claude/projects/demo/${ring.session}.jsonl`,
      cwd: sandbox.repo,
      hook_event_name: ring.event,
      ...ring.fields,
    })}\n`,
  );
  return child;
}

/** Rings and waits for the end. */
export function ringInstalled(
  sandbox: Sandbox,
  ring: Ring,
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  return new Promise((resolve, reject) => {
    const child = startRing(sandbox, ring);
    let stdout = '';
    let stderr = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      stdout += chunk.toString('utf8');
    });
    child.stderr?.on('data', (chunk: Buffer) => {
      stderr += chunk.toString('utf8');
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}
