import { openWorkplace, type Workplace } from '../../../../flows/workplace.ts';
import { systemClock } from '../../../../platform/clock.ts';
import { exists } from '../../../../platform/fs.ts';
import { conversationJournal } from '../../../../store/paths.ts';
import type { Cli } from '../../../cli.ts';

export function openPlace(cli: Cli): Promise<Workplace> {
  return openWorkplace({ cwd: cli.cwd, env: cli.env, runtime: cli.runtime, now: systemClock });
}

/**
 * The session a command is about: the one told, else the one it was started in by the agent, where that session began
 * with claude-hooks in this repository.
 */
export function sessionAt(cli: Cli, told: string | undefined): string | undefined {
  const own = told ?? cli.env.CLAUDE_CODE_SESSION_ID;
  if (told !== undefined || own === undefined || !/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(own)) return told;
  return exists(conversationJournal(cli.state, own)) ? own : undefined;
}
