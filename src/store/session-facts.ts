import * as path from 'node:path';
import {
  ensureDirectory,
  listDirectory,
  readTextIfExists,
  statIfExists,
  writeFileAtomic,
} from '../platform/fs.ts';
import { redactValue } from '../redact/redact.ts';
import type { StatePaths } from './paths.ts';

/** What was read of a session's transcript so far, as JSON; see `packFacts`. Redacted before it is written. */
export function writeSessionFacts(state: StatePaths, session: string, facts: unknown): void {
  ensureDirectory(state.facts);
  writeFileAtomic(path.join(state.facts, `${session}.json`), `${JSON.stringify(redactValue(facts))}\n`, {
    mode: 0o600,
    sync: false,
  });
}

/** @returns undefined where there is nothing, or nothing that can be read. */
export function readSessionFacts(state: StatePaths, session: string): unknown {
  const text = readTextIfExists(path.join(state.facts, `${session}.json`));
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Text a session was given at its start, which stays in its conversation until it is compacted. */
export function readGiven(state: StatePaths, session: string): string {
  return readTextIfExists(path.join(state.facts, `${session}.given`)) ?? '';
}

export function writeGiven(state: StatePaths, session: string, text: string): void {
  ensureDirectory(state.facts);
  writeFileAtomic(path.join(state.facts, `${session}.given`), text, { mode: 0o600, sync: false });
}

/** A session and the file its conversation is written to. */
export interface NotedSession {
  session: string;
  transcript: string;
}

/** Notes which session was started last in a working tree, so that finding it costs the same after a thousand. */
export function writeLastSession(state: StatePaths, worktree: string, last: NotedSession): void {
  ensureDirectory(state.facts);
  writeFileAtomic(path.join(state.facts, `last-${worktree}`), `${JSON.stringify(last)}\n`, {
    mode: 0o600,
    sync: false,
  });
}

export function readLastSession(state: StatePaths, worktree: string): NotedSession | undefined {
  try {
    const last = JSON.parse(
      readTextIfExists(path.join(state.facts, `last-${worktree}`)) ?? '',
    ) as Partial<NotedSession>;
    const { session, transcript } = last;
    return typeof session === 'string' && typeof transcript === 'string'
      ? { session, transcript }
      : undefined;
  } catch {
    return undefined;
  }
}

/** Sessions with a journal, the one written to last first. Reads no journal. */
export function recentSessions(state: StatePaths): { session: string; writtenAt: number }[] {
  return listDirectory(state.sessions)
    .flatMap((name) => {
      const session = /^([A-Za-z0-9][A-Za-z0-9._-]*)\.jsonl$/.exec(name)?.[1];
      const stat = session === undefined ? undefined : statIfExists(path.join(state.sessions, name));
      return session === undefined || stat === undefined ? [] : [{ session, writtenAt: stat.mtimeMs }];
    })
    .sort((a, b) => b.writtenAt - a.writtenAt);
}
