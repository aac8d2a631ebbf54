import { HooksError, messageOf, systemCode } from '../../errors.ts';
import { rawPath, rawStat } from '../../platform/raw-files.ts';
import { changeMark, hasMark, setMark } from '../../store/operation-files.ts';
import { beginOperation } from '../../store/operations.ts';
import { worktreeName } from '../../store/paths.ts';
import type { PrivateIndex } from '../../store/private-index.ts';
import { openPlumbing, type Plumbing } from '../plumbing.ts';
import type { CheckpointSummary } from '../types.ts';
import { deepestFirst } from './disk.ts';
import { expectedTree, makeExpectedIndex } from './expected.ts';
import { expectedIndexOf, finishRestore, newIndexOf, type OperationPlace, revertRestore } from './finish.ts';
import { type HeadMove, makeBranch, moveHead, requireHead, unmakeBranch } from './head.ts';
import { applyMoves, foldersToMake, type MovePlan, writeMovePlan } from './moves.ts';
import { type DiskPlan, foldersToEmpty } from './plan.ts';
import type { Prepared } from './prepare.ts';
import { refusedBy, takenBack, unfinished } from './refuse.ts';
import { isSameDisk, openStage, stageNew, stageOf, unusualModes } from './stage.ts';
import { prepareStaging, type StagingChange, swapStaging } from './staging.ts';
import type { RestoreData, RestoreOptions, RestorePlace, RestoreTarget } from './types.ts';
import { verifyTree } from './verify.ts';

const BUDGET_MS = 1_800_000;

export interface Applied {
  operation: string;
  /** The tree that was expected and found again. */
  tree: string;
  /** Files of which git's filters make something else than they were given, as text. */
  unproven: string[];
}

interface Work {
  place: RestorePlace;
  target: RestoreTarget;
  options: RestoreOptions;
  index: PrivateIndex;
  prepared: Prepared;
  safety: CheckpointSummary;
}

/**
 * Carries a plan out: all content is put together aside, then moved in by renames, then the tree is hashed again, then
 * the staging follows. Fails any of it, everything is moved back.
 * @throws HooksError that says why, and that all is as before.
 */
export async function applyRestore(work: Work): Promise<Applied> {
  const { state, repository } = work.place;
  const isApart = !isSameDisk(state.root, repository.root);
  try {
    return await attempt(work, isApart);
  } catch (error) {
    // Two mounts of one disk look like one until the first rename.
    if (isApart || systemCode((error as Error).cause) !== 'EXDEV') throw error;
    return attempt(work, true);
  }
}

async function attempt(work: Work, inTree: boolean): Promise<Applied> {
  const { place, prepared } = work;
  const at = begin(work);
  const git = openPlumbing(place.repository, {
    budgetMs: BUDGET_MS,
    withoutLfs: prepared.captured.withoutLfs,
  });
  const { head } = work.target;
  let moves: MovePlan | undefined;
  let applied: Applied;
  let made: HeadMove | undefined;
  try {
    if (head !== undefined) {
      await makeBranch(place.repository, head);
      made = head;
      await requireHead(place.repository, head);
    }
    const staged = await stage(work, at, git, inTree);
    moves = staged.moves;
    writeMovePlan(at.directory, moves);
    applyMoves(moves, place.repository.root, staged.stage);
    const unproven = await verify(work, at, git, moves);
    changeMark(at.directory, 'ready', 'verified');
    await followStaging(at, git, moves, { seed: staged.seed, head });
    applied = { operation: at.operation.id, tree: staged.tree, unproven };
  } catch (error) {
    if (!hasMark(at.directory, 'swapping')) await unmakeBranch(place.repository, made);
    throw takeBack(at, moves, error);
  }
  try {
    await finishRestore(at, git, moves);
  } catch (error) {
    throw unfinished(error, place.repository);
  }
  return applied;
}

function begin({ place, target, options, prepared, safety }: Work): OperationPlace {
  const { repository, state, now } = place;
  const { indexTree } = prepared.captured.capture;
  const data: RestoreData = {
    worktree: worktreeName(repository),
    mode: options.mode,
    only: [...options.only],
    keepIndex: prepared.plan.staging === 'kept',
    target: {
      tree: prepared.tree,
      ...(target.indexTree === undefined ? {} : { indexTree: target.indexTree }),
      ...(target.checkpoint === undefined
        ? {}
        : { commit: target.checkpoint.commit, id: target.checkpoint.id }),
    },
    safety: {
      tree: safety.tree,
      ...(indexTree === undefined ? {} : { indexTree }),
      commit: safety.commit,
      id: safety.id,
    },
    modes: unusualModes(prepared.disk, emptiedBy(prepared.disk, repository.root)),
    there: prepared.disk.there,
    ...(target.head === undefined ? {} : { head: target.head }),
    ...(target.effects === undefined ? {} : { effects: target.effects }),
  };
  const begun = beginOperation(
    state,
    {
      kind: target.kind ?? 'restore',
      title: target.title,
      at: now,
      root: repository.root,
      ...(options.session === undefined ? {} : { session: options.session }),
      ...(target.undoes === undefined ? {} : { undoes: target.undoes }),
      data,
    },
    (aside) => setMark(aside, 'ready'),
  );
  return { repository, state, ...begun };
}

interface Staged {
  moves: MovePlan;
  stage: string;
  tree: string;
  /** Mark of the person's index that the new one was made from. */
  seed: string | undefined;
}

/** All that needs room on the disk, before anything of the person's changes. */
async function stage(work: Work, at: OperationPlace, git: Plumbing, inTree: boolean): Promise<Staged> {
  const { place, prepared, target } = work;
  const { repository } = place;
  const { disk } = prepared;
  const staging = prepared.staging ?? stagingOfHead(work);
  const folder = stageOf({ directory: at.directory, id: at.operation.id, root: repository.root }, inTree);
  openStage(folder, inTree);
  const index = expectedIndexOf(at);
  await makeExpectedIndex(git, { repository, from: work.index, to: index }, prepared);
  const [puts, tree, seed] = await settled([
    stageNew(git, repository, { index, stage: folder }, disk.puts, target.modes ?? {}),
    expectedTree(git, index, prepared, work.options),
    staging === undefined
      ? Promise.resolve(undefined)
      : prepareStaging(git, repository, newIndexOf(at), staging),
  ]);
  if (staging !== undefined && seed === undefined) throw stagingChanged();
  const made = foldersToMake(
    repository.root,
    puts.filter(({ was }) => was === undefined).map(({ name }) => name),
  );
  return {
    stage: folder,
    tree,
    seed,
    moves: {
      version: 1,
      inTree,
      takes: disk.takes.map(({ name, was: { size, mtimeNs } }) => ({ name, was: { size, mtimeNs } })),
      puts,
      emptied: emptiedBy(disk, repository.root),
      made,
      ...modesOf(made, target.modes ?? {}),
      ...(staging === undefined ? {} : { staging }),
    },
  };
}

/** The folders that go, the deepest first. */
function emptiedBy(disk: DiskPlan, root: string): MovePlan['emptied'] {
  return deepestFirst(foldersToEmpty(disk)).map((name) => ({
    name,
    mode: rawStat(rawPath(root, name))?.mode ?? 0o755,
  }));
}

/** The modes that folders are to have again. */
function modesOf(
  made: readonly string[],
  modes: Readonly<Record<string, number>>,
): Pick<MovePlan, 'madeModes'> {
  const known = made.flatMap((name) => {
    const mode = modes[`${name}/`];
    return mode === undefined ? [] : [[name, (mode & 0o777) | 0o700] as const];
  });
  return known.length === 0 ? {} : { madeModes: Object.fromEntries(known) };
}

/** HEAD goes over under the lock of the index, also where the index itself stays as it is. */
function stagingOfHead({ target, prepared }: Work): StagingChange | undefined {
  const { indexTree } = prepared.captured.capture;
  if (target.head === undefined || indexTree === undefined) return undefined;
  return { from: indexTree, to: indexTree, only: [] };
}

/** As `Promise.all`, but does not fail before all have come to their end: nothing may write when all is taken back. */
async function settled<A, B, C>(work: [Promise<A>, Promise<B>, Promise<C>]): Promise<[A, B, C]> {
  await Promise.allSettled(work);
  return Promise.all(work);
}

/** @returns files that cannot be proven. @throws HooksError where the tree is not the expected one. */
async function verify(work: Work, at: OperationPlace, git: Plumbing, moves: MovePlan): Promise<string[]> {
  const { disk, unheld } = work.prepared;
  if (disk.index.length === 0) return [];
  const { repository } = work.place;
  const place = { git, repository, index: expectedIndexOf(at) };
  const { differs, unproven } = await verifyTree(place, moves, disk.index, unheld);
  if (differs.length === 0) return unproven;
  const more = differs.length > 3 ? ` and ${differs.length - 3} more` : '';
  throw new HooksError({
    code: 'restore-not-verified',
    kind: 'failed',
    message: `the tree on disk was not the expected one afterwards (${differs.slice(0, 3).join(', ')}${more})`,
    hint: 'Something else writes there or changes what is written. Stop it and restore again.',
  });
}

async function followStaging(
  at: OperationPlace,
  git: Plumbing,
  { staging }: MovePlan,
  { seed, head }: { seed: string | undefined; head: HeadMove | undefined },
): Promise<void> {
  if (staging === undefined) return;
  const place = { git, repository: at.repository, index: newIndexOf(at) };
  const mark = async (): Promise<void> => {
    await requireHead(at.repository, head);
    changeMark(at.directory, 'verified', 'swapping');
  };
  const together = (): Promise<boolean> => moveHead(at.repository, head);
  if (!(await swapStaging(place, staging, seed, mark, together))) throw stagingChanged();
}

function stagingChanged(): HooksError {
  return new HooksError({
    code: 'staging-changed',
    kind: 'conflict',
    message: 'something else was staged in the meantime, or another git holds the lock of the index',
    hint: 'Restore again, or leave what is staged as it is: --keep-index',
  });
}

/** @returns the error to throw: why, and that all is as before. */
function takeBack(at: OperationPlace, moves: MovePlan | undefined, cause: unknown): Error {
  if (hasMark(at.directory, 'swapping')) return unfinished(cause, at.repository);
  // While the disk is still as full as it was.
  const known = refusedBy(cause, at.repository);
  try {
    return takenBack(known, revertRestore(at, moves));
  } catch (error) {
    return new HooksError({
      code: 'restore-stuck',
      kind: 'failed',
      message: `The restore failed (${messageOf(cause)}) and could not be taken back yet: ${messageOf(error)}`,
      hint: 'Remove the cause; the next command of claude-hooks takes it back. What it moved lies in its folder until then.',
      cause: error,
    });
  }
}
