import { HooksError } from '../../../errors.ts';
import { exists } from '../../../platform/fs.ts';
import { runForeground } from '../../../platform/process.ts';
import { visible } from '../../../platform/terminal.ts';
import type { Session } from '../../../sessions/session.ts';
import type { Cli } from '../../cli.ts';

/**
 * Runs Claude Code in this terminal, with the session's variables in its environment, and ends with its exit code, in `folderOf`
 * the session.
 */
export async function runClient(cli: Cli, session: Session, args: readonly string[]): Promise<void> {
  const variables = Object.entries(session.variables).map(([key, value]) => [
    `CLAUDE_SESSION_VAR_${key}`,
    value,
  ]);
  const code = await runForeground('claude', args, {
    cwd: folderOf(cli, session),
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

/**
 * The folder of the conversation that was gone on with last: the client finds a conversation only from there. The top of this
 * working tree where that folder is gone, as after the repository was moved; that is said.
 */
export function folderOf(cli: Cli, session: Session): string {
  const last = [...session.conversations].sort((a, b) => b.lastAt - a.lastAt)[0];
  const folder = last?.cwd ?? session.root ?? cli.cwd;
  if (exists(folder)) return folder;
  const { root } = cli.repository;
  if (last !== undefined)
    cli.say(
      `claude-hooks: ${visible(folder)} is gone, so this is about ${visible(root)}; Claude Code may not find the conversation from there.`,
    );
  return root;
}
