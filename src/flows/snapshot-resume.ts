import { changesSince } from '../checkpoints/changes.ts';
import { readCheckpoint } from '../checkpoints/list.ts';
import { shellWord } from '../checkpoints/markdown.ts';
import type { ChangedFile, CheckpointSummary } from '../checkpoints/types.ts';
import { messageOf } from '../errors.ts';
import type { Snapshot } from '../snapshots/types.ts';
import type { Repository } from '../store/paths.ts';
import { adviseBranch, readBranchFacts } from './branch-advice.ts';
import { captureRulesOf } from './checkpoint.ts';
import type { Workplace } from './workplace.ts';

/** What is needed to go on from a snapshot, besides its document. */
export interface SnapshotResume {
  /** Undefined where this repository does not have it: it was not fetched, or its ref was removed. */
  checkpoint: CheckpointSummary | undefined;
  /** What the working tree has changed since; null where it cannot be told, and then `sinceUnknown` says why. */
  since: ChangedFile[] | null;
  sinceUnknown: string | undefined;
  /** Sentences about branch and commit. */
  advice: string[];
  /** For a POSIX shell, in the order in which they are run. */
  commands: string[];
}

/** Compares a snapshot with the working tree as it is now. Nothing of the person's is changed. */
export async function resumeSnapshot(place: Workplace, snapshot: Snapshot): Promise<SnapshotResume> {
  const { repository } = place;
  const checkpoint = await checkpointOf(repository, snapshot);
  const since = await changesOf(place, checkpoint);
  const { advice, commands } =
    repository.gitDir === undefined
      ? { advice: [`${repository.root} is in no git repository.`], commands: [] }
      : adviseBranch(snapshot, await readBranchFacts(repository, snapshot));
  const changed = since.since === null || since.since.length > 0;
  return {
    checkpoint,
    ...since,
    advice,
    commands: [
      ...commands,
      ...(checkpoint !== undefined && changed ? [`claude-hooks snapshot load ${snapshot.id} --restore`] : []),
      ...(snapshot.session === undefined
        ? []
        : [`claude --resume ${shellWord(snapshot.session)} --fork-session`]),
    ],
  };
}

/** The checkpoint of a snapshot; one of that id with another tree is not it. */
export async function checkpointOf(
  repository: Repository,
  snapshot: Snapshot,
): Promise<CheckpointSummary | undefined> {
  const found = await readCheckpoint(repository, snapshot.checkpoint);
  return found?.tree === snapshot.tree ? found : undefined;
}

/** What cannot be compared (a read-only disk) does not keep the rest from being read. */
async function changesOf(
  place: Workplace,
  checkpoint: CheckpointSummary | undefined,
): Promise<Pick<SnapshotResume, 'since' | 'sinceUnknown'>> {
  if (checkpoint === undefined)
    return { since: null, sinceUnknown: 'its checkpoint is not in this repository' };
  const { repository, state } = place;
  try {
    const rules = captureRulesOf(place.resolved.config);
    const since = await changesSince({ repository, state, ...rules, now: place.now() }, checkpoint);
    return { since, sinceUnknown: undefined };
  } catch (error) {
    return { since: null, sinceUnknown: messageOf(error) };
  }
}
