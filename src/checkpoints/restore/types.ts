import type { Repository, StatePaths } from '../../store/paths.ts';
import type { SessionEffects } from '../../store/session-effects.ts';
import type { Plumbing } from '../plumbing.ts';
import type { Capture } from '../tree.ts';
import type { CheckpointSummary, Narrative } from '../types.ts';
import type { HeadMove } from './head.ts';

export type RestoreMode = 'exact' | 'mine-kept';

export interface RestorePlace {
  repository: Repository;
  state: StatePaths;
  maxFileBytes: number;
  /** Ignored files that are held all the same; where it is not told, what was held at the last look. */
  include?: readonly string[];
  /** What the session tells, for the document of the safety checkpoint. */
  narrative?: Narrative | (() => Narrative);
  /** Milliseconds since 1970. */
  now: number;
}

/** What to go back to. */
export interface RestoreTarget {
  tree: string;
  /** The staged tree; without one, what is staged now stays. */
  indexTree?: string;
  /** One line for a person. */
  title: string;
  /** The checkpoint whose trees these are. */
  checkpoint?: CheckpointSummary;
  /** Id of the operation this one takes back. */
  undoes?: string;
  /** Permission bits git would not give back, by name (bytes as latin1 text); a folder's name ends in `/`. */
  modes?: Record<string, number>;
  /**
   * Files that a restore made and that this one takes back: blobs by name. They go even where git ignores them, as long
   * as they hold what was written.
   */
  made?: ReadonlyMap<string, string>;
  /** What it is in the journal; a restore unless told. */
  kind?: 'restore' | 'branch' | 'return';
  /** Where HEAD goes together with the staging. */
  head?: HeadMove;
  /** What it means for sessions, once it is done. */
  effects?: SessionEffects;
  /** What has to be there at the beginning; where something else is, nothing is done. */
  from?: { tree: string; indexTree: string };
  /** Called with the plan under the lock, right before the first change. Throws where it may not be. */
  accept?(plan: RestorePlan): void;
}

export interface RestoreOptions {
  /** Files and folders relative to the top of the working tree; empty means all of it. */
  only: readonly string[];
  /** Leaves what is staged as it is. */
  keepIndex: boolean;
  dryRun: boolean;
  mode: RestoreMode;
  /** The session that asked for it. */
  session?: string;
  /** Asked with the plan, without any lock held, before the first change. Absent means yes. */
  confirm?(plan: RestorePlan): Promise<boolean>;
  /** Names another tree to go to, from the tree as it is now; called under the lock. What is staged is then kept. */
  resolveTree?(capture: Capture, git: Plumbing): Promise<ResolvedTree>;
}

export interface ResolvedTree {
  tree: string;
  conflicts: MergeConflict[];
  notes: string[];
}

/** A file that both sides changed. */
export interface MergeConflict {
  path: string;
  /** content: the file holds conflict markers. Otherwise the person's version is kept. */
  kind: string;
  /** One sentence for a person. */
  message: string;
}

export interface PlannedPath {
  /** As text: bytes that are not UTF-8 are replaced. */
  path: string;
  /** create: nothing stands there now. */
  action: 'create' | 'change' | 'remove';
}

/** Why a path that differs stays as it is. */
export type LeftReason =
  /** It would be removed, but git ignores it, by the rules of now or of the checkpoint. */
  | 'ignored'
  /** What stands there is not held by any checkpoint (ignored, too large, unreadable, or it just changed). */
  | 'not-held'
  /** A folder with content no checkpoint holds stands where a file belongs, or the reverse. */
  | 'in-the-way'
  /** It would be removed, but claude-hooks wrote it for people to read. */
  | 'document'
  /** A repository of its own. */
  | 'submodule'
  /** A sparse checkout leaves it out. */
  | 'sparse'
  /** It lies on another file system than the working tree. */
  | 'other-disk';

export interface LeftPath {
  path: string;
  why: LeftReason;
}

export interface RestorePlan {
  title: string;
  mode: RestoreMode;
  /** What is changed on disk, sorted by path. */
  changes: PlannedPath[];
  /** What differs and stays, sorted by path. */
  left: LeftPath[];
  /** restored: becomes the checkpoint's. same: is so already. kept: stays as it is now. */
  staging: 'restored' | 'same' | 'kept';
  conflicts: MergeConflict[];
  /** Sentences for a person. */
  notes: string[];
  checkpoint?: CheckpointSummary;
}

export type RestoreResult =
  | {
      restored: true;
      plan: RestorePlan;
      /** Id in the journal of operations. */
      operation: string;
      /** The state of before, saved first. */
      safety: CheckpointSummary;
      /** The tree that was expected and found again on disk. */
      tree: string;
    }
  | {
      restored: false;
      /** nothing: all is as in the checkpoint. dry-run: only asked for. declined: `confirm` said no. */
      cause: 'nothing' | 'dry-run' | 'declined';
      plan: RestorePlan;
    };

/** What an operation of kind `restore`, `branch` or `return` that changes a working tree keeps in its `data`. */
export interface RestoreData extends Record<string, unknown> {
  /** Which of the repository's working trees, as `worktreeName` tells. */
  worktree: string;
  mode: RestoreMode;
  only: string[];
  keepIndex: boolean;
  /** What was restored. */
  target: { tree: string; indexTree?: string; commit?: string; id?: string };
  /** What was there before. */
  safety: { tree: string; indexTree?: string; commit: string; id: string };
  /** As `RestoreTarget.modes`, of what went. */
  modes: Record<string, number>;
  /** Files of the target that stood there already and that no checkpoint of before holds; names in latin1. */
  there: string[];
  head?: HeadMove;
  effects?: SessionEffects;
}
