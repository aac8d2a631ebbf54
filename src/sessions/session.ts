import {
  COMMANDS_OF_SESSION,
  type LifecycleEvent,
  type LifecycleFacts,
  move,
  type Outcome,
  type SessionCommand,
  type SessionMove,
  type SessionState,
  type StartKind,
  transition,
} from './lifecycle.ts';
import { nameOfPrompt } from './name.ts';

/** A record of a session's journal: `t` in milliseconds since 1970, and what happened. Types that are not known here stay out of the fold. */
export interface SessionRecord {
  t: number;
  type: string;
  [field: string]: unknown;
}

/** A conversation of a session: what the client knows by a session id. */
export interface SessionConversation {
  id: string;
  status: 'open' | 'working' | 'ended';
  how: StartKind;
  /** The conversation it was forked from, or cleared. */
  parent: string | undefined;
  transcript: string | undefined;
  cwd: string | undefined;
  startedAt: number;
  lastAt: number;
  endReason: string | undefined;
}

/** One move of a session: when, and because of what. */
export interface Transition {
  at: number;
  from: SessionState;
  by: SessionMove;
  to: SessionState;
  /** In words, for a person. */
  cause: string;
}

/** A piece of work, as its journal tells it. Times are milliseconds since 1970. */
export interface Session {
  id: string;
  /** Given by a person, or the beginning of the first prompt. */
  name: string;
  state: SessionState;
  createdAt: number;
  updatedAt: number;
  /** The top of the working tree it was begun in, or of that of its last conversation. */
  root: string | undefined;
  branch: string | undefined;
  /** In the order in which they began. */
  conversations: SessionConversation[];
  /** Conversations that its agents started (`claude -p`); they do not move it. */
  children: string[];
  variables: Record<string, string>;
  partition: string | undefined;
  /** Whether its work is done, so that its end completes it. */
  done: boolean;
  prompts: number;
  /** The last thousand moves. */
  history: Transition[];
  /** Commands in the journal that were not allowed when their turn came: two were given at once. */
  refused: number;
}

const MOST_HISTORY = 1_000;
const STARTS: readonly StartKind[] = ['startup', 'resume', 'fork', 'clear', 'compact'];
/** Of the same millisecond what ends comes before what begins: a client that starts finds that another was lost. */
const ORDER: Readonly<Record<string, number>> = { created: 0, lost: 1, end: 1, start: 2, prompt: 3, wake: 3 };

/**
 * Folds a session's journal into what the session is now. Events of the client are told late, so the records are taken in the
 * order of their times; a clock that was set back makes the state lag until it has caught up.
 */
export function foldSession(id: string, records: readonly SessionRecord[]): Session {
  const session: Session = {
    id,
    name: id,
    state: 'New',
    createdAt: records[0]?.t ?? 0,
    updatedAt: 0,
    root: undefined,
    branch: undefined,
    conversations: [],
    children: [],
    variables: {},
    partition: undefined,
    done: false,
    prompts: 0,
    history: [],
    refused: 0,
  };
  let isNamed = false;
  for (const record of inOrder(records)) {
    session.createdAt = Math.min(session.createdAt, record.t);
    session.updatedAt = Math.max(session.updatedAt, record.t);
    const event = eventOf(record);
    if (event !== undefined) applyEvent(session, record, event);
    else applyNote(session, record);
    const name = textOf(record, 'name');
    const prompt = textOf(record, 'prompt');
    if (name !== undefined && (record.type === 'name' || record.type === 'created')) {
      session.name = name;
      isNamed = true;
    } else if (prompt !== undefined && record.type === 'prompt' && !isNamed) {
      const first = nameOfPrompt(prompt);
      if (first !== undefined) session.name = first;
      isNamed = first !== undefined;
    }
  }
  return session;
}

/** What an event would do to a session now. */
export function outcomeOf(session: Session, event: LifecycleEvent, conversation?: string): Outcome {
  return transition(session.state, event, factsOf(session, conversation));
}

/** What a journal record is to the life cycle; undefined for a mere note. */
export function eventOf(record: SessionRecord): LifecycleEvent | undefined {
  switch (record.type) {
    case 'start':
      return { kind: 'start', how: STARTS.find((how) => how === record.how) ?? 'startup' };
    case 'prompt':
    case 'wake':
      return { kind: 'prompt' };
    case 'stop':
    case 'failure':
    case 'end':
    case 'lost':
    case 'left':
    case 'quiet':
    case 'done':
      return { kind: record.type };
    case 'command': {
      const by = COMMANDS_OF_SESSION.find((command): command is SessionCommand => command === record.by);
      return by === undefined ? undefined : { kind: 'command', by };
    }
    default:
      return undefined;
  }
}

function factsOf(session: Session, conversation: string | undefined): LifecycleFacts {
  const open = session.conversations.filter(({ id, status }) => id !== conversation && status !== 'ended');
  const others = open.some(({ status }) => status === 'working')
    ? 'working'
    : open.length > 0
      ? 'open'
      : 'none';
  const own = session.conversations.find(({ id }) => id === conversation);
  return { conversation: own?.status ?? 'unknown', others, done: session.done };
}

function applyEvent(session: Session, record: SessionRecord, event: LifecycleEvent): void {
  const conversation = textOf(record, 'conversation');
  const outcome = outcomeOf(session, event, conversation);
  if (outcome.refused !== undefined) session.refused += 1;
  let from = session.state;
  for (const by of outcome.moves) {
    const to = move(from, by) ?? outcome.state;
    session.history.push({ at: record.t, from, by, to, cause: causeOf(record) });
    from = to;
  }
  if (session.history.length > MOST_HISTORY * 1.25)
    session.history.splice(0, session.history.length - MOST_HISTORY);
  session.state = outcome.state;
  if (record.type === 'done') session.done = true;
  // Work that goes on after it was completed is not done.
  if (outcome.moves.includes('resume')) session.done = false;
  if (record.type === 'prompt') session.prompts += 1;
  if (conversation !== undefined) noteConversation(session, conversation, record, event);
}

function noteConversation(session: Session, id: string, record: SessionRecord, event: LifecycleEvent): void {
  let own = session.conversations.find((one) => one.id === id);
  if (own === undefined) {
    own = {
      id,
      status: 'open',
      how: event.kind === 'start' ? event.how : 'startup',
      parent: textOf(record, 'parent'),
      transcript: undefined,
      cwd: undefined,
      startedAt: record.t,
      lastAt: record.t,
      endReason: undefined,
    };
    session.conversations.push(own);
  }
  own.lastAt = Math.max(own.lastAt, record.t);
  own.transcript = textOf(record, 'transcript') ?? own.transcript;
  own.cwd = textOf(record, 'cwd') ?? own.cwd;
  own.parent ??= textOf(record, 'parent');
  session.root = textOf(record, 'root') ?? session.root;
  session.branch = textOf(record, 'branch') ?? session.branch;
  if (event.kind === 'prompt') own.status = 'working';
  else if (event.kind === 'stop' || event.kind === 'failure') {
    // An API error may be told after the end.
    if (own.status !== 'ended') own.status = 'open';
  } else if (event.kind === 'end' || event.kind === 'lost') {
    own.status = 'ended';
    own.endReason = event.kind === 'lost' ? 'lost' : textOf(record, 'reason');
  } else if (event.kind === 'start' && !(event.how === 'compact' && own.status === 'working')) {
    own.status = 'open';
    own.endReason = undefined;
  }
}

function applyNote(session: Session, record: SessionRecord): void {
  const key = textOf(record, 'key');
  // An empty one is a value too.
  const value = typeof record.value === 'string' ? record.value : undefined;
  if (record.type === 'created') {
    session.root = textOf(record, 'root') ?? session.root;
    session.branch = textOf(record, 'branch') ?? session.branch;
  } else if (record.type === 'set' && key !== undefined && value !== undefined) {
    session.variables = { ...session.variables, [key]: value };
  } else if (record.type === 'unset' && key !== undefined) {
    session.variables = Object.fromEntries(
      Object.entries(session.variables).filter(([name]) => name !== key),
    );
  } else if (record.type === 'partition') session.partition = textOf(record, 'partition');
  else if (record.type === 'undone') session.done = false;
  else if (record.type === 'child') {
    const child = textOf(record, 'conversation');
    if (child !== undefined && !session.children.includes(child)) session.children.push(child);
  }
}

function causeOf(record: SessionRecord): string {
  const words = textOf(record, 'cause');
  if (words !== undefined) return words;
  const conversation = textOf(record, 'conversation');
  const of = conversation === undefined ? '' : ` of ${conversation.slice(0, 8)}`;
  switch (record.type) {
    case 'start':
      return `SessionStart (${textOf(record, 'how') ?? 'startup'})${of}`;
    case 'prompt':
      return `prompt${of}`;
    case 'wake':
      return `a task in the background ended${of}`;
    case 'stop':
      return `Stop${of}`;
    case 'failure':
      return `StopFailure${of}`;
    case 'end':
      return `SessionEnd (${textOf(record, 'reason') ?? 'other'})${of}`;
    case 'lost':
      return `its client was gone without SessionEnd${of}`;
    case 'left':
      return 'no client had it open';
    case 'quiet':
      return 'nothing happened for long';
    case 'command':
      return `command ${textOf(record, 'by') ?? ''}`.trim();
    default:
      return record.type;
  }
}

function inOrder(records: readonly SessionRecord[]): SessionRecord[] {
  const place = ({ type }: SessionRecord): number => ORDER[type] ?? 4;
  return records
    .map((record, index) => ({ record, index, at: Math.floor(record.t) }))
    .sort((a, b) => a.at - b.at || place(a.record) - place(b.record) || a.index - b.index)
    .map(({ record }) => record);
}

function textOf(record: SessionRecord, key: string): string | undefined {
  const value = record[key];
  return typeof value === 'string' && value !== '' ? value : undefined;
}
