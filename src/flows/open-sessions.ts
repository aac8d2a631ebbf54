import * as path from 'node:path';
import { HooksError } from '../errors.ts';
import { isClientAlive, type LiveSession, listLive } from '../store/live.ts';
import type { StatePaths } from '../store/paths.ts';

/** Sessions whose client runs in a working tree. */
export function openSessions(state: StatePaths, root: string): string[] {
  return listLive(state)
    .filter((live) => isClientAlive(live) && isInside(live, root))
    .map(({ session }) => session);
}

/**
 * The session a command is about where none is named: the one it was started in, else the only one that is open in the working
 * tree; undefined where none is.
 * @throws HooksError `session-ambiguous` (kind usage) where several are open.
 */
export function meantSession(
  state: StatePaths,
  root: string,
  calling: string | undefined,
): string | undefined {
  const open = openSessions(state, root);
  const session = calling !== undefined && open.includes(calling) ? calling : undefined;
  if (session !== undefined) return session;
  if (open.length < 2) return open[0];
  throw new HooksError({
    code: 'session-ambiguous',
    kind: 'usage',
    message: `${open.length} sessions are open in this working tree: ${open.join(', ')}`,
    hint: 'Say which one: --session ID',
  });
}

function isInside({ cwd }: LiveSession, root: string): boolean {
  return cwd === root || cwd.startsWith(`${root}${path.sep}`);
}
