import { readLastSession } from '../store/session-facts.ts';
import { carryTemplate, markProgress, takeWaiting, templateOf } from '../store/template-progress.ts';
import type { Begun } from './sessions/begin.ts';
import { usePartitionOf } from './template-partition.ts';
import type { Workplace } from './workplace.ts';

/**
 * Gives a conversation that begins the template it is to work by: that of the one it was forked from, after `/clear` that of the
 * one before it in the working tree, else the one that waits for the next. A resumed or compacted one has its own.
 */
export function takeUp(
  place: Pick<Workplace, 'state' | 'resolved' | 'now' | 'log'>,
  { conversation, how, parent }: Pick<Begun, 'conversation' | 'how' | 'parent'>,
  worktree: string,
): void {
  const { state } = place;
  const last = how === 'clear' ? readLastSession(state, worktree)?.session : parent;
  if (last !== undefined) carryTemplate(state, last, conversation, place.now());
  const taken = how !== 'compact' && takeWaiting(state, worktree, conversation, place.now());
  const run = templateOf(state, conversation);
  if (run === undefined) return;
  markProgress(state, run);
  if (taken) usePartitionOf(place, run, conversation);
}
