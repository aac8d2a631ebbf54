import { type Happening, move, movesFor, type SessionState } from './lifecycle.ts';

/** A session as its journal tells it. Times are milliseconds since 1970. */
export interface SessionView {
  id: string;
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

/** Folds a session's journal records, in the order they were written, into what the session is now. */
export function foldSession(id: string, records: readonly FoldRecord[]): SessionView {
  const first = records[0]?.t ?? 0;
  const view: SessionView = {
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

const HAPPENINGS = new Set<string>(['start', 'prompt', 'stop', 'failure', 'end']);

function applyRecord(view: SessionView, record: FoldRecord): void {
  const text = (key: string): string | undefined =>
    typeof record[key] === 'string' ? (record[key] as string) : undefined;
  view.counts[record.type] = (view.counts[record.type] ?? 0) + 1;
  view.updatedAt = Math.max(view.updatedAt, record.t);
  view.branch = text('branch') ?? view.branch;
  view.cwd = text('cwd') ?? view.cwd;
  view.transcript = text('transcript') ?? view.transcript;
  if (HAPPENINGS.has(record.type)) {
    for (const by of movesFor(view.state, record.type as Happening))
      view.state = move(view.state, by) ?? view.state;
  }
  if (record.type === 'start') view.endedAt = undefined;
  if (record.type === 'end') {
    view.endedAt = record.t;
    view.endReason = text('reason');
  }
  if (record.type === 'checkpoint') view.lastCheckpoint = text('id') ?? view.lastCheckpoint;
  if (record.type === 'job-done') view.finishedJobs.push(text('job') ?? '');
}
