import type { SessionCommand } from '../../src/sessions/lifecycle.ts';

// A reference model of sessions that knows nothing of moves: which conversations are open, which of them are busy, and whether
// a session was put aside.

type Aside = 'New' | 'Paused' | 'Complete' | 'Archived';

export interface ModelSession {
  /** Its id, once it is known. */
  id: string | undefined;
  aside: Aside | undefined;
  done: boolean;
  last: number;
  conversations: Map<string, 'idle' | 'busy' | 'off'>;
}

interface Client {
  pid: number;
  conversation: string;
}

/** States in which a person or an agent may give a command. */
export const LEGAL: Record<SessionCommand, readonly string[]> = {
  start: ['New'],
  cancel: ['Active'],
  pause: ['Active'],
  resume: ['Paused', 'Complete', 'Archived'],
  complete: ['Working', 'Active', 'Paused'],
  archive: ['Complete', 'Paused', 'New'],
};
/** What a session is put aside as by a command. */
export const BECOMES: Record<SessionCommand, Aside | undefined> = {
  start: undefined,
  cancel: 'New',
  pause: 'Paused',
  resume: undefined,
  complete: 'Complete',
  archive: 'Archived',
};

/** @param now milliseconds since 1970 by the clock of the model. */
export class SessionModel {
  readonly sessions: ModelSession[] = [];
  clients: Client[] = [];
  /** Conversations whose client was killed. */
  readonly killed = new Set<string>();
  readonly runs = new Map<string, number>();
  private next = 0;
  awaited: ModelSession | undefined;

  constructor(private readonly now: () => number) {}

  stateOf(one: ModelSession): string {
    const all = [...one.conversations.values()];
    return one.aside ?? (all.includes('busy') ? 'Working' : 'Active');
  }

  of(conversation: string): ModelSession {
    const found = this.sessions.find(({ conversations }) => conversations.has(conversation));
    if (found === undefined) throw new Error(`no session has ${conversation}`);
    return found;
  }

  make(): ModelSession {
    const made: ModelSession = {
      id: undefined,
      aside: 'New',
      done: false,
      last: this.now(),
      conversations: new Map(),
    };
    this.sessions.push(made);
    return made;
  }

  fresh(): string {
    this.next += 1;
    return `c${this.next}`;
  }

  touch(one: ModelSession): void {
    one.last = this.now();
  }

  open(one: ModelSession): void {
    if (one.aside !== undefined && one.aside !== 'New') one.done = false;
    one.aside = undefined;
    this.touch(one);
  }

  close(conversation: string): void {
    const one = this.of(conversation);
    if (one.conversations.get(conversation) === 'off') return;
    one.conversations.set(conversation, 'off');
    this.runs.set(conversation, (this.runs.get(conversation) ?? 0) + 1);
    const isOpen = [...one.conversations.values()].some((status) => status !== 'off');
    if (one.aside === undefined && !isOpen) one.aside = one.done ? 'Complete' : 'Paused';
    this.touch(one);
  }
}
