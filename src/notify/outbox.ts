import * as path from 'node:path';
import { redactValue } from '../redact/redact.ts';
import { acquireLock } from '../store/lock.ts';
import type { Notice } from './notice.ts';
import {
  createOn,
  hashOf,
  isOn,
  listOn,
  type OutboxItem,
  readItem,
  readOn,
  removeFrom,
  writeOn,
} from './outbox-files.ts';

export { type FlushOptions, type FlushResult, flushOutbox, sendDirectly } from './delivery.ts';

export interface EnqueueOptions {
  /** The same group again within this time of its last message is counted, not queued. */
  groupWindowMs: number;
  /** False only remembers and counts, for where there is no webhook; the default is true. */
  deliver?: boolean;
}

interface Group {
  leader: string;
  time: number;
  count: number;
  /** The last ids that were counted, so that repeating one does not count it twice. */
  counted: string[];
}

const LOCK_WAIT_MS = 1_000;
const REMEMBERED = 200;

/**
 * Puts a notice into the outbox, redacted; when this returns, it survives this process.
 * @returns `duplicate` where this id was queued, counted or sent before (ids are remembered for 14 days); `grouped`
 * where its group had a message less than `groupWindowMs` before it: the next message of the group says how many.
 * @throws the system's error where the outbox cannot be written.
 */
export function enqueueNotice(
  outboxDirectory: string,
  notice: Notice,
  options: EnqueueOptions,
): 'queued' | 'grouped' | 'duplicate' {
  const hash = hashOf(notice.id);
  if (isKnown(outboxDirectory, hash)) return 'duplicate';
  const groupHash = hashOf(notice.group);
  // A few locks serve all groups; where one cannot be had in time, a second message is better than none.
  const lock = acquireLock(path.join(outboxDirectory, 'locks'), `group-${groupHash[0]}`, LOCK_WAIT_MS);
  try {
    const group = readGroup(outboxDirectory, groupHash);
    if (group !== undefined && group.leader !== hash && isWithin(group, notice.time, options.groupWindowMs)) {
      if (group.counted.includes(hash)) return 'duplicate';
      const counted = [...group.counted, hash].slice(-REMEMBERED);
      writeOn(outboxDirectory, 'groups', groupHash, { ...group, count: group.count + 1, counted });
      return 'grouped';
    }
    const repeats = group === undefined || group.leader === hash ? 0 : group.count;
    const added = add(outboxDirectory, hash, notice, repeats, options.deliver !== false);
    if (added)
      writeOn(outboxDirectory, 'groups', groupHash, {
        leader: hash,
        time: notice.time,
        count: 0,
        counted: [],
      });
    return added ? 'queued' : 'duplicate';
  } finally {
    lock?.release();
  }
}

function isWithin(group: Group, time: number, windowMs: number): boolean {
  return Math.abs(time - group.time) < windowMs;
}

function isKnown(outbox: string, hash: string): boolean {
  return isOn(outbox, 'seen', hash) || isOn(outbox, 'waiting', hash) || isOn(outbox, 'dead', hash);
}

function add(outbox: string, hash: string, notice: Notice, repeats: number, deliver: boolean): boolean {
  if (!deliver) return createOn(outbox, 'seen', hash, {});
  const item: OutboxItem = { version: 1, notice: redactValue(notice), repeats, attempts: 0, nextAttempt: 0 };
  if (!createOn(outbox, 'waiting', hash, item)) return false;
  // A sender marks an id as seen before it removes the message; between the two this call may have put it back.
  if (!isOn(outbox, 'seen', hash)) return true;
  removeFrom(outbox, 'waiting', hash);
  return false;
}

function readGroup(outbox: string, groupHash: string): Group | undefined {
  const { leader, time, count, counted } = (readOn(outbox, 'groups', groupHash) ?? {}) as Partial<Group>;
  if (typeof leader !== 'string' || typeof time !== 'number' || typeof count !== 'number') return undefined;
  return { leader, time, count, counted: Array.isArray(counted) ? counted : [] };
}

export interface OutboxEntry {
  id: string;
  name: string;
  /** ISO 8601. */
  createdAt: string;
  state: 'waiting' | 'dead';
  attempts: number;
  /** ISO 8601; undefined for dead ones and those never tried. */
  nextAttempt: string | undefined;
  problem: string | undefined;
}

/** What waits and what was given up, oldest first. */
export function listOutbox(outboxDirectory: string): OutboxEntry[] {
  const entries = (['waiting', 'dead'] as const).flatMap((state) =>
    listOn(outboxDirectory, state).flatMap((hash) => {
      const item = readItem(outboxDirectory, state, hash);
      if (item === undefined) return [];
      return [item === 'damaged' ? damagedEntry(hash, state) : entryOf(hash, state, item)];
    }),
  );
  return entries.sort((a, b) => (a.createdAt < b.createdAt ? -1 : 1));
}

function entryOf(hash: string, state: 'waiting' | 'dead', item: OutboxItem): OutboxEntry {
  return {
    id: hash,
    name: item.notice.title,
    createdAt: isoTime(item.notice.time),
    state,
    attempts: item.attempts,
    nextAttempt: state === 'waiting' && item.nextAttempt > 0 ? isoTime(item.nextAttempt) : undefined,
    problem: item.problem,
  };
}

function damagedEntry(id: string, state: 'waiting' | 'dead'): OutboxEntry {
  const problem = 'the file cannot be read as a message';
  return { id, name: '', createdAt: isoTime(0), state, attempts: 0, nextAttempt: undefined, problem };
}

function isoTime(time: number): string {
  return new Date(Math.abs(time) <= 8.64e15 ? time : 0).toISOString();
}

/**
 * Puts dead messages back into the queue with all their tries, and makes waiting ones due at once.
 * @returns how many were changed.
 */
export function retryOutbox(outboxDirectory: string): number {
  let changed = 0;
  const lock = acquireLock(path.join(outboxDirectory, 'locks'), 'flush', LOCK_WAIT_MS);
  if (lock === undefined) return 0;
  try {
    for (const state of ['dead', 'waiting'] as const) {
      for (const hash of listOn(outboxDirectory, state)) {
        const item = readItem(outboxDirectory, state, hash);
        if (item === undefined || item === 'damaged' || (state === 'waiting' && item.nextAttempt === 0))
          continue;
        writeOn(outboxDirectory, 'waiting', hash, { ...item, attempts: 0, nextAttempt: 0 });
        if (state === 'dead') removeFrom(outboxDirectory, 'dead', hash);
        changed += 1;
      }
    }
  } finally {
    lock.release();
  }
  return changed;
}
