import * as path from 'node:path';
import { claimByRename, listDirectory, readTextIfExists, removeFile } from '../platform/fs.ts';
import type { StatePaths } from './paths.ts';

/** What the conversations of a session that branched off another are told when they begin. */
export function briefFile(state: StatePaths, session: string): string {
  return path.join(state.briefs, session);
}

export function readBrief(state: StatePaths, session: string): string | undefined {
  return readTextIfExists(briefFile(state, session))?.trim();
}

/** A note that waits for the session's next beginning or prompt. @param id of the operation that left it. */
export function noteFile(state: StatePaths, session: string, id: string): string {
  return path.join(state.notes, `${session}.${id}`);
}

/** Takes the notes that wait for a session, the oldest first. Each is given out once. */
export function takeSessionNotes(state: StatePaths, session: string): string[] {
  return listDirectory(state.notes)
    .filter((name) => name.startsWith(`${session}.`))
    .sort()
    .flatMap((name) => {
      const mine = path.join(state.notes, `.${name}.${process.pid}.tmp`);
      if (!claimByRename(path.join(state.notes, name), mine)) return [];
      const text = readTextIfExists(mine)?.trim() ?? '';
      removeFile(mine);
      return text === '' ? [] : [text];
    });
}
