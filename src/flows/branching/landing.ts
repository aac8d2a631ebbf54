import { checkedOut, type HeadState } from '../../checkpoints/restore/head.ts';
import { EXACT_ENV, readTip } from '../../checkpoints/wip-branch.ts';
import { realPath } from '../../platform/fs.ts';
import { git } from '../../platform/git.ts';
import type { Branching } from '../../sessions/branching.ts';
import type { Repository } from '../../store/paths.ts';
import { lineOf } from './words.ts';

/** Where HEAD goes at a return. */
export interface Landing {
  to: HeadState;
  /** What a person should know about it, and do. */
  notes: string[];
}

/**
 * The parent's branch, where it is still at the commit of then and not checked out elsewhere; else that commit alone. The
 * parent's files belong to that commit: on a branch that has moved they would show as if what came since were taken back.
 * @param isClean whether the parent had nothing that is not committed.
 */
export async function landing(
  parent: Repository,
  here: Repository,
  { parentBranch, head }: Branching,
  isClean: boolean,
): Promise<Landing> {
  const detached = { commit: head };
  if (parentBranch === undefined) return { to: detached, notes: [] };
  const ref = `refs/heads/${parentBranch}`;
  const name = lineOf(parentBranch);
  const tip = await readTip(parent, ref);
  const short = head.slice(0, 12);
  if (tip === undefined)
    return {
      to: detached,
      notes: [
        `The branch ${name} is gone. HEAD is detached at its commit of then, ${short}.`,
        `To have it again: git switch -c ${name}`,
      ],
    };
  if (tip !== head) {
    const count = await git(['rev-list', '--count', `${head}..${tip}`], { cwd: here.root, env: EXACT_ENV });
    const number = count.stdout.trim();
    const how =
      number === '0'
        ? ''
        : ` (${number === '1' ? '1 commit' : `${number || 'some'} commits`} since ${short})`;
    // Without something to stash, git would pop what was stashed before.
    const bring = isClean
      ? `To go on there: git switch ${name}`
      : `To bring your work onto it: git stash push --include-untracked && git switch ${name} && git stash pop --index`;
    return {
      to: detached,
      notes: [
        `The branch ${name} has moved meanwhile${how} and was left where it is. HEAD is detached at ${short}, to which your files belong.`,
        bring,
      ],
    };
  }
  const elsewhere = (await checkedOut(here)).get(ref);
  if (elsewhere !== undefined && realPath(elsewhere) !== realPath(here.root))
    return {
      to: detached,
      notes: [
        `The branch ${name} is checked out in ${lineOf(elsewhere)} by now. HEAD is detached at its commit, ${short}.`,
        `When it is free there: git switch ${name}`,
      ],
    };
  return { to: { ref, commit: head }, notes: [] };
}
