import * as path from 'node:path';
import { sleep } from '../platform/clock.ts';
import { readTextIfExists } from '../platform/fs.ts';
import { isSameProcessAlive, processStartTime, runNode, spawnDetached } from '../platform/process.ts';
import { readDue } from '../store/due.ts';
import { acquireLock, lockHolder } from '../store/lock.ts';
import type { StatePaths } from '../store/paths.ts';

export interface LoopInput {
  state: StatePaths;
  session: string;
  /** The client's process; replaced by the one noted in the session's live file where that is another. */
  clientPid: number;
  clientStart: string | undefined;
  /** Saves what the session finds, before the first look. */
  begin?(): Promise<void>;
  /** Saves a checkpoint, or finds that there is nothing to save, and sets when the next one is due. */
  save(): Promise<void>;
  /** The client is gone and has not said so. */
  onOrphan(): Promise<void>;
  /** Milliseconds between looks; 3,000 unless told. */
  tickMs?: number;
  /** Wall clock, milliseconds since 1970. */
  now: () => number;
}

export type LoopEnd = 'already-running' | 'session-ended' | 'client-gone';

/** What the programs in the background are told at the start of a session. */
const AT_START = 'session-start';
const TICK_MS = 3_000;
/** A loop that is about to end may hold the lock a moment longer. */
const LOCK_WAIT_MS = 1_000;
/** A save that did not set the next due time is not repeated sooner than this. */
const SAVE_PAUSE_MS = 60_000;
/** A clock that goes back further was set back, and due times of before mean nothing. */
const CLOCK_SLACK_MS = 60_000;

/**
 * Saves checkpoints of one session while it lives, also during a long turn. Only one runs for a session, however
 * often it is started. A look costs three file-system calls; by the wall clock, so that a machine that slept
 * catches up with one checkpoint. Ends within two looks of the client's end.
 */
export async function runCheckpointLoop(input: LoopInput): Promise<LoopEnd> {
  const { state, session, now } = input;
  const lock = acquireLock(state.locks, lockName(session), LOCK_WAIT_MS);
  if (lock === undefined) return 'already-running';
  let end: LoopEnd | undefined;
  try {
    let client = { pid: input.clientPid, start: input.clientStart };
    let lastSave = Number.NEGATIVE_INFINITY;
    let lastLook = now();
    await input.begin?.();
    while (end === undefined) {
      const live = readLive(state, session);
      if (live === undefined) end = 'session-ended';
      else {
        if (Number.isInteger(live.pid) && live.pid > 0 && live.pid !== client.pid) client = live;
        if (!isSameProcessAlive(client.pid, client.start)) end = 'client-gone';
      }
      if (end !== undefined) break;
      const due = readDue(state, session).at;
      const time = now();
      const isSetBack = time < lastLook - CLOCK_SLACK_MS;
      lastLook = time;
      if (due !== undefined && (time >= due || isSetBack) && Math.abs(time - lastSave) >= SAVE_PAUSE_MS) {
        lastSave = time;
        await input.save();
      }
      await sleep(input.tickMs ?? TICK_MS);
    }
  } finally {
    lock.release();
  }
  if (end === 'client-gone') await input.onOrphan();
  return end;
}

/**
 * Starts the loop of a session as a process of its own, unless one runs: that one goes over to the client noted
 * in the live file, so note it there first. The process survives the client and ends by itself.
 */
export async function startCheckpointLoop(input: {
  /** The runtime directory: `dist/`. */
  runtime: string;
  state: StatePaths;
  session: string;
  clientPid: number;
  cwd: string;
  /** Whether it saves what the session finds, before its first look; not unless told. */
  saveFirst?: boolean;
}): Promise<void> {
  const { runtime, state, session, clientPid, cwd } = input;
  if (lockHolder(state.locks, lockName(session)) !== undefined) return;
  const start = processStartTime(clientPid) ?? '';
  await spawnDetached(
    path.join(runtime, 'hooks', 'checkpoint-loop.cjs'),
    [state.root, cwd, session, String(clientPid), start, ...(input.saveFirst === true ? [AT_START] : [])],
    { cwd: state.root },
  );
}

/**
 * What the loop's process does: saving runs in a process of its own, so that this one stays small, and a client
 * that is gone without a word wakes the worker, which ends the session in its place.
 */
export function runLoopProcess(input: {
  runtime: string;
  state: StatePaths;
  session: string;
  clientPid: number;
  clientStart: string | undefined;
  cwd: string;
  saveFirst?: boolean;
  now: () => number;
}): Promise<LoopEnd> {
  const { runtime, state, session, cwd } = input;
  const script = (name: string): string => path.join(runtime, 'hooks', `${name}.cjs`);
  const save = (...more: string[]): Promise<void> =>
    runNode(script('checkpoint'), [state.root, cwd, session, ...more], {});
  return runCheckpointLoop({
    ...input,
    ...(input.saveFirst === true ? { begin: () => save(AT_START) } : {}),
    save: () => save(),
    onOrphan: async () => {
      await spawnDetached(script('worker'), [state.root, cwd], { cwd: state.root });
    },
  });
}

/** Saves what a session finds that has no loop, in a process of its own that is not waited for. */
export async function saveAtStart(input: {
  runtime: string;
  state: StatePaths;
  session: string;
  cwd: string;
}): Promise<void> {
  const { runtime, state, session, cwd } = input;
  await spawnDetached(path.join(runtime, 'hooks', 'checkpoint.cjs'), [state.root, cwd, session, AT_START], {
    cwd: state.root,
  });
}

function lockName(session: string): string {
  return `loop-${session}`;
}

/** The client as the live file has it; undefined where the session is no longer noted as open. */
function readLive(
  state: StatePaths,
  session: string,
): { pid: number; start: string | undefined } | undefined {
  const text = readTextIfExists(path.join(state.live, session));
  if (text === undefined) return undefined;
  const [first = '', second = ''] = text.split('\n');
  let start: string | undefined;
  try {
    const noted = (JSON.parse(second) as { start?: unknown }).start;
    start = typeof noted === 'string' ? noted : undefined;
  } catch {
    // Without a start time the process id alone counts.
  }
  return { pid: Number(first), start };
}
