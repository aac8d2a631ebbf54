import type { CheckpointSummary } from '../../checkpoints/types.ts';
import { shortBranch } from '../../checkpoints/wip-branch.ts';
import { move } from '../../sessions/lifecycle.ts';
import type { Session } from '../../sessions/session.ts';
import { worktreeName } from '../../store/paths.ts';
import type { EffectRecord, SessionEffects } from '../../store/session-effects.ts';
import { lastConversation } from '../sessions/act.ts';
import { freshId } from '../sessions/place.ts';
import type { Workplace } from '../workplace.ts';
import { timeBehind } from './children.ts';
import { briefText, factsOf, lineOf } from './words.ts';

/**
 * What a branch means for the two sessions. @param tree the working tree the child works in, and permission bits of files that
 * are parked and that git would not give back.
 */
export function branchEffects(
  place: Workplace,
  request: { name: string; task: string },
  { parent, head, depth }: { parent: Session; head: string; depth: number },
  checkpoint: CheckpointSummary,
  tree: { worktree: string; linked?: string; modes?: Record<string, number> },
): { child: string; effects: SessionEffects } {
  const { repository, state } = place;
  const { name, task } = request;
  const t = timeBehind(place, parent);
  const child = freshId(state, name, t);
  const conversation = lastConversation(parent)?.id;
  const parentBranch = checkpoint.branch === undefined ? undefined : shortBranch(checkpoint.branch);
  const commands: EffectRecord[] =
    tree.linked === undefined && move(parent.state, 'pause') !== undefined
      ? [
          {
            session: parent.id,
            record: { t, type: 'command', by: 'pause', cause: `interrupted by ${child}` },
          },
        ]
      : [];
  const common = {
    depth,
    checkpoint: { id: checkpoint.id, commit: checkpoint.commit },
    head,
    parentRoot: repository.root,
    parentWorktree: worktreeName(repository),
    ...(parentBranch === undefined ? {} : { parentBranch }),
    ...(conversation === undefined ? {} : { conversation }),
    on: true,
  };
  const root = tree.linked ?? repository.root;
  return {
    child,
    effects: {
      records: [
        { session: child, record: { t: t + 1, type: 'created', name, root, branch: name } },
        ...commands,
        { session: parent.id, record: { t, type: 'parked', child, ...common } },
        {
          session: child,
          record: {
            t: t + 1,
            type: 'branched',
            parent: parent.id,
            task: lineOf(task),
            branch: name,
            worktree: tree.worktree,
            variables: parent.variables,
            ...(tree.modes === undefined ? {} : { modes: tree.modes }),
            ...(tree.linked === undefined ? {} : { linked: tree.linked }),
            ...common,
          },
        },
      ],
      worktree: {
        name: tree.worktree,
        to: child,
        // One with a conversation is gone on with by that, also where the branch is taken back.
        ...(tree.linked === undefined && conversation === undefined ? { from: parent.id } : {}),
      },
      brief: {
        session: child,
        text: briefText({
          parent,
          facts: factsOf(state, parent),
          task,
          branch: name,
          head,
          parentBranch,
          checkpoint: checkpoint.id,
          parentRoot: repository.root,
          linked: tree.linked,
        }),
      },
    },
  };
}
