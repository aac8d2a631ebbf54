import { HooksError } from '../../errors.ts';
import { visible } from '../../platform/terminal.ts';
import type { Repository } from '../../store/paths.ts';
import { readTip, shortBranch } from '../wip-branch.ts';
import { checkedOut, type HeadMove, type HeadState, readHeadState } from './head.ts';

/**
 * The way back of HEAD: from where it is now, on the branch it had gone to, to where it came from. What was committed
 * there since stays on its branch; a branch that was made for the move goes with it, where nothing was committed.
 * @throws HooksError of kind `conflict` where HEAD is on another branch by now, or what it came from has moved.
 */
export async function turnHead(repository: Repository, move: HeadMove, title: string): Promise<HeadMove> {
  const now = await readHeadState(repository);
  if (
    now === undefined ||
    now.ref !== move.to.ref ||
    (now.ref === undefined && now.commit !== move.to.commit)
  )
    throw conflict(
      `"${visible(title)}" ended on ${nameOf(move.to)}, which is not checked out`,
      move.to.ref === undefined
        ? `First: git switch --detach ${move.to.commit}`
        : `First: git switch ${visible(shortBranch(move.to.ref))}`,
    );
  const { from } = move;
  const tip = from.ref === undefined ? from.commit : await readTip(repository, from.ref);
  const isMadeAgain = tip === undefined && move.drop === true;
  if (tip !== from.commit && !isMadeAgain)
    throw conflict(
      `${nameOf(from)}, which HEAD would go back to, ${tip === undefined ? 'is gone' : 'has moved since'}`,
      'What was there is kept as a checkpoint: claude-hooks checkpoint list',
    );
  const elsewhere = from.ref === undefined ? undefined : (await checkedOut(repository)).get(from.ref);
  if (elsewhere !== undefined && from.ref !== now.ref)
    throw conflict(`${nameOf(from)} is checked out in ${visible(elsewhere)}`, 'Leave it there first.');
  return {
    from: now,
    to: from,
    ...(isMadeAgain ? { create: true } : {}),
    ...(move.create === true && now.commit === move.to.commit ? { drop: true } : {}),
    reflog: `claude-hooks undo: moving to ${from.ref === undefined ? from.commit : shortBranch(from.ref)}`,
  };
}

function nameOf({ ref, commit }: HeadState): string {
  return ref === undefined ? `commit ${commit.slice(0, 12)}` : `the branch ${visible(shortBranch(ref))}`;
}

function conflict(message: string, hint: string): HooksError {
  return new HooksError({
    code: 'undo-conflict',
    kind: 'conflict',
    message: `${message}. Nothing was changed.`,
    hint,
  });
}
