/** States of a session. */
export type SessionState = 'New' | 'Active' | 'Working' | 'Paused' | 'Complete' | 'Archived';

/** Moves between them. */
export type SessionMove = 'start' | 'cancel' | 'work' | 'idle' | 'pause' | 'resume' | 'complete' | 'archive';

const MOVES: Record<SessionMove, readonly [from: SessionState, to: SessionState]> = {
  start: ['New', 'Active'],
  cancel: ['Active', 'New'],
  work: ['Active', 'Working'],
  idle: ['Working', 'Active'],
  pause: ['Active', 'Paused'],
  resume: ['Paused', 'Active'],
  complete: ['Working', 'Complete'],
  archive: ['Complete', 'Archived'],
};

/** The state after a move; undefined where the move is not allowed from there. */
export function move(state: SessionState, by: SessionMove): SessionState | undefined {
  const [from, to] = MOVES[by];
  return state === from ? to : undefined;
}

/** The moves that are allowed from a state. */
export function movesFrom(state: SessionState): SessionMove[] {
  return (Object.keys(MOVES) as SessionMove[]).filter((by) => MOVES[by][0] === state);
}

/** What the client reports, in the words of the journal. */
export type Happening = 'start' | 'prompt' | 'stop' | 'failure' | 'end';

/**
 * The moves that bring a session from its state to what the client reports. The client reports what is, so
 * this never refuses: a resumed session that was never seen to end is resumed by pausing it first.
 */
export function movesFor(state: SessionState, happening: Happening): SessionMove[] {
  const toActive: Record<SessionState, SessionMove[]> = {
    New: ['start'],
    Active: [],
    Working: ['idle'],
    Paused: ['resume'],
    Complete: [],
    Archived: [],
  };
  switch (happening) {
    case 'start':
    case 'stop':
    case 'failure':
      return toActive[state];
    case 'prompt':
      return state === 'Working' || state === 'Complete' || state === 'Archived'
        ? []
        : [...toActive[state], 'work'];
    case 'end':
      if (state === 'Paused' || state === 'Complete' || state === 'Archived') return [];
      return [...toActive[state], 'pause'];
  }
}
