import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Happening,
  move,
  movesFor,
  movesFrom,
  type SessionMove,
  type SessionState,
} from '../../../src/sessions/lifecycle.ts';
import { foldSession } from '../../../src/sessions/session.ts';

const STATES: SessionState[] = ['New', 'Active', 'Working', 'Paused', 'Complete', 'Archived'];
const HAPPENINGS: Happening[] = ['start', 'prompt', 'stop', 'failure', 'end'];

describe('life cycle', () => {
  it('knows exactly eight moves', () => {
    const table = STATES.flatMap((state) =>
      movesFrom(state).map((by) => `${state} -${by}-> ${move(state, by)}`),
    );
    expect(table).toEqual([
      'New -start-> Active',
      'Active -cancel-> New',
      'Active -work-> Working',
      'Active -pause-> Paused',
      'Working -idle-> Active',
      'Working -complete-> Complete',
      'Paused -resume-> Active',
      'Complete -archive-> Archived',
    ]);
  });

  it('follows whatever the client reports through legal moves only', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...STATES),
        fc.array(fc.constantFrom(...HAPPENINGS), { maxLength: 30 }),
        (start, happenings) => {
          let state = start;
          for (const happening of happenings) {
            for (const by of movesFor(state, happening) as SessionMove[]) {
              const next = move(state, by);
              expect(next, `${state} -${by}`).toBeDefined();
              state = next ?? state;
            }
            if (happening === 'prompt' && !['Complete', 'Archived'].includes(state))
              expect(state).toBe('Working');
            if (happening === 'end') expect(['Paused', 'Complete', 'Archived']).toContain(state);
          }
        },
      ),
    );
  });

  it('folds a journal into the session as it is now', () => {
    const view = foldSession('s', [
      { t: 1, type: 'start', cwd: '/a', branch: 'main' },
      { t: 2, type: 'prompt' },
      { t: 3, type: 'stop', transcript: '/t' },
      { t: 4, type: 'checkpoint', id: 'c1' },
      { t: 5, type: 'end', reason: 'other' },
      { t: 6, type: 'job-done', job: 'end-s-1' },
    ]);
    expect(view).toMatchObject({
      state: 'Paused',
      createdAt: 1,
      updatedAt: 6,
      endedAt: 5,
      endReason: 'other',
      branch: 'main',
      transcript: '/t',
      lastCheckpoint: 'c1',
      finishedJobs: ['end-s-1'],
    });
    expect(
      foldSession('s', [
        { t: 1, type: 'start' },
        { t: 2, type: 'end' },
        { t: 3, type: 'start' },
      ]),
    ).toMatchObject({ state: 'Active', endedAt: undefined });
  });
});
