import { InvalidArgumentError } from 'commander';
import type { Workplace } from '../../../flows/workplace.ts';
import { systemClock } from '../../../platform/clock.ts';
import type { Cli } from '../../cli.ts';

const SESSION_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;
/** Lines of files a command shows at most. */
export const MAX_LINES = 60;
const PROGRESS_AFTER_MS = 1_500;

/** The place of this run, with its configuration. */
export async function openPlace(cli: Cli): Promise<Workplace> {
  const { openWorkplace } = await import('../../../flows/workplace.ts');
  return openWorkplace({ cwd: cli.cwd, env: cli.env, runtime: cli.runtime, now: systemClock });
}

/** The session this command was called from, where Claude Code called it. */
export function callingSession(cli: Cli): string | undefined {
  const session = cli.env.CLAUDE_CODE_SESSION_ID;
  return session !== undefined && SESSION_ID.test(session) ? session : undefined;
}

/** Says what takes so long, on a terminal, once it does. */
export async function withProgress<T>(cli: Cli, text: string, work: () => Promise<T>): Promise<T> {
  const timer = setTimeout(() => cli.interactive && cli.say(text), PROGRESS_AFTER_MS);
  try {
    return await work();
  } finally {
    clearTimeout(timer);
  }
}

export function positive(text: string): number {
  if (!/^[1-9]\d{0,9}$/.test(text)) throw new InvalidArgumentError('It has to be a whole number above 0.');
  return Number(text);
}

export function sessionId(text: string): string {
  if (!SESSION_ID.test(text)) throw new InvalidArgumentError('It is no session id.');
  return text;
}
