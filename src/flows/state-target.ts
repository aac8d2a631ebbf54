import * as path from 'node:path';
import { listDirectory, readHead, statIfExists } from '../platform/fs.ts';
import { conversationJournal, documentPaths, type StatePaths } from '../store/paths.ts';
import type { NotedSession } from '../store/session-facts.ts';

/**
 * Whose state a session is given at its start: its own where it goes on, else that of the last session, where no summary tells
 * of it yet. A `/clear` starts the next session before the work after the last one is done. Undefined where there is none.
 */
export function findStateTarget(input: {
  root: string;
  session: string | undefined;
  transcript: string | undefined;
  last: NotedSession | undefined;
  goesOn: boolean;
}): NotedSession | undefined {
  const { session, transcript, last } = input;
  if (input.goesOn)
    return session === undefined || transcript === undefined ? undefined : { session, transcript };
  if (last === undefined || last.session === session) return undefined;
  return isSummarised(input.root, last) ? undefined : last;
}

/** The transcript a session's journal names first. */
export function transcriptOf(state: StatePaths, session: string): string | undefined {
  const head = readHead(conversationJournal(state, session), 8 * 1024) ?? '';
  for (const line of head.split('\n')) {
    try {
      const record = JSON.parse(line) as { transcript?: unknown };
      if (typeof record.transcript === 'string' && record.transcript !== '') return record.transcript;
    } catch {
      // A torn line; the next one may be whole.
    }
  }
  return undefined;
}

/** Whether a summary was written after the last word of the transcript. */
function isSummarised(root: string, { session, transcript }: NotedSession): boolean {
  const folder = documentPaths(root).sessions;
  const name = listDirectory(folder).find((one) => one.endsWith(`-${session.slice(0, 8)}.md`));
  if (name === undefined) return false;
  const written = statIfExists(path.join(folder, name))?.mtimeMs ?? 0;
  return written >= (statIfExists(transcript)?.mtimeMs ?? 0);
}
