import * as path from 'node:path';
import { openPlumbing, type Plumbing } from '../checkpoints/plumbing.ts';
import {
  createRefs,
  type PrunedCheckpoint,
  presentRefs,
  readPruned,
  removeRefs,
} from '../checkpoints/prune.ts';
import { giveDocuments, takeDocuments } from '../checkpoints/prune-documents.ts';
import { HooksError } from '../errors.ts';
import { acquireLock } from '../store/lock.ts';
import {
  beginOperation,
  completeOperation,
  doneOperations,
  dropOperation,
  type Operation,
} from '../store/operations.ts';
import type { Repository, StatePaths } from '../store/paths.ts';
import { worktreeRoots } from '../store/worktrees.ts';

export interface PrunePlace {
  repository: Repository;
  state: StatePaths;
}

/** What an operation of kind `prune` keeps in its `data`. */
export interface PruneData extends Record<string, unknown> {
  /** bring-back: it took a removal back. */
  direction: 'remove' | 'bring-back';
  checkpoints: PrunedCheckpoint[];
}

const BUDGET_MS = 120_000;
const LOCK = 'prune';
const LOCK_WAIT_MS = 15_000;

export function gitOf(place: PrunePlace): Plumbing {
  return openPlumbing(place.repository, { budgetMs: BUDGET_MS, withoutLfs: false });
}

/** Runs `work` as the only one that prunes in this repository. @returns undefined where someone else does. */
export async function tryPruneLock<T>(
  state: StatePaths,
  work: () => Promise<T>,
  waitMs = 0,
): Promise<T | undefined> {
  const lock = acquireLock(state.locks, LOCK, waitMs);
  if (lock === undefined) return undefined;
  try {
    return await work();
  } finally {
    lock.release();
  }
}

/** As `tryPruneLock`, waiting for a while. @throws HooksError (conflict) where the other does not end. */
export async function withPruneLock<T>(state: StatePaths, work: () => Promise<T>): Promise<T> {
  const done = await tryPruneLock(state, async () => ({ value: await work() }), LOCK_WAIT_MS);
  if (done !== undefined) return done.value;
  throw new HooksError({
    code: 'prune-busy',
    kind: 'conflict',
    message: 'Checkpoints of this repository are being pruned by another process.',
    hint: 'Run the same command again when it is done.',
  });
}

/** Prunes, or brings back, as one operation. Call it while holding the prune lock. @returns what stayed, and why. */
export async function runPrune(
  place: PrunePlace,
  input: { data: PruneData; title: string; at: number; session?: string; undoes?: string },
): Promise<{ operation: string; notes: string[] }> {
  const { data, title, at, session, undoes } = input;
  const { operation } = beginOperation(place.state, {
    kind: 'prune',
    title,
    at,
    root: place.repository.root,
    ...(session === undefined ? {} : { session }),
    ...(undoes === undefined ? {} : { undoes }),
    data,
  });
  try {
    const notes = await carryOut(place, operation);
    completeOperation(place.state, operation);
    return { operation: operation.id, notes };
  } catch (error) {
    // References change all at once and come first. Where they did, the next command brings the rest to its end.
    if (await isUntouched(place, data)) dropOperation(place.state, operation.id);
    throw error;
  }
}

async function isUntouched(place: PrunePlace, { direction, checkpoints }: PruneData): Promise<boolean> {
  const present = await presentRefs(gitOf(place));
  return checkpoints.every(({ id }) => present.has(id) === (direction === 'remove'));
}

/** Brings a prune that was begun to its end; every step may be repeated. */
export async function carryOut(place: PrunePlace, operation: Operation): Promise<string[]> {
  const { direction, checkpoints } = readPruneData(operation);
  const git = gitOf(place);
  const change = direction === 'remove' ? removeRefs : createRefs;
  const elsewhere = await change(git, checkpoints);
  const notes = elsewhere.map(({ id }) => `${id} was saved anew meanwhile and stays as it is.`);
  const touched = checkpoints.filter((one) => !elsewhere.includes(one));
  const roots = worktreeRoots(place.repository);
  const moved =
    direction === 'remove'
      ? await takeDocuments(roots, documentsOf(place, operation.id), touched)
      : giveDocuments(roots, documentFolders(place), touched);
  return [...notes, ...moved];
}

/** What the entry says, as far as it can be read. */
export function readPruneData(operation: Operation): PruneData {
  const { direction, checkpoints } = operation.data;
  return {
    direction: direction === 'bring-back' ? 'bring-back' : 'remove',
    checkpoints: readPruned(checkpoints),
  };
}

function documentsOf(place: PrunePlace, id: string): string {
  return path.join(place.state.root, 'operations', 'pending', id, 'documents');
}

/** Where pruned documents lie, the latest first. */
function documentFolders(place: PrunePlace): string[] {
  return doneOperations(place.state)
    .filter(({ operation }) => operation.kind === 'prune')
    .map(({ directory }) => path.join(directory, 'documents'));
}
