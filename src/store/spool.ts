import * as path from 'node:path';
import { sleepSync } from '../platform/clock.ts';
import {
  claimByRename,
  createFileExclusive,
  ensureDirectory,
  hasHardLinks,
  listDirectory,
  readBytesIfExists,
  removeFile,
  renameFile,
  statIfExists,
} from '../platform/fs.ts';
import { callsDirectory } from './calls.ts';
import type { StatePaths } from './paths.ts';

/** An event a worker has claimed. */
export interface ClaimedEvent {
  /** Unique for all time: claim time, position, and the name the doorbell gave it. */
  id: string;
  file: string;
  /** The word the doorbell was rung with (`stop`, `end` ...), or `g` for a git hook. */
  bell: string;
  /** When the doorbell wrote it, milliseconds since 1970. */
  time: number;
  /** True where an earlier worker claimed it and did not finish. */
  recovered: boolean;
}

const STALE_TEMP_MS = 60 * 60_000;
/** A doorbell takes milliseconds from writing to publishing. */
const SETTLED_MS = 60_000;

/** Counts this process' events, so that a long row of them does not look at all earlier names again. */
let nextNumber = 0;

/** Makes the directories the doorbell writes to. Without them it records nothing. */
export function openSpool(state: StatePaths): void {
  for (const directory of [
    path.join(state.spool, 'tmp'),
    state.work,
    state.owner,
    state.live,
    state.due,
    state.late,
    state.jobs,
    state.flags,
    callsDirectory(state),
  ]) {
    ensureDirectory(directory);
  }
  const flag = path.join(state.flags, 'no-links');
  if (!hasHardLinks(path.join(state.spool, 'tmp')) && statIfExists(flag) === undefined)
    createFileExclusive(flag, '');
}

/** Whether a worker has something to do. */
export function hasWork(state: StatePaths): boolean {
  return hasWaitingEvents(state) || listDirectory(state.jobs).some((name) => name.endsWith('.json'));
}

/** Whether there are events to drain: new ones, or ones an earlier worker left. */
export function hasWaitingEvents(state: StatePaths): boolean {
  return listDirectory(state.spool).some((name) => name !== 'tmp') || listDirectory(state.work).length > 0;
}

/** The events nobody has handled yet, the oldest first; claims none. One that is handled meanwhile may be told all the same. */
export function waitingEvents(state: StatePaths): ClaimedEvent[] {
  // In this order: an event goes from the spool to the worker's folder, never back.
  const waiting = listDirectory(state.spool).flatMap((name): ClaimedEvent[] => {
    const file = path.join(state.spool, name);
    if (name === 'tmp' || name.startsWith('.')) return [];
    return [{ id: name, file, bell: bellOf(name), time: statIfExists(file)?.mtimeMs ?? 0, recovered: false }];
  });
  const claimed = listDirectory(state.work).map((name) => describe(state, name, true));
  return [...claimed, ...waiting].sort((a, b) => a.time - b.time);
}

/** Whether the end of a session is recorded and not yet handled. */
export function hasWaitingEnd(state: StatePaths): boolean {
  return (
    listDirectory(state.spool).some((name) => name.startsWith('end-')) ||
    listDirectory(state.work).some((name) => describe(state, name, true).bell === 'end')
  );
}

/**
 * Puts an event into the spool as the doorbell does: whole or not at all. `payload` is JSON without newlines.
 * @returns the event's file.
 */
export function recordEvent(state: StatePaths, bell: string, scope: string, payload: string): string {
  for (;;) {
    const name = `${bell}-${process.pid}-${scope}-${nextNumber++}`;
    const aside = path.join(state.spool, 'tmp', name);
    const file = path.join(state.spool, name);
    // Written aside: whatever lies in the spool itself may be claimed at any moment.
    if (statIfExists(file) !== undefined || !createFileExclusive(aside, `${payload}\n`)) continue;
    renameFile(aside, file);
    return file;
  }
}

/**
 * Claims every event in the spool by renaming it to `work/`, oldest first, after those an earlier worker
 * left there. Call it only while holding the drain lock.
 */
export function claimEvents(state: StatePaths, now: number): ClaimedEvent[] {
  sweepTemporary(state, now);
  // Without it nothing can be claimed, and whoever waits until nothing is left would wait for ever.
  ensureDirectory(state.work);
  const recovered = listDirectory(state.work).map((name) => describe(state, name, true));
  const waiting = listDirectory(state.spool)
    .filter((name) => name !== 'tmp')
    .map((name) => ({ name, time: statIfExists(path.join(state.spool, name))?.mtimeMs ?? now }))
    .sort((a, b) => a.time - b.time || (a.name < b.name ? -1 : 1));
  const stamp = now.toString(36).padStart(9, '0');
  const claimed: ClaimedEvent[] = [];
  for (const [index, { name }] of waiting.entries()) {
    const unique = `${stamp}-${process.pid.toString(36)}-${index.toString(36).padStart(5, '0')}-${name}`;
    // The doorbell leaves its name aside behind. It goes first: once it is alone, it is an event nobody published.
    removeFile(path.join(state.spool, 'tmp', name));
    if (claimByRename(path.join(state.spool, name), path.join(state.work, unique)))
      claimed.push(describe(state, unique, false));
  }
  return [...recovered, ...claimed];
}

/**
 * The event's bytes; empty where the file is gone. A git hook writes its file in place, with one write (a rename
 * would double what the hook costs), so one caught between the two is given up to 100 ms to end its line.
 */
export function readEventBytes(event: ClaimedEvent): Buffer {
  for (let attempt = 0; ; attempt += 1) {
    const bytes = readBytesIfExists(event.file) ?? Buffer.alloc(0);
    if (event.bell !== 'g' || bytes.at(-1) === 0x0a || attempt === 20) return bytes;
    sleepSync(5);
  }
}

/** Forgets an event whose record and effects are done. */
export function finishEvent(event: ClaimedEvent): void {
  removeFile(event.file);
}

function describe(state: StatePaths, name: string, recovered: boolean): ClaimedEvent {
  const file = path.join(state.work, name);
  const original = name.split('-').slice(3).join('-');
  return { id: name, file, bell: bellOf(original), time: statIfExists(file)?.mtimeMs ?? 0, recovered };
}

function bellOf(name: string): string {
  return /^(tool-failure|[a-z]+)/.exec(name)?.[1] ?? name;
}

/**
 * What a doorbell that was killed left aside: a whole event is put into the spool after all, a torn one, which
 * nobody was told is recorded, is removed when it is an hour old.
 */
function sweepTemporary(state: StatePaths, now: number): void {
  const directory = path.join(state.spool, 'tmp');
  for (const name of listDirectory(directory)) {
    const file = path.join(directory, name);
    const stat = statIfExists(file);
    if (stat === undefined || stat.nlink > 1 || statIfExists(path.join(state.spool, name)) !== undefined)
      continue;
    const age = now - stat.mtimeMs;
    if (age > SETTLED_MS && readBytesIfExists(file)?.at(-1) === 0x0a) {
      claimByRename(file, path.join(state.spool, `${name}-late-${now.toString(36)}`));
    } else if (age > STALE_TEMP_MS) removeFile(file);
  }
}
