import { refusalFor } from '../../checkpoints/refusal.ts';
import type { Parked } from '../../checkpoints/restore/parked.ts';
import type { LeftPath, RestorePlan } from '../../checkpoints/restore/types.ts';
import { LEFT_WORDS } from '../../checkpoints/restore/words.ts';
import type { Capture } from '../../checkpoints/tree.ts';
import { readBranchFacts } from '../../checkpoints/wip-branch.ts';
import { HooksError } from '../../errors.ts';
import { git } from '../../platform/git.ts';
import { rawText } from '../../platform/raw-files.ts';
import { visible } from '../../platform/terminal.ts';
import type { Repository, StatePaths } from '../../store/paths.ts';
import { liveHere, pieceOf } from './children.ts';

const MOST_NAMED = 10;

export function refusal(message: string, hint: string, code = 'branching-refused'): HooksError {
  return new HooksError({ code, kind: 'conflict', message, hint });
}

/** @throws HooksError where git is in a state in which nobody can leave this working tree and come back. */
export async function refuseUnfitTree(repository: Repository): Promise<{ head: string }> {
  const unfit = refusalFor(repository);
  if (unfit !== undefined) throw refusal(visible(unfit.reason), visible(unfit.hint));
  const bare = await git(['rev-parse', '--is-inside-work-tree'], { cwd: repository.root });
  if (bare.code !== 0 || bare.stdout.trim() !== 'true')
    throw refusal(
      `${visible(repository.root)} has no working tree (${visible(bare.stderr.trim()) || 'it is bare'}).`,
      'Go to a working tree of it: git worktree list',
    );
  const { head, busy } = await readBranchFacts(repository);
  if (busy !== undefined)
    throw refusal(
      `git is in the middle of something here (${busy}), which cannot be left and taken up again.`,
      'Finish it or abort it first: git status says how.',
    );
  if (head === undefined)
    throw refusal('There is no commit yet to start from.', 'Commit something first: git commit');
  const unmerged = await git(['ls-files', '--unmerged', '-z'], { cwd: repository.root });
  const paths = [...new Set(unmerged.stdout.split('\0').flatMap((line) => line.split('\t')[1] ?? []))];
  if (paths.length > 0)
    throw refusal(
      `Paths are unmerged: ${namesOf(paths)}.`,
      'Resolve them first: edit the files, then git add them.',
    );
  return { head };
}

/**
 * @param commits whether a submodule at another commit than the recorded one is in the way as well.
 * @throws HooksError where submodules hold work of their own: no checkpoint holds what lies in them.
 */
export async function refuseDirtySubmodules(repository: Repository, commits: boolean): Promise<void> {
  const { stdout } = await git(
    ['status', '--porcelain=v2', '-z', '--ignore-submodules=none', '--untracked-files=no', '--no-renames'],
    { cwd: repository.root, timeoutMs: 60_000 },
  );
  const dirty = stdout.split('\0').flatMap((line) => {
    const [kind, , sub = '', ...rest] = line.split(' ');
    if (kind !== '1' || !sub.startsWith('S') || !(commits ? /[CMU]/ : /[MU]/).test(sub.slice(1))) return [];
    return [rest.slice(5).join(' ')];
  });
  if (dirty.length === 0) return;
  throw refusal(
    `Submodules hold changes that no checkpoint of this repository holds: ${namesOf(dirty)}.`,
    'Commit or stash them there, and commit here which commit they are at; or work in a worktree of its own: --worktree',
  );
}

/** @throws HooksError where the client of another session is open in this working tree: it would write into the wrong one. */
export function refuseOtherClients(
  state: StatePaths,
  repository: Repository,
  allowed: readonly string[],
): void {
  const others = liveHere(state, repository).filter(
    ({ session }) => !allowed.includes(pieceOf(state, session)) && !allowed.includes(session),
  );
  if (others.length === 0) return;
  const names = others.map(({ session, pid }) => `${pieceOf(state, session)} (process ${pid})`);
  throw refusal(
    `Another session is open in ${visible(repository.root)}: ${names.join(', ')}. Its files would change under it.`,
    'End it first, or work in a worktree of its own: --worktree',
    'session-open',
  );
}

/** @throws HooksError where files could not be held by a checkpoint, with their names. */
export function refuseNotHeld({ leftOut, nested, indexTree }: Capture): void {
  if (indexTree === undefined) throw refusal('Paths are unmerged.', 'Resolve them first: git status');
  const names = [
    ...leftOut.map(({ path, why }) => `${path} (${WORDS[why]})`),
    ...nested.map((one) => `${one} (a repository of its own)`),
  ];
  if (names.length === 0) return;
  throw refusal(
    `A checkpoint would not hold everything here: ${namesOf(names)}.`,
    'Move them away, let git ignore them, or raise checkpoints.maxFileSize; or work in a worktree of its own: --worktree',
    'not-held',
  );
}

/** @throws HooksError where git would give files back with other bytes than they have, with their names. */
export function refuseConverted({ converted }: Parked): void {
  if (converted.length === 0) return;
  throw refusal(
    `Git would give these files back with other bytes, by its line ends, encodings or filters: ${namesOf(converted.map(rawText))}.`,
    'Commit them, bring their line ends in order (git add --renormalize), or work in a worktree of its own: --worktree',
    'converted',
  );
}

const WORDS = {
  size: 'too large',
  unreadable: 'cannot be read',
  'no-commit': 'a repository without a commit',
};
/** What stays by right: git ignores it, claude-hooks wrote it for people, a sparse checkout hides it. */
const MAY_STAY = new Set<LeftPath['why']>(['ignored', 'document', 'sparse']);

/** @throws HooksError where a plan would leave something in the way, with its name. Called before the first change. */
export function refuseLeft(plan: RestorePlan, mayStay: readonly LeftPath['why'][] = []): void {
  const left = plan.left.filter(({ why }) => !MAY_STAY.has(why) && !mayStay.includes(why));
  if (left.length === 0) return;
  throw refusal(
    `Some paths cannot become what they have to be: ${namesOf(left.map(({ path, why }) => `${path} (${LEFT_WORDS[why]})`))}.`,
    'Move them away and try again; nothing was changed.',
    'in-the-way',
  );
}

export function namesOf(names: readonly string[]): string {
  const shown = names.slice(0, MOST_NAMED).map((name) => visible(name).replace(/\s+/g, ' '));
  const more = names.length - shown.length;
  return `${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
