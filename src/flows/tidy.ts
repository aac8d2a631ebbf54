import * as path from 'node:path';
import { listDirectory, removeFile, statIfExists } from '../platform/fs.ts';
import { listLive } from '../store/live.ts';
import type { Workplace } from './workplace.ts';

const KEEP_MS = 14 * 24 * 3_600_000;

/** Removes small files of sessions that have been closed for two weeks. Journals and documents stay. */
export function tidyState(place: Workplace): void {
  const live = new Set(listLive(place.state).map((session) => session.session));
  for (const directory of [place.state.owner, place.state.due, place.state.late, place.state.locks]) {
    for (const name of listDirectory(directory)) {
      const file = path.join(directory, name);
      const stat = statIfExists(file);
      const session = name.replace(/^loop-/, '').replace(/\.(?:\d+|nonce|told)$/, '');
      if (stat === undefined || !stat.isFile() || live.has(session) || place.now() - stat.mtimeMs < KEEP_MS)
        continue;
      // The lock of the drain itself is taken all the time; only the locks of single sessions grow old.
      if (directory === place.state.locks && !name.startsWith('loop-')) continue;
      removeFile(file);
    }
  }
}
