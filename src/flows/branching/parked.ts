import { HooksError } from '../../errors.ts';
import type { StatePaths } from '../../store/paths.ts';
import { readChildren } from './children.ts';

/** @throws HooksError where files of an interrupted session are held by nothing but the checkpoints that are to be removed. */
export function refuseParked(state: StatePaths): void {
  const open = readChildren(state).filter(
    ({ branching }) => branching.state === 'open' && branching.linked === undefined,
  );
  if (open.length === 0) return;
  const names = open.map(({ branching }) => `${branching.parent} (checkpoint ${branching.checkpoint.id})`);
  throw new HooksError({
    code: 'work-parked',
    kind: 'conflict',
    message: `The uncommitted files of an interrupted session would be lost: ${names.join(', ')}. Nothing was changed.`,
    hint: 'Return to it first: claude-hooks session return; or uninstall without --purge.',
  });
}
