import { type SessionState, transition } from './lifecycle.ts';
import { eventOf } from './session.ts';

/** A conversation of Claude Code as its journal tells it. Times are milliseconds since 1970. */
export interface ConversationView {
  /** What the client calls the session id. */
  id: string;
  /** Taken alone: what a session would be that has this conversation and no other. */
  state: SessionState;
  createdAt: number;
  updatedAt: number;
  endedAt: number | undefined;
  endReason: string | undefined;
  branch: string | undefined;
  cwd: string | undefined;
  transcript: string | undefined;
  /** How many events of each kind. */
  counts: Record<string, number>;
  lastCheckpoint: string | undefined;
  /** Jobs whose end-of-session work is done. */
  finishedJobs: string[];
}

interface FoldRecord {
  t: number;
  type: string;
  [field: string]: unknown;
}

/** Folds a conversation's journal records, in the order they were written, into what it is now. */
export function foldConversation(id: string, records: readonly FoldRecord[]): ConversationView {
  const first = records[0]?.t ?? 0;
  const view: ConversationView = {
    id,
    state: 'New',
    createdAt: first,
    updatedAt: first,
    endedAt: undefined,
    endReason: undefined,
    branch: undefined,
    cwd: undefined,
    transcript: undefined,
    counts: {},
    lastCheckpoint: undefined,
    finishedJobs: [],
  };
  for (const record of records) applyRecord(view, record);
  return view;
}

const HAPPENINGS = new Set(['start', 'prompt', 'stop', 'failure', 'end']);

function applyRecord(view: ConversationView, record: FoldRecord): void {
  const text = (key: string): string | undefined =>
    typeof record[key] === 'string' ? (record[key] as string) : undefined;
  const { type } = record;
  view.counts[type] = (view.counts[type] ?? 0) + 1;
  view.updatedAt = Math.max(view.updatedAt, record.t);
  view.branch = text('branch') ?? view.branch;
  view.cwd = text('cwd') ?? view.cwd;
  view.transcript = text('transcript') ?? view.transcript;
  const event = HAPPENINGS.has(type) ? eventOf({ ...record, how: record.source }) : undefined;
  if (event !== undefined) {
    const conversation = view.state === 'New' ? 'unknown' : 'open';
    view.state = transition(view.state, event, { conversation, others: 'none', done: false }).state;
  }
  if (type === 'start') view.endedAt = undefined;
  if (type === 'end') {
    view.endedAt = record.t;
    view.endReason = text('reason');
  }
  if (type === 'checkpoint') view.lastCheckpoint = text('id') ?? view.lastCheckpoint;
  if (type === 'job-done') view.finishedJobs.push(text('job') ?? '');
}
