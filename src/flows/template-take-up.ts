import { readLastSession } from '../store/session-facts.ts';
import { carryTemplate, markProgress, takeWaiting, templateOf } from '../store/template-progress.ts';
import { usePartitionOf } from './template-partition.ts';
import type { Workplace } from './workplace.ts';

/**
 * Gives a session that starts the template it is to work by: after `/clear` that of the conversation before it in the working
 * tree, else the one that waits for the next session. A resumed or compacted one has its own.
 * @param source how it starts.
 */
export function takeUp(
  place: Pick<Workplace, 'state' | 'resolved' | 'now' | 'log'>,
  session: string,
  source: string | undefined,
  worktree: string,
): void {
  const { state } = place;
  const last = source === 'clear' ? readLastSession(state, worktree)?.session : undefined;
  if (last !== undefined) carryTemplate(state, last, session, place.now());
  const taken = source !== 'compact' && takeWaiting(state, worktree, session, place.now());
  const run = templateOf(state, session);
  if (run === undefined) return;
  markProgress(state, run);
  if (taken) usePartitionOf(place, run, session);
}
