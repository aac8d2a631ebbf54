import { findCheckpoint } from '../../checkpoints/list.ts';
import { captureNow, madeSince } from '../../checkpoints/restore/clean-start.ts';
import { lookAtParked } from '../../checkpoints/restore/parked.ts';
import { restoreTree } from '../../checkpoints/restore/restore.ts';
import type { RestorePlan, RestoreTarget } from '../../checkpoints/restore/types.ts';
import type { CheckpointSummary } from '../../checkpoints/types.ts';
import { shortBranch } from '../../checkpoints/wip-branch.ts';
import { captureRulesOf, saveOnRequest } from '../checkpoint.ts';
import { restorePlaceOf } from '../restore.ts';
import { lastConversation } from '../sessions/act.ts';
import type { Workplace } from '../workplace.ts';
import { liveHere, pieceOf, sessionNow } from './children.ts';
import { type LinkedData, runLinked } from './linked.ts';
import { withBranching } from './lock.ts';
import { refusal, refuseConverted, refuseLeft, refuseNotHeld } from './refuse.ts';
import { returnEffects } from './return-effects.ts';
import { lookForReturn, type ReturnFacts } from './return-facts.ts';
import { workOf } from './return-work.ts';
import { lineOf } from './words.ts';

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
  /** Whether that branch went with a child that was given up and had committed nothing. */
  branchGone: boolean;
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

/**
 * Ends the child whose work this working tree holds and goes back to the session it branched off: files, staging and HEAD
 * are as they were then, verified by hash. What the child committed stays on its branch; what it did not is kept as a
 * checkpoint. No branch is moved: where the parent's has moved meanwhile, HEAD is detached at the commit of then, and it is
 * said how to go on. All of it or nothing; killed at any point, the next command completes it or takes it back.
 * @throws HooksError (conflict) where something could be lost, with the cure; nothing is changed then.
 */
export async function returnSession(place: Workplace, request: ReturnRequest): Promise<ReturnResult> {
  const facts = await lookForReturn(place);
  if (request.dryRun) {
    if (facts.child.branching.linked !== undefined) return resultOf(place, request, facts, {});
    const result = await restoreTree(restorePlaceOf(place, undefined), targetOf(request, facts), {
      ...OPTIONS,
      dryRun: true,
    });
    return resultOf(place, request, facts, { plan: result.plan });
  }
  return withBranching(place.state, async () => {
    const again = await lookForReturn(place);
    return again.child.branching.linked === undefined
      ? back(place, request, again)
      : fromLinked(place, request, again);
  });
}

const OPTIONS = { only: [], keepIndex: false, dryRun: false, mode: 'exact' } as const;

function targetOf(
  { discard }: ReturnRequest,
  { parent, landing: { to }, now, child }: ReturnFacts,
): RestoreTarget {
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
    modes: child.branching.modes,
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

async function back(place: Workplace, request: ReturnRequest, facts: ReturnFacts): Promise<ReturnResult> {
  const { repository, state } = place;
  const { capture, git: plumbing } = await captureNow({
    repository,
    state,
    ...captureRulesOf(place.resolved.config),
    now: place.now(),
  });
  if (!request.discard) {
    refuseNotHeld(capture);
    refuseConverted(await lookAtParked(place, plumbing, capture));
  }
  const { tree, indexTree } = capture;
  if (indexTree === undefined) throw refusal('Paths are unmerged.', 'Resolve them first: git status');
  const saved = request.discard ? undefined : await save(place, facts);
  const { isClean, ...work } = await workOf(repository, facts, capture);
  const target = targetOf(request, facts);
  const { now, landing } = facts;
  const onNoBranch =
    now.ref === undefined && work.commits.length > 0
      ? [`What it committed is on no branch. To have it on one: git branch NAME ${now.commit.slice(0, 12)}`]
      : [];
  const notes = [...landing.notes, ...onNoBranch];
  const told = returnEffects(place, request, {
    ...facts,
    ...work,
    checkpoint: isClean ? undefined : saved?.id,
    notes,
  });
  // Its client would go on writing, into the parent's files.
  const openClients = liveHere(state, repository)
    .filter(({ session }) => pieceOf(state, session) === facts.child.session)
    .map(
      ({ pid }) =>
        `Claude Code still has "${lineOf(sessionNow(state, facts.child.session).name)}" open here (process ${pid}). End it: what it writes now lands among the files of the session you went back to.`,
    );
  const result = await restoreTree(
    restorePlaceOf(place, undefined),
    {
      ...target,
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
    branchGone: target.head?.drop === true,
    notes: [...notes, ...openClients],
    ...(checkpoint === undefined ? {} : { checkpoint }),
  });
}

async function fromLinked(
  place: Workplace,
  request: ReturnRequest,
  facts: ReturnFacts,
): Promise<ReturnResult> {
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
  const { isClean: _isCommitted, ...work } = await workOf(repository, facts, capture);
  const isEmpty = now.commit === child.branching.head;
  const withBranch = request.discard && isEmpty && fate.keep === undefined;
  const data: Omit<LinkedData, 'effects'> = {
    how: 'linked',
    act: fate.keep === undefined ? 'remove' : 'keep',
    path: repository.root,
    name: child.branching.worktree,
    branch: now.ref ?? `refs/heads/${branch}`,
    head: now.commit,
    withBranch,
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
    branchGone: withBranch,
    ...(saved === undefined ? {} : { checkpoint: saved.id }),
  });
}

/** The child's files as they are, under a name, so that they are never pruned. */
async function save(place: Workplace, { child }: ReturnFacts): Promise<CheckpointSummary> {
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

function resultOf(
  place: Workplace,
  { discard }: ReturnRequest,
  { child, now, landing: to, fate }: ReturnFacts,
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
    branchGone: false,
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
