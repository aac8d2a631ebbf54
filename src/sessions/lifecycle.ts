/** States of a session. */
export const STATES = ['New', 'Active', 'Working', 'Paused', 'Complete', 'Archived'] as const;
export type SessionState = (typeof STATES)[number];

/** Moves between them. */
export type SessionMove = 'start' | 'cancel' | 'work' | 'idle' | 'pause' | 'resume' | 'complete' | 'archive';

const MOVES: Record<SessionMove, { from: readonly SessionState[]; to: SessionState }> = {
  start: { from: ['New'], to: 'Active' },
  cancel: { from: ['Active'], to: 'New' },
  work: { from: ['Active'], to: 'Working' },
  idle: { from: ['Working'], to: 'Active' },
  pause: { from: ['Active'], to: 'Paused' },
  // Whoever goes on with work that was called done has opened it again: the client cannot be refused.
  resume: { from: ['Paused', 'Complete', 'Archived'], to: 'Active' },
  // What is done is mostly noticed when the agent is idle, or after it has gone.
  complete: { from: ['Working', 'Active', 'Paused'], to: 'Complete' },
  // What nobody came back to was not completed.
  archive: { from: ['Complete', 'Paused', 'New'], to: 'Archived' },
};

/** The state after a move; undefined where the move is not allowed from there. */
export function move(state: SessionState, by: SessionMove): SessionState | undefined {
  const { from, to } = MOVES[by];
  return from.includes(state) ? to : undefined;
}

/** The moves that are allowed from a state. */
export function movesFrom(state: SessionState): SessionMove[] {
  return (Object.keys(MOVES) as SessionMove[]).filter((by) => MOVES[by].from.includes(state));
}

/** What a person can ask for. The other moves follow from what the client reports. */
export type SessionCommand = Exclude<SessionMove, 'work' | 'idle'>;
export const COMMANDS_OF_SESSION: readonly SessionCommand[] = [
  'start',
  'cancel',
  'pause',
  'resume',
  'complete',
  'archive',
];

/** How a conversation began. */
export type StartKind = 'startup' | 'resume' | 'fork' | 'clear' | 'compact';

/** What happens to a session. */
export type LifecycleEvent =
  /** The client opened a conversation. */
  | { kind: 'start'; how: StartKind }
  /** A prompt was sent, or a task in the background woke the agent. */
  | { kind: 'prompt' }
  /** A turn ended; `failure`: in an API error. */
  | { kind: 'stop' | 'failure' }
  /** The client closed a conversation; `lost`: it is gone and has not said so. */
  | { kind: 'end' | 'lost' }
  /** The work is done: the last phase of a template. */
  | { kind: 'done' }
  /** No client has had the session open for a while. */
  | { kind: 'left' }
  /** Nothing has happened for days. */
  | { kind: 'quiet' }
  /** A person asks for a move. */
  | { kind: 'command'; by: SessionCommand };

/** What the session's conversations are doing. */
export interface LifecycleFacts {
  /** The conversation the event is of. `unknown`: nothing was heard of it before. */
  conversation: 'unknown' | 'open' | 'working' | 'ended';
  /** Its other conversations; the busiest counts. */
  others: 'none' | 'open' | 'working';
  /** Whether the work is done, so that the session's end completes it. */
  done: boolean;
}

/** What is to be done because of an event. */
export type SessionAction =
  /** The end-of-session work of one run of a conversation. */
  | 'finish-work'
  /** A client was killed: the person is told at the next start. */
  | 'tell-person'
  /** The work is done: `session complete` is offered. */
  | 'offer-complete'
  /** Variables and partition are put in place again. */
  | 'restore'
  /** What is needed of its transcripts is remembered. */
  | 'archive';

export interface Outcome {
  state: SessionState;
  /** The legal moves that led there, in order; none where the state stays. */
  moves: SessionMove[];
  actions: SessionAction[];
  /** Set where a command is not allowed in this state: what is. The state stays. */
  refused?: { legal: SessionMove[] };
}

const TO_ACTIVE: Record<SessionState, SessionMove[]> = {
  New: ['start'],
  Active: [],
  Working: ['idle'],
  Paused: ['resume'],
  Complete: ['resume'],
  Archived: ['resume'],
};

/**
 * The life cycle. What the client reports is never refused: it is what is; the moves lead there. A command that is not
 * allowed in a state is refused, with those that are.
 */
export function transition(state: SessionState, event: LifecycleEvent, facts: LifecycleFacts): Outcome {
  switch (event.kind) {
    case 'start':
      // A compaction comes in the middle of a conversation, mostly of a turn: nobody begins or goes on with anything.
      if (event.how === 'compact' && (facts.conversation === 'open' || facts.conversation === 'working'))
        return stay(state);
      return state === 'Working' && facts.others === 'working'
        ? stay(state)
        : follow(state, opened(TO_ACTIVE[state], facts));
    case 'prompt':
      return state === 'Working' ? stay(state) : follow(state, [...TO_ACTIVE[state], 'work']);
    case 'stop':
    case 'failure':
      if (state === 'New') return follow(state, ['start']);
      // A turn in which the work was completed ends as well, and StopFailure may come after the end.
      if (state !== 'Working' || facts.others === 'working') return stay(state);
      return follow(state, ['idle'], facts.done ? ['offer-complete'] : []);
    case 'end':
    case 'lost':
      if (facts.conversation === 'ended') return stay(state);
      return follow(
        state,
        movesAtEnd(state, facts),
        event.kind === 'lost' ? ['finish-work', 'tell-person'] : ['finish-work'],
      );
    case 'done':
      return { ...stay(state), actions: ['offer-complete'] };
    case 'left':
      return isOpen(state) && facts.others === 'none' ? follow(state, movesAtEnd(state, facts)) : stay(state);
    case 'quiet':
      return move(state, 'archive') === undefined ? stay(state) : follow(state, ['archive']);
    case 'command':
      return move(state, event.by) === undefined
        ? { ...stay(state), refused: { legal: movesFrom(state) } }
        : follow(
            state,
            event.by === 'start' || event.by === 'resume' ? opened([event.by], facts) : [event.by],
          );
  }
}

/** Whoever opens a session in which another conversation is at work finds it at work. */
function opened(moves: readonly SessionMove[], { others }: LifecycleFacts): SessionMove[] {
  return others === 'working' ? [...moves, 'work'] : [...moves];
}

function movesAtEnd(state: SessionState, { conversation, others, done }: LifecycleFacts): SessionMove[] {
  const rest = done ? 'complete' : 'pause';
  // A session whose beginning nobody saw; one that was cancelled stays new.
  if (state === 'New') return conversation === 'unknown' ? ['start', rest] : [];
  if (!isOpen(state) || others === 'working') return [];
  const idle: SessionMove[] = state === 'Working' ? ['idle'] : [];
  return others === 'open' ? idle : [...idle, rest];
}

function isOpen(state: SessionState): boolean {
  return state === 'Active' || state === 'Working';
}

function stay(state: SessionState): Outcome {
  return { state, moves: [], actions: [] };
}

/** @throws where a move is not legal: a defect of the table above. */
function follow(
  from: SessionState,
  moves: readonly SessionMove[],
  actions: readonly SessionAction[] = [],
): Outcome {
  let state = from;
  const more: SessionAction[] = [];
  for (const by of moves) {
    const next = move(state, by);
    if (next === undefined) throw new Error(`${by} is no move from ${state}`);
    state = next;
    if (by === 'resume') more.push('restore');
    if (by === 'archive') more.push('archive');
  }
  return { state, moves: [...moves], actions: [...actions, ...more] };
}
