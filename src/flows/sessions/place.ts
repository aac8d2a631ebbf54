import * as path from 'node:path';
import { type Clock, systemClock } from '../../platform/clock.ts';
import { readTextIfExists } from '../../platform/fs.ts';
import { newSessionId } from '../../sessions/name.ts';
import type { Repository, StatePaths } from '../../store/paths.ts';
import { hasPiece } from '../../store/piece-files.ts';

/** What a flow about sessions needs of a workplace; its configuration is not among it. */
export interface SessionPlace {
  state: StatePaths;
  repository: Repository;
  now?: Clock;
}

export function timeOf(place: SessionPlace): number {
  return (place.now ?? systemClock)();
}

/** The branch that is checked out, read without git. Undefined on a detached HEAD and where there is no repository. */
export function branchOf({ gitDir }: Repository): string | undefined {
  if (gitDir === undefined) return undefined;
  const head = readTextIfExists(path.join(gitDir, 'HEAD')) ?? '';
  const branch = /^ref: refs\/heads\/(.+?)\s*$/.exec(head)?.[1];
  // A reftable repository keeps the real one elsewhere.
  return branch === '.invalid' ? undefined : branch;
}

/** An id for a new session that no other has. */
export function freshId(state: StatePaths, about: string, now: number): string {
  for (;;) {
    const id = newSessionId(about, now);
    if (!hasPiece(state, id)) return id;
  }
}
