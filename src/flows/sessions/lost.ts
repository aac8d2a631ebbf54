import { takeLost } from '../../store/belonging.ts';
import type { StatePaths } from '../../store/paths.ts';
import { hasWork } from '../../store/spool.ts';

/** What the person is told of clients that were killed since they were told last, once; undefined where there is nothing to tell. */
export function tellLost(state: StatePaths): string | undefined {
  const count = takeLost(state).length;
  if (count === 0) return undefined;
  const what =
    count === 1 ? '1 session ended without saying so' : `${count} sessions ended without saying so`;
  const them = count === 1 ? 'it' : 'them';
  return `claude-hooks: ${what}; ${hasWork(state) ? `finishing ${them} now` : `finished ${them}`}.`;
}
