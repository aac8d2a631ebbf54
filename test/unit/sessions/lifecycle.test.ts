import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldConversation } from '../../../src/sessions/conversation.ts';
import {
  COMMANDS_OF_SESSION,
  type LifecycleEvent,
  type LifecycleFacts,
  move,
  movesFrom,
  STATES,
  type StartKind,
  transition,
} from '../../../src/sessions/lifecycle.ts';

const STARTS: StartKind[] = ['startup', 'resume', 'fork', 'clear', 'compact'];
const EVENTS: LifecycleEvent[] = [
  ...STARTS.map((how) => ({ kind: 'start' as const, how })),
  { kind: 'prompt' },
  { kind: 'stop' },
  { kind: 'failure' },
  { kind: 'end' },
  { kind: 'lost' },
  { kind: 'done' },
  { kind: 'left' },
  { kind: 'quiet' },
  ...COMMANDS_OF_SESSION.map((by) => ({ kind: 'command' as const, by })),
];
const facts = (more: Partial<LifecycleFacts> = {}): LifecycleFacts => ({
  conversation: 'open',
  others: 'none',
  done: false,
  ...more,
});

describe('life cycle', () => {
  it('knows these moves and no others', () => {
    const table = STATES.flatMap((state) =>
      movesFrom(state).map((by) => `${state} -${by}-> ${move(state, by)}`),
    );
    expect(table).toEqual([
      'New -start-> Active',
      'New -archive-> Archived',
      'Active -cancel-> New',
      'Active -work-> Working',
      'Active -pause-> Paused',
      'Active -complete-> Complete',
      'Working -idle-> Active',
      'Working -complete-> Complete',
      'Paused -resume-> Active',
      'Paused -complete-> Complete',
      'Paused -archive-> Archived',
      'Complete -resume-> Active',
      'Complete -archive-> Archived',
      'Archived -resume-> Active',
    ]);
  });

  it('reaches every state it names through legal moves only, whatever happens', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...STATES),
        fc.array(
          fc.record({
            event: fc.constantFrom(...EVENTS),
            facts: fc.record({
              conversation: fc.constantFrom('unknown', 'open', 'working', 'ended') as fc.Arbitrary<
                LifecycleFacts['conversation']
              >,
              others: fc.constantFrom('none', 'open', 'working') as fc.Arbitrary<LifecycleFacts['others']>,
              done: fc.boolean(),
            }),
          }),
          { maxLength: 30 },
        ),
        (first, steps) => {
          let state = first;
          for (const step of steps) {
            const outcome = transition(state, step.event, step.facts);
            let walked = state;
            for (const by of outcome.moves) {
              const next = move(walked, by);
              expect(next, `${walked} -${by}`).toBeDefined();
              walked = next ?? walked;
            }
            expect(outcome.state).toBe(walked);
            if (step.event.kind === 'prompt') expect(walked).toBe('Working');
            if (outcome.refused !== undefined) {
              expect(step.event.kind).toBe('command');
              expect(outcome.refused.legal).toEqual(movesFrom(state));
              expect(outcome).toMatchObject({ state, moves: [], actions: [] });
            }
            state = walked;
          }
        },
      ),
    );
  });

  it('refuses a command that is not allowed and names what is', () => {
    expect(transition('Working', { kind: 'command', by: 'pause' }, facts()).refused).toEqual({
      legal: ['idle', 'complete'],
    });
    expect(transition('Complete', { kind: 'command', by: 'start' }, facts()).refused).toEqual({
      legal: ['resume', 'archive'],
    });
  });

  it('pauses at the end, or completes when the work is done', () => {
    const end: LifecycleEvent = { kind: 'end' };
    expect(transition('Working', end, facts())).toEqual({
      state: 'Paused',
      moves: ['idle', 'pause'],
      actions: ['finish-work'],
    });
    expect(transition('Active', end, facts({ done: true })).state).toBe('Complete');
    expect(transition('Working', end, facts({ others: 'working' })).state).toBe('Working');
    expect(transition('Working', end, facts({ others: 'open' })).state).toBe('Active');
    expect(transition('Paused', end, facts({ conversation: 'ended' })).actions).toEqual([]);
    expect(transition('Active', { kind: 'lost' }, facts()).actions).toEqual(['finish-work', 'tell-person']);
  });

  it('takes a compaction for a part of the turn', () => {
    expect(transition('Working', { kind: 'start', how: 'compact' }, facts()).state).toBe('Working');
    expect(transition('Complete', { kind: 'start', how: 'compact' }, facts()).state).toBe('Complete');
    const ended = facts({ conversation: 'ended' });
    expect(transition('Paused', { kind: 'start', how: 'compact' }, ended).state).toBe('Active');
    expect(transition('Working', { kind: 'start', how: 'resume' }, facts()).state).toBe('Active');
  });

  it('leaves a session complete when the turn in which it was completed ends', () => {
    expect(transition('Complete', { kind: 'stop' }, facts()).state).toBe('Complete');
    expect(transition('Complete', { kind: 'end' }, facts()).state).toBe('Complete');
    expect(transition('Complete', { kind: 'prompt' }, facts()).moves).toEqual(['resume', 'work']);
  });
});

describe('a conversation', () => {
  it('is folded from its journal as it is now', () => {
    const view = foldConversation('s', [
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
      foldConversation('s', [
        { t: 1, type: 'start' },
        { t: 2, type: 'end' },
        { t: 3, type: 'start' },
      ]),
    ).toMatchObject({ state: 'Active', endedAt: undefined });
  });
});
