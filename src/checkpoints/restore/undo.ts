import { HooksError } from '../../errors.ts';
import type { StoredOperation } from '../../store/operations.ts';
import { turnedEffects } from '../../store/session-effects.ts';
import { decodeMessage } from '../metadata.ts';
import { openPlumbing, type Plumbing } from '../plumbing.ts';
import type { CheckpointSummary } from '../types.ts';
import { readHeadMove } from './head.ts';
import { turnHead } from './head-back.ts';
import { readMade } from './made.ts';
import { restoreTree } from './restore.ts';
import type { RestoreData, RestoreOptions, RestorePlace, RestoreResult } from './types.ts';

const BUDGET_MS = 60_000;

/**
 * Goes back to what was there before a restore that is done: files and staging of then, within the paths it was limited
 * to, and HEAD where it had moved that. It is a restore itself, saves first what is there now, and can be undone again.
 * @throws HooksError as `restoreTree` does; `undo-gone` where git no longer has what was there.
 */
export async function undoRestore(
  place: RestorePlace,
  stored: StoredOperation,
  options: Pick<RestoreOptions, 'dryRun' | 'confirm' | 'session'>,
): Promise<RestoreResult> {
  const { id, title } = stored.operation;
  const data = stored.operation.data as Partial<RestoreData>;
  const { safety, target, only = [], keepIndex = false, modes = {}, there = [] } = data;
  if (safety === undefined) throw gone(id, title);
  const git = openPlumbing(place.repository, { budgetMs: BUDGET_MS, withoutLfs: false });
  const checkpoint = await readCommit(git, safety.commit);
  if (checkpoint === undefined) throw gone(id, title);
  const move = readHeadMove(data.head);
  const head = move === undefined ? undefined : await turnHead(place.repository, move, title);
  const effects = turnedEffects(stored.operation, place.now);
  const made =
    target === undefined ? undefined : await readMade(git, safety.tree, target.tree, { only, there });
  return restoreTree(
    place,
    {
      tree: safety.tree,
      ...(safety.indexTree === undefined ? {} : { indexTree: safety.indexTree }),
      title: `Undo: ${title}`,
      checkpoint,
      undoes: id,
      kind: kindOf(stored),
      modes,
      ...(head === undefined ? {} : { head }),
      ...(effects === undefined ? {} : { effects }),
      ...(made === undefined ? {} : { made }),
    },
    { ...options, mode: 'exact', only, keepIndex },
  );
}

function kindOf({ operation: { kind } }: StoredOperation): 'restore' | 'branch' | 'return' {
  return kind === 'branch' || kind === 'return' ? kind : 'restore';
}

function gone(id: string, title: string): HooksError {
  return new HooksError({
    code: 'undo-gone',
    kind: 'failed',
    message: `What was there before "${title}" (${id}) is no longer kept`,
    hint: 'See which checkpoints there are: claude-hooks checkpoint list',
  });
}

/** The checkpoint a commit is, whether or not its ref is still there. */
export async function readCommit(git: Plumbing, commit: string): Promise<CheckpointSummary | undefined> {
  try {
    const text = (await git.run(['cat-file', 'commit', commit])).toString('utf8');
    const tree = /^tree ([0-9a-f]+)$/m.exec(text)?.[1];
    const metadata = decodeMessage(text.slice(text.indexOf('\n\n') + 2));
    return tree === undefined || metadata === undefined ? undefined : { ...metadata, commit, tree };
  } catch {
    return undefined;
  }
}
