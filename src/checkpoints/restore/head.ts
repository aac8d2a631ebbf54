import { HooksError } from '../../errors.ts';
import { git } from '../../platform/git.ts';
import { visible } from '../../platform/terminal.ts';
import type { Repository } from '../../store/paths.ts';
import { EXACT_ENV, readBranch, readTip, shortBranch } from '../wip-branch.ts';

/** What HEAD is: a branch by its full name, or a commit alone where it is detached. */
export interface HeadState {
  ref?: string;
  commit: string;
}

/** HEAD that goes from one branch to another; no branch itself is moved. */
export interface HeadMove {
  from: HeadState;
  to: HeadState;
  /** The branch it goes to is made, at that commit. */
  create?: boolean;
  /** The branch it comes from is removed, where it still is at that commit. */
  drop?: boolean;
  /** Line of HEAD's reflog. */
  reflog: string;
}

const TIME_LIMIT_MS = 30_000;
const OID = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;
const BRANCH = /^refs\/heads\/[^\s~^:?*[\\]+$/;

/** Undefined on a branch without a commit. */
export async function readHeadState(repository: Repository): Promise<HeadState | undefined> {
  const ref = await readBranch(repository);
  const commit = await readTip(repository, ref ?? 'HEAD');
  return commit === undefined ? undefined : { ...(ref === undefined ? {} : { ref }), commit };
}

export function isSameHead(one: HeadState | undefined, other: HeadState): boolean {
  return one?.ref === other.ref && one?.commit === other.commit;
}

/** The move of an operation's entry. @throws HooksError where it is damaged. */
export function readHeadMove(value: unknown): HeadMove | undefined {
  if (value === undefined) return undefined;
  const move = value as Partial<HeadMove>;
  const isState = (state: HeadState | undefined): boolean =>
    OID.test(state?.commit ?? '') && (state?.ref === undefined || BRANCH.test(state.ref));
  if (isState(move.from) && isState(move.to)) return move as HeadMove;
  throw new HooksError({
    code: 'operation-damaged',
    kind: 'failed',
    message: 'The entry does not tell where HEAD was',
    hint: 'The commits are in the reflog: git reflog',
  });
}

/** Makes the branch HEAD is to go to. @throws HooksError where there is one of that name by now. */
export async function makeBranch(repository: Repository, { to, create, reflog }: HeadMove): Promise<void> {
  if (create !== true || to.ref === undefined) return;
  const zero = '0'.repeat(to.commit.length);
  const args = ['update-ref', '--create-reflog', '-m', reflog, to.ref, to.commit, zero];
  const result = await git(args, { cwd: repository.root, env: EXACT_ENV, timeoutMs: TIME_LIMIT_MS });
  if (result.code === 0) return;
  throw new HooksError({
    code: 'branch-not-made',
    kind: 'conflict',
    message: `The branch ${visible(shortBranch(to.ref))} could not be made: ${lastWords(result.stderr)}`,
    hint: 'Look at git branch --list and try again; nothing was changed.',
  });
}

/** Removes the branch that was made for a move that is taken back, where nobody has moved it. */
export async function unmakeBranch(repository: Repository, move: HeadMove | undefined): Promise<void> {
  if (move?.create === true) await removeBranch(repository, move.to);
}

/** Removes the branch HEAD has left, where the move says so and nobody has moved it. */
export async function dropBranch(repository: Repository, move: HeadMove | undefined): Promise<void> {
  if (move?.drop === true) await removeBranch(repository, move.from);
}

/** A branch at another commit, or that is checked out anywhere, stays. */
async function removeBranch(repository: Repository, { ref, commit }: HeadState): Promise<void> {
  if (ref === undefined || (await readBranch(repository)) === ref) return;
  if ((await checkedOut(repository)).has(ref)) return;
  await git(['update-ref', '-d', ref, commit], { cwd: repository.root, env: EXACT_ENV });
}

/** The branches that are checked out in the working trees of a repository, with the tree's path. */
export async function checkedOut(repository: Repository): Promise<Map<string, string>> {
  const { stdout } = await git(['worktree', 'list', '--porcelain'], { cwd: repository.root });
  const found = new Map<string, string>();
  for (const block of stdout.split('\n\n')) {
    const lines = block.split('\n');
    const value = (key: string): string | undefined =>
      lines.find((line) => line.startsWith(`${key} `))?.slice(key.length + 1);
    const branch = value('branch');
    if (branch !== undefined) found.set(branch, value('worktree') ?? '');
  }
  return found;
}

/** @throws HooksError where HEAD, or the branch it is to go to, is not where the move expects it. */
export async function requireHead(repository: Repository, move: HeadMove | undefined): Promise<void> {
  if (move === undefined) return;
  const { from, to } = move;
  const tip = to.ref === undefined ? to.commit : await readTip(repository, to.ref);
  if (isSameHead(await readHeadState(repository), from) && tip === to.commit) return;
  throw new HooksError({
    code: 'head-moved',
    kind: 'conflict',
    message: 'something was committed or another branch was checked out in the meantime',
    hint: 'Look at git log and git status, and try again.',
  });
}

/**
 * Lets HEAD go over, in one step; files, index and branches stay. Repeating it changes nothing.
 * @returns false where HEAD is neither where it was nor where it is to go: then it is somebody else's and stays.
 */
export async function moveHead(repository: Repository, move: HeadMove | undefined): Promise<boolean> {
  if (move === undefined) return true;
  const { from, to, reflog } = move;
  const now = await readHeadState(repository);
  if (isSameHead(now, to)) return true;
  if (!isSameHead(now, from)) return false;
  const args =
    to.ref === undefined
      ? ['update-ref', '--no-deref', '-m', reflog, 'HEAD', to.commit]
      : ['symbolic-ref', '-m', reflog, 'HEAD', to.ref];
  const result = await git(args, { cwd: repository.root, env: EXACT_ENV, timeoutMs: TIME_LIMIT_MS });
  if (result.code === 0 || isSameHead(await readHeadState(repository), to)) return true;
  throw new HooksError({
    code: 'git-failed',
    kind: 'failed',
    message: `HEAD could not be moved: ${lastWords(result.stderr)}`,
    hint: 'Remove the cause; the next command of claude-hooks goes on.',
  });
}

function lastWords(stderr: string): string {
  return visible(stderr.trim().split('\n').at(-1) ?? '');
}
