import { git } from '../platform/git.ts';
import {
  doneOperations,
  expiredOperations,
  knownOperations,
  OPERATION_PINS,
  removeOperations,
  sweepOperations,
} from '../store/operations.ts';
import type { Repository, StatePaths } from '../store/paths.ts';
import { sweepStaleFiles } from '../store/stale-files.ts';

/** How much of the journal stays: operations, and for how long in milliseconds. */
const LIMITS = { count: 100, ageMs: 30 * 24 * 3_600_000 };
const ID = /^[0-9a-z]+(?:-[0-9a-z]+)*$/;

/**
 * Forgets operations nobody will take back any more, and lets git's gc have what only they needed. What is at work
 * stays, however old. Safe to repeat: references whose operation is gone are removed whenever they are found.
 */
export async function tidyOperations(place: {
  repository: Repository;
  state: StatePaths;
  now(): number;
}): Promise<void> {
  const { repository, state } = place;
  const now = place.now();
  sweepOperations(state, now);
  sweepStaleFiles(repository, now);
  const done = doneOperations(state).map(({ operation }) => operation);
  removeOperations(state, expiredOperations(done, now, LIMITS));
  if (repository.gitDir !== undefined) await dropOrphanedPins(repository, state);
}

/** The references are listed first: one that is made later belongs to an operation that is seen, too. */
async function dropOrphanedPins(repository: Repository, state: StatePaths): Promise<void> {
  const listed = await git(['for-each-ref', '--format=%(objectname) %(refname)', OPERATION_PINS], {
    cwd: repository.root,
  });
  if (listed.code !== 0 || listed.stdout === '') return;
  const living = knownOperations(state);
  const input = listed.stdout
    .split('\n')
    .flatMap((line) => {
      const [commit = '', ref = ''] = line.split(' ');
      const id = ref.slice(OPERATION_PINS.length);
      return ID.test(id) && !living.has(id) ? [`delete ${ref}\0${commit}\0`] : [];
    })
    .join('');
  if (input === '') return;
  await git(['update-ref', '--stdin', '-z'], { cwd: repository.root, input });
}
