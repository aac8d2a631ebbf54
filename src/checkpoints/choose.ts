import { HooksError } from '../errors.ts';
import { chooseNamed, type Wording } from '../store/choose.ts';
import type { CheckpointSummary } from './types.ts';

/** What a list shows of a checkpoint. */
export type CheckpointBrief = Pick<
  CheckpointSummary,
  | 'id'
  | 'name'
  | 'createdAt'
  | 'commit'
  | 'tree'
  | 'reason'
  | 'worktree'
  | 'counts'
  | 'branch'
  | 'session'
  | 'previous'
>;

/** What of a checkpoint a name is compared with. */
export type Choosable = Pick<CheckpointBrief, 'id' | 'name' | 'createdAt' | 'worktree'>;

const WORDING: Wording<Choosable> = {
  one: 'checkpoint',
  many: 'checkpoints',
  place: 'this repository',
  mark: (one) => one.createdAt,
  none: 'Save one: claude-hooks checkpoint save NAME',
  all: 'See them all: claude-hooks checkpoint list',
};

/** `latest`, and `latest~1` for the one before it. */
const LATEST = /^latest(?:~(\d{1,6}))?$/;

/**
 * The checkpoint a person means: its exact id, its exact name, `latest` or `latest~N` (the N-th before the newest of
 * the working tree), or a beginning of id or name that only one has.
 * @param list the newest first.
 * @param worktree the working tree `latest` speaks of; all of them where it is not given.
 * @throws HooksError `checkpoint-unknown` or `checkpoint-ambiguous`, naming candidates.
 */
export function chooseCheckpoint<T extends Choosable>(
  list: readonly T[],
  wanted: string,
  worktree?: string,
): T {
  const text = wanted.trim();
  const [shortcut, back = '0'] = LATEST.exec(text) ?? [];
  if (shortcut === undefined || list.some((one) => one.name === text || one.id === text)) {
    return chooseNamed<T>(list, wanted, WORDING);
  }
  const own = list.filter((one) => worktree === undefined || one.worktree === worktree);
  const found = own[Number(back)];
  if (found !== undefined) return found;
  throw new HooksError({
    code: 'checkpoint-unknown',
    kind: 'usage',
    message: `There is no checkpoint ${shortcut}: this working tree has ${own.length === 0 ? 'none yet' : `only ${own.length}`}`,
    hint: own.length === 0 ? WORDING.none : WORDING.all,
  });
}
