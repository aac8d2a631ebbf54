import * as path from 'node:path';
import { appendRecord, readRecords } from './journal.ts';
import type { StatePaths } from './paths.ts';

/** What was proposed to the person for the context file, by key: what is gone from the file is not proposed again. */
export function readOffered(state: StatePaths): Set<string> {
  const { records } = readRecords(fileOf(state));
  return new Set(records.flatMap(({ offered }) => (Array.isArray(offered) ? offered : []).map(String)));
}

export function rememberOffered(state: StatePaths, keys: readonly string[], now: number): void {
  if (keys.length > 0) appendRecord(fileOf(state), { t: now, type: 'offered', offered: keys });
}

function fileOf(state: StatePaths): string {
  return path.join(state.root, 'context-offered.jsonl');
}
