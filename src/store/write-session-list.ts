import { writeFileAtomic } from '../platform/fs.ts';
import { redactValue } from '../redact/redact.ts';
import type { StatePaths } from './paths.ts';
import { LIST_VERSION, type SessionRow } from './session-list.ts';

/** Replaces the list. It may be made anew from the journals at any time, so it is not synced. */
export function writeSessionList(
  state: StatePaths,
  { stamp, rows }: { stamp: string; rows: readonly SessionRow[] },
): void {
  const text = JSON.stringify(redactValue({ version: LIST_VERSION, stamp, rows }));
  writeFileAtomic(state.sessionList, text, { mode: 0o600, sync: false });
}
