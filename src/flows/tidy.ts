import * as path from 'node:path';
import { listDirectory, removeFile, removeTree, statIfExists } from '../platform/fs.ts';
import { dueFolder } from '../store/archive-due.ts';
import { listLive } from '../store/live.ts';
import { tidyArchive } from '../store/open-transcript.ts';
import { documentPaths } from '../store/paths.ts';
import type { Workplace } from './workplace.ts';

const KEEP_MS = 14 * 24 * 3_600_000;
const STALE_TEMPORARY_MS = 3_600_000;
/** The names `siblingTempName` gives, and git's locks of indexes of such a name. */
const TEMPORARY = /^\..+\.\d+-[0-9a-z]+-\d+\.tmp(?:\.lock)?$/;

/**
 * Removes small files of sessions that have been closed for two weeks, and what killed processes were writing more
 * than an hour ago. Journals and documents stay.
 */
export function tidyState(place: Workplace): void {
  removeTemporary(place);
  tidyArchive(place.state, place.now());
  const live = new Set(listLive(place.state).map((session) => session.session));
  const { owner, due, late, partition, locks, facts, templates } = place.state;
  const marks = ['open', 'news'].map((name) => path.join(templates, name));
  for (const directory of [owner, due, late, partition, locks, facts, ...marks]) {
    for (const name of listDirectory(directory)) {
      const file = path.join(directory, name);
      const stat = statIfExists(file);
      const session = name.replace(/^loop-/, '').replace(/\.(?:\d+|nonce|told|unsaved|json|given)$/, '');
      if (stat === undefined || !stat.isFile() || live.has(session) || place.now() - stat.mtimeMs < KEEP_MS)
        continue;
      // The lock of the drain itself is taken all the time; only the locks of single sessions and templates grow old.
      if (directory === locks && !/^(?:loop|template)-/.test(name)) continue;
      removeFile(file);
    }
  }
}

function removeTemporary({ state, repository, now }: Workplace): void {
  const { checkpoints, sessions, errors, snapshots, templates } = documentPaths(repository.root);
  const places = [state.root, state.jobs, state.sessions, state.owner, state.live, state.due, state.flags];
  for (const directory of [
    ...places,
    state.late,
    state.partition,
    state.partitionDefault,
    state.locks,
    state.facts,
    state.pieces,
    state.conversations,
    state.clients,
    state.awaited,
    state.lost,
    state.indexes,
    state.archive,
    ...['runs', 'of', 'open', 'news', 'next'].map((name) => path.join(state.templates, name)),
    dueFolder(state),
    checkpoints,
    sessions,
    errors,
    snapshots,
    templates,
  ]) {
    for (const name of listDirectory(directory)) {
      if (!TEMPORARY.test(name)) continue;
      const file = path.join(directory, name);
      const stat = statIfExists(file);
      if (stat === undefined || now() - stat.mtimeMs <= STALE_TEMPORARY_MS) continue;
      if (stat.isFile()) removeFile(file);
      else if (stat.isDirectory() && directory === state.root) removeTree(file);
    }
  }
}
