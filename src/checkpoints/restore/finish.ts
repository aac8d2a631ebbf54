import * as path from 'node:path';
import { randomHex } from '../../platform/digest.ts';
import { ensureDirectory, listDirectory, removeFile, removeTree } from '../../platform/fs.ts';
import { rawPath, rawRename, rawText } from '../../platform/raw-files.ts';
import { releaseIndex } from '../../store/index-swap.ts';
import { changeMark, hasMark, removeOperationFile } from '../../store/operation-files.ts';
import {
  completeOperation,
  dropOperation,
  isPending,
  OPERATION_PINS,
  type Operation,
  operationPaths,
} from '../../store/operations.ts';
import type { Repository, StatePaths } from '../../store/paths.ts';
import type { PrivateIndex } from '../../store/private-index.ts';
import { applySessionEffects } from '../../store/session-effects.ts';
import type { Plumbing } from '../plumbing.ts';
import { dropBranch, readHeadMove } from './head.ts';
import { type MovePlan, moveBackNew, moveBackOld } from './moves.ts';
import { removeStage, stageOf } from './stage.ts';
import type { RestoreData } from './types.ts';

// Marks of a restore at work, each the same empty file under another name:
// - `ready`: the renames may have begun. Whoever finds it takes them back.
// - `emptied`: they are being taken back, and what was moved in is out again.
// - `verified`: the tree is the expected one. Whoever finds it goes forward, if the staging can still follow.
// - `swapping`: the staging follows, under git's lock. Whoever finds it goes forward.

export interface OperationPlace {
  repository: Repository;
  state: StatePaths;
  operation: Operation;
  directory: string;
}

/** The index that takes the place of the person's. */
export function newIndexOf({ directory, repository }: OperationPlace): PrivateIndex {
  return {
    file: path.join(directory, 'index'),
    userIndex: path.join(repository.gitDir ?? '', 'index'),
    recordFile: '',
  };
}

/** All indexes that were prepared for it, one for each attempt at mending. */
export function preparedIndexes(place: OperationPlace): PrivateIndex[] {
  const names = listDirectory(place.directory).filter((name) => /^index(?:-[0-9a-f]+)?$/.test(name));
  return names.map((name) => ({ ...newIndexOf(place), file: path.join(place.directory, name) }));
}

/** The index of the tree that is expected on disk. */
export function expectedIndexOf({ directory }: OperationPlace): string {
  return path.join(directory, 'expected');
}

function stageAt({ directory, operation, repository }: OperationPlace, inTree: boolean): string {
  return stageOf({ directory, id: operation.id, root: repository.root }, inTree);
}

/**
 * All is in place: keeps what was there before from git's gc, removes what the operation no longer needs, tells the
 * sessions and notes it as done. Safe to repeat.
 */
export async function finishRestore(place: OperationPlace, git: Plumbing, plan: MovePlan): Promise<void> {
  const { directory, operation, repository, state } = place;
  removeStage(stageAt(place, plan.inTree));
  removeOperationFile(directory, 'expected');
  for (const { file } of preparedIndexes(place)) removeFile(file);
  const pin = `${OPERATION_PINS}${operation.id}`;
  // A git that was killed may have left its lock of this ref, which nobody else ever writes.
  removeFile(path.join(repository.commonDir ?? '', `${pin}.lock`));
  await git.run(['update-ref', pin, (operation.data as Partial<RestoreData>).safety?.commit ?? '']);
  await dropBranch(repository, readHeadMove(operation.data.head));
  applySessionEffects(state, operation);
  completeOperation(state, operation);
  const done = path.join(operationPaths(state).done, operation.id);
  for (const name of ['plan.json', 'verified', 'swapping']) removeOperationFile(done, name);
}

/**
 * Takes back every rename, whatever happened since, and forgets the operation. Safe to repeat and to be killed in.
 * What stands where something has to come back, and is not ours, is kept aside.
 * @returns where such things are kept, in words; empty where there were none.
 */
export function revertRestore(place: OperationPlace, plan: MovePlan | undefined): string[] {
  const { directory, operation, repository, state } = place;
  for (const index of preparedIndexes(place)) releaseIndex(index);
  const kept: string[] = [];
  if (plan !== undefined) {
    const stage = stageAt(place, plan.inTree);
    const aside = plan.inTree
      ? path.join(repository.root, `.claude-hooks-found-${operation.id}`)
      : path.join(operationPaths(state).root, 'found', operation.id);
    const keep = (name: string): void => {
      ensureDirectory(aside);
      const target = path.join(aside, randomHex(4));
      rawRename(rawPath(repository.root, name), Buffer.from(target));
      kept.push(`${rawText(name)} -> ${target}`);
    };
    if (!hasMark(directory, 'emptied')) {
      moveBackNew(plan, repository.root, stage, keep);
      changeMark(directory, hasMark(directory, 'verified') ? 'verified' : 'ready', 'emptied');
    }
    // What was to be written is in git's objects; without it there is room for the folders that come back.
    removeTree(path.join(stage, 'new'));
    moveBackOld(plan, repository.root, stage, keep);
    removeStage(stage);
  } else {
    removeStage(stageAt(place, true));
  }
  try {
    dropOperation(state, operation.id);
  } catch (error) {
    // A git that outlived a kill may still write there; what is out of the journal is swept later.
    if (isPending(state, operation.id)) throw error;
  }
  return kept;
}
