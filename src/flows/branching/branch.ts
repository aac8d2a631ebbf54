import * as path from 'node:path';
import { findCheckpoint } from '../../checkpoints/list.ts';
import { captureNow, planCleanStart } from '../../checkpoints/restore/clean-start.ts';
import { type HeadMove, readHeadState } from '../../checkpoints/restore/head.ts';
import { lookAtParked, type Parked } from '../../checkpoints/restore/parked.ts';
import { restoreTree } from '../../checkpoints/restore/restore.ts';
import type { RestoreOptions, RestorePlan, RestoreTarget } from '../../checkpoints/restore/types.ts';
import type { CheckpointSummary } from '../../checkpoints/types.ts';
import { HooksError } from '../../errors.ts';
import { exists } from '../../platform/fs.ts';
import type { Session } from '../../sessions/session.ts';
import { slugOf } from '../../store/names.ts';
import { locateRepository, type Repository, worktreeName } from '../../store/paths.ts';
import { requireSound } from '../../store/session-effects.ts';
import { worktreeRoots } from '../../store/worktrees.ts';
import { captureRulesOf } from '../checkpoint.ts';
import { restorePlaceOf } from '../restore.ts';
import { lastConversation } from '../sessions/act.ts';
import { saveSnapshot } from '../snapshot.ts';
import type { Workplace } from '../workplace.ts';
import { branchEffects } from './branch-effects.ts';
import { checkBranchName } from './branch-name.ts';
import { chainOf, childHere, liveHere, workHere, workHereOrNew } from './children.ts';
import { isFreeWorktreeName, type LinkedData, runLinked } from './linked.ts';
import { withBranching } from './lock.ts';
import {
  refusal,
  refuseConverted,
  refuseDirtySubmodules,
  refuseLeft,
  refuseNotHeld,
  refuseOtherClients,
  refuseUnfitTree,
} from './refuse.ts';
import { lineOf } from './words.ts';

export interface BranchRequest {
  /** Of the child and of its git branch. */
  name: string;
  /** What it is for, in a person's words. */
  task: string;
  /** A linked working tree beside the repository; this one is not touched. */
  worktree: boolean;
  dryRun: boolean;
  /** The conversation it is asked from. */
  conversation?: string;
  /** The session that is interrupted; that of this working tree unless told. */
  session?: string;
}

export interface BranchResult {
  done: boolean;
  /** Ids of the sessions; undefined in a dry run where they are not made yet. */
  child: string | undefined;
  parent: string | undefined;
  depth: number;
  branch: string;
  head: string;
  /** The working tree the child works in. */
  root: string;
  linked: boolean;
  checkpoint: CheckpointSummary | undefined;
  snapshot: string | undefined;
  operation: string | undefined;
  /** What goes out of the working tree and into the checkpoint; undefined where it stays. */
  plan: RestorePlan | undefined;
  /** Sentences for a person. */
  notes: string[];
}

/** What git takes as a working tree's name without changing it. */
const PLAIN_NAME = /^[A-Za-z0-9](?:[A-Za-z0-9_-]|\.(?!\.|lock$|$)){0,80}$/;

interface Facts {
  head: string;
  parent: Session | undefined;
  depth: number;
}

/**
 * Interrupts the session of this working tree for an urgent task: its files, staging, todos and the place in its
 * conversation are saved as a checkpoint and a snapshot, and a child is begun on a git branch of its own from HEAD, either
 * here, where the tree is then clean, or in a linked working tree. All of it or nothing; killed at any point, the next
 * command completes it or takes it back.
 * @throws HooksError (conflict) where something could be lost or nobody could come back, with the cure; nothing is changed.
 */
export async function branchSession(place: Workplace, request: BranchRequest): Promise<BranchResult> {
  const facts = await look(place, request);
  if (request.dryRun) return describe(place, request, facts);
  return withBranching(place.state, async () => {
    const parent = await workHereOrNew(place, asked(request));
    const { head } = await look(place, request);
    const depth = (childHere(place.state, place.repository)?.branching.depth ?? 0) + 1;
    return request.worktree
      ? beside(place, request, { head, parent, depth })
      : here(place, request, { head, parent, depth });
  });
}

function asked({ session, conversation }: BranchRequest): { named?: string; conversation?: string } {
  return {
    ...(session === undefined ? {} : { named: session }),
    ...(conversation === undefined ? {} : { conversation }),
  };
}

async function look(place: Workplace, request: BranchRequest): Promise<Facts> {
  const { repository, state } = place;
  if (lineOf(request.task) === '')
    throw new HooksError({
      code: 'branch-task',
      kind: 'usage',
      message: 'It was not said what the branch is for.',
      hint: 'Say it: --task "fix the login"',
    });
  const { head } = await refuseUnfitTree(repository);
  await checkBranchName(repository, request.name);
  const parent = await workHere(place, asked(request));
  const child = childHere(state, repository);
  if (!request.worktree) {
    if (child !== undefined && parent !== undefined && parent.id !== child.session)
      throw refusal(
        `This working tree holds the work of ${child.session}, not of ${parent.id}.`,
        'Go back first: claude-hooks session return; or work in a worktree of its own: --worktree',
      );
    // Those that were interrupted by what lies here may be open.
    refuseOtherClients(state, repository, parent === undefined ? [] : chainOf(state, parent.id));
    await refuseDirtySubmodules(repository, true);
  }
  return { head, parent, depth: (child?.branching.depth ?? 0) + 1 };
}

async function describe(place: Workplace, request: BranchRequest, facts: Facts): Promise<BranchResult> {
  const common = {
    ...resultOf(request, facts),
    done: false,
    child: undefined,
    checkpoint: undefined,
    snapshot: undefined,
    operation: undefined,
  };
  if (request.worktree)
    return { ...common, root: linkedPlace(place, request).folder, plan: undefined, notes: [] };
  const { target } = await planHere(place, request, facts);
  const result = await restoreTree(restorePlaceOf(place, undefined), target, options(true));
  return { ...common, root: place.repository.root, plan: result.plan, notes: [] };
}

function resultOf(
  { name, worktree }: BranchRequest,
  { head, depth, parent }: Facts,
): Pick<BranchResult, 'branch' | 'head' | 'linked' | 'depth' | 'parent'> {
  return { branch: name, head, linked: worktree, depth, parent: parent?.id };
}

function options(dryRun: boolean): RestoreOptions {
  return { only: [], keepIndex: false, dryRun, mode: 'exact' };
}

async function planHere(
  place: Workplace,
  { name }: BranchRequest,
  { head }: Facts,
): Promise<{ target: RestoreTarget; from: HeadMove['from']; modes: Parked['modes'] }> {
  const { repository, state } = place;
  const from = await readHeadState(repository);
  if (from?.commit !== head) throw refusal('HEAD was moved at the same moment.', 'Try again.');
  const { capture, git } = await captureNow({
    repository,
    state,
    ...captureRulesOf(place.resolved.config),
    now: place.now(),
  });
  refuseNotHeld(capture);
  const parked = await lookAtParked(place, git, capture);
  refuseConverted(parked);
  const start = await planCleanStart(git, state, capture);
  const reflog = `claude-hooks session branch: moving to ${name}`;
  const to = { ref: `refs/heads/${name}`, commit: head };
  return {
    from,
    modes: parked.modes,
    target: {
      ...start,
      title: `Branch "${name}"`,
      kind: 'branch',
      head: { from, to, create: true, reflog },
      accept: (plan) => refuseLeft(plan),
    },
  };
}

async function here(
  place: Workplace,
  request: BranchRequest,
  facts: Facts & { parent: Session },
): Promise<BranchResult> {
  const { repository } = place;
  const { target, modes } = await planHere(place, request, facts);
  const saved = await save(place, request, facts.parent);
  const { tree, indexTree } = saved.checkpoint;
  if (indexTree === undefined) throw refusal('Paths are unmerged.', 'Resolve them first: git status');
  const worktree = worktreeName(repository);
  const { child, effects } = branchEffects(place, request, facts, saved.checkpoint, { worktree, modes });
  requireSound(effects);
  const result = await restoreTree(
    restorePlaceOf(place, saved.conversation),
    { ...target, from: { tree, indexTree }, effects },
    { ...options(false), ...(saved.conversation === undefined ? {} : { session: saved.conversation }) },
  );
  if (!result.restored) throw new Error('a branch that was asked for was not begun');
  return {
    ...resultOf(request, facts),
    done: true,
    child,
    checkpoint: saved.checkpoint,
    snapshot: saved.snapshot,
    operation: result.operation,
    root: repository.root,
    plan: result.plan,
    notes: openClientNotes(place, facts.parent),
  };
}

async function beside(
  place: Workplace,
  request: BranchRequest,
  facts: Facts & { parent: Session },
): Promise<BranchResult> {
  const { repository, state } = place;
  const { folder, name } = linkedPlace(place, request);
  const saved = await save(place, request, facts.parent);
  const { child, effects } = branchEffects(place, request, facts, saved.checkpoint, {
    worktree: name,
    linked: folder,
  });
  requireSound(effects);
  const data: LinkedData = {
    how: 'linked',
    act: 'add',
    path: folder,
    name,
    branch: `refs/heads/${request.name}`,
    head: facts.head,
    withBranch: true,
    effects,
  };
  const operation = await runLinked(
    { repository, state, now: place.now() },
    {
      kind: 'branch',
      title: `Branch "${request.name}" in ${folder}`,
      data,
      ...(saved.conversation === undefined ? {} : { session: saved.conversation }),
    },
  );
  return {
    ...resultOf(request, facts),
    done: true,
    child,
    checkpoint: saved.checkpoint,
    snapshot: saved.snapshot,
    operation: operation.id,
    root: folder,
    plan: undefined,
    notes: [],
  };
}

/**
 * A folder beside the repository that the disk does not know yet, and a name git has for no other working tree: the folder's, where
 * git would take that as it is.
 */
function linkedPlace({ repository }: Workplace, { name }: BranchRequest): { folder: string; name: string } {
  const wanted = `${besideWhat(repository)}-${slugOf(name, 'session')}`;
  for (const folder of [wanted, ...[2, 3, 4, 5, 6, 7, 8, 9].map((number) => `${wanted}-${number}`)]) {
    const own = path.basename(folder);
    const called = PLAIN_NAME.test(own) ? own : slugOf(own, 'worktree');
    if (!exists(folder) && isFreeWorktreeName(repository, called)) return { folder, name: called };
  }
  throw refusal(`${wanted} and the names behind it are taken.`, 'Give the branch another name.');
}

/** A linked working tree of a submodule would lie in the repository around it. */
function besideWhat(repository: Repository): string {
  const main = worktreeRoots(repository).get('main') ?? repository.root;
  const around = locateRepository(path.dirname(main));
  const { commonDir } = repository;
  const modules =
    around.commonDir === undefined ? undefined : path.join(around.commonDir, 'modules', path.sep);
  const isSubmodule = modules !== undefined && commonDir?.startsWith(modules) === true;
  return isSubmodule ? `${around.root}-${path.basename(main)}` : main;
}

interface Saved {
  checkpoint: CheckpointSummary;
  snapshot: string;
  conversation: string | undefined;
}

/** What the session is doing, with its files: kept under a name, so that it is never pruned. */
async function save(place: Workplace, { name, task }: BranchRequest, parent: Session): Promise<Saved> {
  const last = lastConversation(parent);
  const snapshot = await saveSnapshot(
    place,
    {
      name: `Before branch ${name}`,
      note: `Interrupted for: ${lineOf(task)}`,
      state: parent.variables,
      ...(last === undefined ? {} : { session: last.id }),
    },
    last?.transcript,
  );
  return {
    checkpoint: await findCheckpoint(place.repository, snapshot.checkpoint),
    snapshot: snapshot.id,
    conversation: last?.id,
  };
}

/** A client that is still open would write the parent's work into the child's tree. */
function openClientNotes({ state, repository }: Workplace, parent: Session): string[] {
  const open = liveHere(state, repository);
  if (open.length === 0) return [];
  return [
    `Claude Code still has "${lineOf(parent.name)}" open here. End it before you start the new one: what it writes now lands on the new branch.`,
  ];
}
