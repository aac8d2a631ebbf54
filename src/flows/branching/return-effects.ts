import type { HeadState } from '../../checkpoints/restore/head.ts';
import { shortBranch } from '../../checkpoints/wip-branch.ts';
import { move, type SessionCommand, type SessionState } from '../../sessions/lifecycle.ts';
import { isClientAlive, listLive } from '../../store/live.ts';
import type { EffectRecord, SessionEffects } from '../../store/session-effects.ts';
import type { Workplace } from '../workplace.ts';
import { type Child, pieceOf, sessionNow, timeBehind } from './children.ts';
import type { ChildWork } from './return-work.ts';
import { briefText, factsOf, noteText } from './words.ts';

interface Told extends ChildWork {
  child: Child;
  now: HeadState;
  checkpoint: string | undefined;
  notes: string[];
}

/** What a return means for the two sessions, and the note for the parent. */
export function returnEffects(
  place: Workplace,
  { discard }: { discard: boolean },
  { child, now, checkpoint, commits, files, notes }: Told,
): { effects: SessionEffects; note: string } {
  const { state } = place;
  const { branching } = child;
  const own = sessionNow(state, child.session);
  const parent = sessionNow(state, branching.parent);
  const t = timeBehind(place, own, parent);
  const branch = now.ref === undefined ? undefined : shortBranch(now.ref);
  const note = noteText({
    child: own,
    facts: factsOf(state, own),
    task: branching.task,
    discarded: discard,
    branch,
    commits,
    files,
    checkpoint,
    notes,
  });
  const common = {
    head: now.commit,
    discarded: discard,
    ...(branch === undefined ? {} : { branch }),
    ...(checkpoint === undefined ? {} : { checkpoint }),
    on: true,
  };
  const isLinked = branching.linked !== undefined;
  const records: EffectRecord[] = [
    ...commands(child.session, own.state, ['start', 'complete'], t, 'returned'),
    ...commands(parent.id, parent.state, ['resume'], t + 1, `returned from ${child.session}`),
    { session: parent.id, record: { t: t + 1, type: 'child-returned', child: child.session, ...common } },
    { session: child.session, record: { t, type: 'returned', parent: parent.id, ...common } },
  ];
  return {
    note,
    effects: {
      records,
      worktree: {
        name: branching.worktree,
        from: child.session,
        // One with a conversation is gone on with by that.
        ...(isLinked || parent.conversations.length > 0 ? {} : { to: parent.id }),
      },
      // Needed again where the return is taken back.
      brief: {
        session: child.session,
        text: briefText({
          parent,
          facts: undefined,
          task: branching.task,
          branch: branching.branch,
          head: branching.head,
          parentBranch: branching.parentBranch,
          checkpoint: branching.checkpoint.id,
          parentRoot: branching.parentRoot,
          linked: branching.linked,
        }),
      },
      note: {
        session: parent.id,
        text: note,
        conversations: listLive(state)
          .filter((live) => isClientAlive(live) && pieceOf(state, live.session) === parent.id)
          .map(({ session }) => session),
      },
    },
  };
}

/** The commands that are allowed, one after the other, from a state. */
function commands(
  session: string,
  from: SessionState,
  wanted: readonly SessionCommand[],
  t: number,
  cause: string,
): EffectRecord[] {
  let at = from;
  return wanted.flatMap((by) => {
    const to = move(at, by);
    if (to === undefined) return [];
    at = to;
    return [{ session, record: { t, type: 'command', by, cause } }];
  });
}
