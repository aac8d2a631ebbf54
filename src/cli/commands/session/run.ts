import { HooksError } from '../../../errors.ts';
import { exists } from '../../../platform/fs.ts';
import { runForeground } from '../../../platform/process.ts';
import type { Session } from '../../../sessions/session.ts';
import type { Cli } from '../../cli.ts';

/**
 * Runs Claude Code in this terminal, with the session's variables in its environment, and ends with its exit code. In the folder
 * its last conversation was in, where that is still there: the client finds a conversation only from there.
 */
export async function runClient(cli: Cli, session: Session, args: readonly string[]): Promise<void> {
  const folder = folderOf(session) ?? cli.cwd;
  const variables = Object.entries(session.variables).map(([key, value]) => [
    `CLAUDE_SESSION_VAR_${key}`,
    value,
  ]);
  const code = await runForeground('claude', args, {
    cwd: exists(folder) ? folder : cli.cwd,
    env: { ...Object.fromEntries(variables), CLAUDE_SESSION: session.id },
  });
  if (code === undefined)
    throw new HooksError({
      code: 'no-client',
      kind: 'not-installed',
      message: 'Claude Code could not be started: there is no program "claude" on PATH.',
      hint: `Run it yourself: ${['claude', ...args].join(' ')}`,
    });
  cli.exit(code);
}

/** The folder of the conversation that was gone on with last. */
export function folderOf(session: Session): string | undefined {
  return [...session.conversations].sort((a, b) => b.lastAt - a.lastAt)[0]?.cwd ?? session.root;
}
