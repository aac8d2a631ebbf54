import { shellWord } from '../../checkpoints/markdown.ts';
import { openPlumbing } from '../../checkpoints/plumbing.ts';
import { type HeadState, readHeadState } from '../../checkpoints/restore/head.ts';
import { readCommit } from '../../checkpoints/restore/undo.ts';
import type { CheckpointSummary } from '../../checkpoints/types.ts';
import { exists, realPath } from '../../platform/fs.ts';
import { git } from '../../platform/git.ts';
import { visible } from '../../platform/terminal.ts';
import { locateRepository, type Repository, worktreeName } from '../../store/paths.ts';
import { worktreeRoots } from '../../store/worktrees.ts';
import type { Workplace } from '../workplace.ts';
import { type Child, chainOf, childHere, readChildren } from './children.ts';
import { type Landing, landing } from './landing.ts';
import { type LinkedFate, linkedFate } from './linked-fate.ts';
import { refusal, refuseDirtySubmodules, refuseOtherClients, refuseUnfitTree } from './refuse.ts';

/** What a return begins with. */
export interface ReturnFacts {
  child: Child;
  now: HeadState;
  parent: CheckpointSummary;
  landing: Landing;
  fate: LinkedFate | undefined;
}

const BUDGET_MS = 60_000;

/** @throws HooksError (conflict) where nothing here could return, or something could be lost, with the cure. */
export async function lookForReturn(place: Workplace): Promise<ReturnFacts> {
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
  const headTree = await git(['rev-parse', '--verify', `${child.branching.head}^{tree}`], {
    cwd: repository.root,
  });
  const isClean = [parent.tree, parent.indexTree].every((tree) => tree === headTree.stdout.trim());
  return {
    child,
    now,
    parent,
    landing: await landing(parentRepository, repository, child.branching, isClean),
    fate:
      child.branching.linked === undefined
        ? undefined
        : await linkedFate(state, { parent: parentRepository, linked: repository, head: now }),
  };
}

/** The parent's working tree: this one, or the one the linked one was made beside. */
function parentPlace(repository: Repository, { branching }: Child): Repository {
  if (branching.linked === undefined) return repository;
  const { parentWorktree, parentRoot } = branching;
  // Of some repositories only those who work in them know where the main tree is: submodules, --separate-git-dir.
  const root =
    worktreeRoots(repository).get(parentWorktree) ??
    (isTreeOf(repository, parentRoot, parentWorktree) ? parentRoot : undefined);
  if (root === undefined)
    throw refusal(
      `The working tree of the session to return to is gone (${branching.parentRoot}).`,
      'Commit here; the branch stays. Then go on in another working tree: git worktree list',
    );
  return locateRepository(root);
}

function isTreeOf({ commonDir }: Repository, root: string, name: string): boolean {
  const there = locateRepository(root);
  return (
    commonDir !== undefined &&
    there.commonDir !== undefined &&
    there.root === root &&
    worktreeName(there) === name &&
    realPath(there.commonDir) === realPath(commonDir)
  );
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
  const linked = readChildren(state).flatMap(({ branching: { state: at, linked: folder, branch } }) =>
    at === 'open' && folder !== undefined ? [{ folder, branch }] : [],
  );
  const there = linked.filter(({ folder }) => exists(folder)).map(({ folder }) => folder);
  const [gone] = linked.filter(({ folder }) => !exists(folder));
  const hint =
    there.length > 0
      ? `Return where it works: ${there.join(', ')}`
      : gone === undefined
        ? 'See which there are: claude-hooks session tree'
        : `The working tree of one is gone; make it again and return there: git worktree add -f ${shellWord(gone.folder)} ${shellWord(gone.branch)}`;
  return refusal(
    `No session was branched off in ${visible(repository.root)} that could return.`,
    visible(hint),
    'nothing-to-return',
  );
}
