import { findCheckpoint } from '../checkpoints/list.ts';
import type { Plumbing } from '../checkpoints/plumbing.ts';
import { scopeOf } from '../checkpoints/restore/changes.ts';
import { restoreTree } from '../checkpoints/restore/restore.ts';
import type {
  ResolvedTree,
  RestoreMode,
  RestorePlace,
  RestorePlan,
  RestoreResult,
} from '../checkpoints/restore/types.ts';
import type { Capture } from '../checkpoints/tree.ts';
import type { CheckpointSummary } from '../checkpoints/types.ts';
import { listLive } from '../store/live.ts';
import { captureRulesOf } from './checkpoint.ts';
import { planMineKept } from './mine-kept.ts';
import { tellSession } from './narrative.ts';
import type { Workplace } from './workplace.ts';

export interface RestoreRequest {
  /** Id, name, or the beginning of one. */
  name: string;
  mode: RestoreMode;
  /** Files and folders it is limited to, relative to the place's `cwd`; empty means all. */
  only: string[];
  keepIndex: boolean;
  dryRun: boolean;
  /** Asked with the plan before the first change. Absent means yes. */
  confirm?: (plan: RestorePlan) => Promise<boolean>;
  /** The session it is asked from. */
  session?: string;
}

/**
 * Restores a checkpoint: the working tree and what is staged become what they were (`exact`), or only what the session
 * changed is undone (`mine-kept`). See `restoreTree` for what is guaranteed.
 * @throws HooksError where there is no such checkpoint, or where nothing was restored, with the reason.
 */
export async function restoreCheckpoint(place: Workplace, request: RestoreRequest): Promise<RestoreResult> {
  const checkpoint = await findCheckpoint(place.repository, request.name);
  const { indexTree, tree, name, id } = checkpoint;
  return restoreTree(
    restorePlaceOf(place, request.session),
    {
      tree,
      ...(indexTree === undefined ? {} : { indexTree }),
      title: `Restore "${name}" (${id})`,
      checkpoint,
    },
    {
      only: scopeOf(place.repository.root, place.cwd, request.only),
      keepIndex: request.keepIndex,
      dryRun: request.dryRun,
      mode: request.mode,
      ...(request.session === undefined ? {} : { session: request.session }),
      ...(request.confirm === undefined ? {} : { confirm: request.confirm }),
      ...(request.mode === 'exact' ? {} : { resolveTree: mineKept(place, checkpoint) }),
    },
  );
}

export function restorePlaceOf(place: Workplace, session: string | undefined): RestorePlace {
  const { repository, state, resolved } = place;
  const live = session === undefined ? undefined : listLive(state).find((one) => one.session === session);
  return {
    repository,
    state,
    ...captureRulesOf(resolved.config),
    narrative: () => tellSession({ root: repository.root, config: resolved.config, state }, live?.transcript),
    now: place.now(),
  };
}

function mineKept(
  { repository, state }: Workplace,
  checkpoint: CheckpointSummary,
): (capture: Capture, git: Plumbing) => Promise<ResolvedTree> {
  return (capture, git) => planMineKept({ git, repository, state, checkpoint, capture });
}
