import * as path from 'node:path';
import { exists } from '../platform/fs.ts';
import type { Operation } from './types.ts';

/** Refs git sets while it is in the middle of something; asked for by name, because not every store keeps files. */
export const OPERATION_REFS = ['MERGE_HEAD', 'CHERRY_PICK_HEAD', 'REVERT_HEAD'] as const;

/**
 * What git is in the middle of in this working tree.
 * @param present those of `OPERATION_REFS` that exist.
 */
export function operationOf(gitDir: string, present: ReadonlySet<string>): Operation | undefined {
  const has = (name: string): boolean => exists(path.join(gitDir, name));
  if (has('rebase-merge') || has('rebase-apply/rebasing')) return 'rebase';
  if (has('rebase-apply')) return 'am';
  if (present.has('MERGE_HEAD')) return 'merge';
  if (present.has('CHERRY_PICK_HEAD')) return 'cherry-pick';
  if (present.has('REVERT_HEAD')) return 'revert';
  return has('BISECT_LOG') ? 'bisect' : undefined;
}
