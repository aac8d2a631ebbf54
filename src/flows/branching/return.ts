import { findCheckpoint } from '../../checkpoints/list.ts';
import { openPlumbing } from '../../checkpoints/plumbing.ts';
import { captureNow, madeSince } from '../../checkpoints/restore/clean-start.ts';
import { type HeadState, readHeadState } from '../../checkpoints/restore/head.ts';
import { restoreTree } from '../../checkpoints/restore/restore.ts';
import type { RestorePlan, RestoreTarget } from '../../checkpoints/restore/types.ts';
import { readCommit } from '../../checkpoints/restore/undo.ts';
import type { CheckpointSummary } from '../../checkpoints/types.ts';
import { shortBranch } from '../../checkpoints/wip-branch.ts';
import { git } from '../../platform/git.ts';
import { locateRepository, type Repository } from '../../store/paths.ts';
import { worktreeRoots } from '../../store/worktrees.ts';
import { captureRulesOf, saveOnRequest } from '../checkpoint.ts';
import { restorePlaceOf } from '../restore.ts';
import { lastConversation } from '../sessions/act.ts';
import type { Workplace } from '../workplace.ts';
import { type Child, chainOf, childHere, readChildren, sessionNow } from './children.ts';
import { type Landing, landing } from './landing.ts';
import { type LinkedData, runLinked } from './linked.ts';
import { type LinkedFate, linkedFate } from './linked-fate.ts';
import { withBranching } from './lock.ts';
import {
  refusal,
  refuseDirtySubmodules,
  refuseLeft,
  refuseNotHeld,
  refuseOtherClients,
  refuseUnfitTree,
} from './refuse.ts';
import { type ChildWork, returnEffects } from './return-effects.ts';

export interface ReturnRequest {
  /** The child is given up: what is not committed is only kept as automatic checkpoints are. */
  discard: boolean;
  dryRun: boolean;
}

export interface ReturnResult {
  done: boolean;
  child: string;
  parent: string;
  task: string;
  discarded: boolean;
  /** The child's branch, where HEAD was on one, and where it was. */
  branch: string | undefined;
  head: string;
  /** The checkpoint of what the child had not committed, or of all of it. */
  checkpoint: string | undefined;
  commits: string[];
  files: string[];
  /** Where the parent goes on, and with which conversation. */
  root: string;
  conversation: string | undefined;
  /** The parent's branch; undefined where HEAD is detached now. */
  parentBranch: string | undefined;
  /** The linked working tree, and whether it was kept. */
  linked: string | undefined;
  linkedKept: boolean;
  operation: string | undefined;
  plan: RestorePlan | undefined;
  /** What the parent is told. */
  note: string | undefined;
  notes: string[];
}

interface Facts {
  child: Child;
  now: HeadState;
  parent: CheckpointSummary;
  landing: Landing;
  fate: LinkedFate | undefined;
}

const BUDGET_MS = 60_000;
const MOST_COMMITS = 200;

/**
 * Ends the child whose work this working tree holds and goes back to the session it branched off: files, staging and HEAD
 * are as they were then, verified by hash. What the child committed stays on its branch; what it did not is kept as a
 * checkpoint. No branch is moved: where the parent's has moved meanwhile, HEAD is detached at the commit of then, and it is
 * said how to go on. All of it or nothing; killed at any point, the next command completes it or takes it back.
 * @throws HooksError (conflict) where something could be lost, with the cure; nothing is changed then.
 */
export async function returnSession(place: Workplace, request: ReturnRequest): Promise<ReturnResult> {
  const facts = await look(place);
  if (request.dryRun) {
    if (facts.child.branching.linked !== undefined) return resultOf(place, request, facts, {});
    const result = await restoreTree(restorePlaceOf(place, undefined), targetOf(request, facts), {
      ...OPTIONS,
      dryRun: true,
    });
    return resultOf(place, request, facts, { plan: result.plan });
  }
  return withBranching(place.state, async () => {
    const again = await look(place);
    return again.child.branching.linked === undefined
      ? back(place, request, again)
      : fromLinked(place, request, again);
  });
}

const OPTIONS = { only: [], keepIndex: false, dryRun: false, mode: 'exact' } as const;

async function look(place: Workplace): Promise<Facts> {
  const { repository, state } = place;
  const child = childHere(state, repository);
  if (child === undefined) throw nothingHere(place);
  await refuseUnfitTree(repository);
  refuseOtherClients(state, repository, chainOf(state, child.session));
  await refuseDirtySubmodules(repository, false);
  const now = await readHeadState(repository);
  if (now === undefined) throw refusal('HEAD leads to no commit.', 'Look at: git status');
  const parent = await parentCheckpoint(place, child);
  const parentRepository = parentPlace(repository, child);
  return {
    child,
    now,
    parent,
    landing: await landing(parentRepository, repository, child.branching),
    fate:
      child.branching.linked === undefined
        ? undefined
        : await linkedFate(state, { parent: parentRepository, linked: repository, head: now }),
  };
}

/** The parent's working tree: this one, or the one the linked one was made beside. */
function parentPlace(repository: Repository, { branching }: Child): Repository {
  if (branching.linked === undefined) return repository;
  const root = worktreeRoots(repository).get(branching.parentWorktree);
  if (root === undefined)
    throw refusal(
      `The working tree of the session to return to is gone (${branching.parentRoot}).`,
      'Commit here; the branch stays. Then go on in another working tree: git worktree list',
    );
  return locateRepository(root);
}

async function parentCheckpoint(
  { repository }: Workplace,
  { branching: { checkpoint } }: Child,
): Promise<CheckpointSummary> {
  const found = await readCommit(
    openPlumbing(repository, { budgetMs: BUDGET_MS, withoutLfs: false }),
    checkpoint.commit,
  );
  if (found !== undefined) return found;
  throw refusal(
    `What this session had interrupted is kept in the checkpoint ${checkpoint.id}, which is gone.`,
    'See what there is: claude-hooks checkpoint list',
    'checkpoint-gone',
  );
}

function nothingHere({ state, repository }: Workplace): Error {
  const linked = readChildren(state).flatMap(({ branching }) =>
    branching.state === 'open' && branching.linked !== undefined ? [branching.linked] : [],
  );
  return refusal(
    `No session was branched off in ${repository.root} that could return.`,
    linked.length === 0
      ? 'See which there are: claude-hooks session tree'
      : `Return where it works: ${linked.join(', ')}`,
    'nothing-to-return',
  );
}

function targetOf({ discard }: ReturnRequest, { parent, landing: { to }, now, child }: Facts): RestoreTarget {
  const { tree, indexTree } = parent;
  const { branch, head } = child.branching;
  if (indexTree === undefined)
    throw refusal(
      'The checkpoint to return to holds no staging.',
      'Restore it by hand: claude-hooks checkpoint restore',
    );
  const name = to.ref === undefined ? to.commit.slice(0, 12) : shortBranch(to.ref);
  return {
    tree,
    indexTree,
    title: `Return from "${branch}"`,
    kind: 'return',
    checkpoint: parent,
    head: {
      from: now,
      to,
      // A branch on which nothing was committed goes with what is given up.
      ...(discard && now.ref === `refs/heads/${branch}` && now.commit === head ? { drop: true } : {}),
      reflog: `claude-hooks session return: moving to ${name}`,
    },
    accept: (plan) => refuseLeft(plan, ['submodule']),
  };
}

async function back(place: Workplace, request: ReturnRequest, facts: Facts): Promise<ReturnResult> {
  const { repository, state } = place;
  const { capture, git: plumbing } = await captureNow({
    repository,
    state,
    ...captureRulesOf(place.resolved.config),
    now: place.now(),
  });
  if (!request.discard) refuseNotHeld(capture);
  const { tree, indexTree } = capture;
  if (indexTree === undefined) throw refusal('Paths are unmerged.', 'Resolve them first: git status');
  const saved = request.discard ? undefined : await save(place, facts);
  const work = await workOf(repository, facts, tree);
  const isClean = tree === capture.headTree && indexTree === capture.headTree;
  const told = returnEffects(place, request, {
    ...facts,
    ...work,
    checkpoint: isClean ? undefined : saved?.id,
    notes: facts.landing.notes,
  });
  const result = await restoreTree(
    restorePlaceOf(place, undefined),
    {
      ...targetOf(request, facts),
      from: { tree, indexTree },
      made: await madeSince({ git: plumbing, repository, state }, capture, facts.parent.tree),
      effects: told.effects,
    },
    OPTIONS,
  );
  if (!result.restored) throw new Error('a return that was asked for was not made');
  const checkpoint = isClean ? undefined : result.safety.id;
  return resultOf(place, request, facts, {
    done: true,
    ...work,
    operation: result.operation,
    plan: result.plan,
    note: told.note,
    ...(checkpoint === undefined ? {} : { checkpoint }),
  });
}

async function fromLinked(place: Workplace, request: ReturnRequest, facts: Facts): Promise<ReturnResult> {
  const { repository, state } = place;
  const { child, fate, now } = facts;
  const { linked, branch } = child.branching;
  if (fate === undefined || linked === undefined) throw new Error('it has no working tree of its own');
  const { capture } = await captureNow({
    repository,
    state,
    ...captureRulesOf(place.resolved.config),
    now: place.now(),
  });
  // It stays where it is, so that nothing is lost that no checkpoint holds.
  const isClean = capture.tree === capture.headTree && capture.indexTree === capture.headTree;
  const saved = isClean ? undefined : await save(place, facts);
  const work = await workOf(repository, facts, capture.tree);
  const isEmpty = now.commit === child.branching.head;
  const data: Omit<LinkedData, 'effects'> = {
    how: 'linked',
    act: fate.keep === undefined ? 'remove' : 'keep',
    path: repository.root,
    name: child.branching.worktree,
    branch: now.ref ?? `refs/heads/${branch}`,
    head: now.commit,
    withBranch: request.discard && isEmpty && fate.keep === undefined,
  };
  const told = returnEffects(place, request, {
    ...facts,
    ...work,
    checkpoint: saved?.id,
    notes: fate.notes,
  });
  const operation = await runLinked(
    { repository: fate.parent, state, now: place.now() },
    {
      kind: 'return',
      title: `Return from "${branch}" in ${repository.root}`,
      data: { ...data, how: 'linked', effects: told.effects } as LinkedData,
    },
  );
  return resultOf(place, request, facts, {
    done: true,
    ...work,
    operation: operation.id,
    note: told.note,
    ...(saved === undefined ? {} : { checkpoint: saved.id }),
  });
}

/** The child's files as they are, under a name, so that they are never pruned. */
async function save(place: Workplace, { child }: Facts): Promise<CheckpointSummary> {
  const last = lastConversation(sessionNow(place.state, child.session));
  const result = await saveOnRequest(place, {
    name: `Return from ${child.branching.branch}`,
    note: `What the session ${child.session} had at its return`,
    ...(last === undefined ? {} : { session: last.id, transcript: last.transcript }),
  });
  if (!result.saved && result.cause === 'refused')
    throw refusal(`What is here could not be saved: ${result.reason}`, result.hint);
  return findCheckpoint(place.repository, result.checkpoint.id);
}

/** What the child did to the repository since it began. */
async function workOf(repository: Repository, { child, now }: Facts, tree: string): Promise<ChildWork> {
  const cwd = repository.root;
  const { head } = child.branching;
  const [log, diff] = await Promise.all([
    git(['log', '--format=%h %s', `--max-count=${MOST_COMMITS}`, `${head}..${now.commit}`, '--'], {
      cwd,
      timeoutMs: 30_000,
    }),
    git(['diff-tree', '-r', '-z', '--name-only', '--no-renames', head, tree], { cwd, timeoutMs: 60_000 }),
  ]);
  return {
    commits: log.stdout.split('\n').filter((line) => line !== ''),
    files: diff.stdout.split('\0').filter((name) => name !== ''),
  };
}

function resultOf(
  place: Workplace,
  { discard }: ReturnRequest,
  { child, now, landing: to, fate }: Facts,
  more: Partial<ReturnResult>,
): ReturnResult {
  const { branching } = child;
  return {
    done: false,
    child: child.session,
    parent: branching.parent,
    task: branching.task,
    discarded: discard,
    branch: now.ref === undefined ? undefined : shortBranch(now.ref),
    head: now.commit,
    checkpoint: undefined,
    commits: [],
    files: [],
    root: fate?.parent.root ?? place.repository.root,
    conversation: lastConversation(sessionNow(place.state, branching.parent))?.id ?? branching.conversation,
    parentBranch: fate === undefined && to.to.ref === undefined ? undefined : branching.parentBranch,
    linked: branching.linked === undefined ? undefined : place.repository.root,
    linkedKept: fate?.keep !== undefined,
    operation: undefined,
    plan: undefined,
    note: undefined,
    notes: fate === undefined ? to.notes : fate.notes,
    ...more,
  };
}
