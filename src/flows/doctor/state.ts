import * as path from 'node:path';
import { HooksError } from '../../errors.ts';
import {
  exists,
  freeBytes,
  isWritable,
  listDirectory,
  readTextIfExists,
  removeFile,
  statIfExists,
} from '../../platform/fs.ts';
import { counted } from '../../platform/words.ts';
import { listDeadJobs, listJobs } from '../../store/jobs.ts';
import { isClientAlive, listLive } from '../../store/live.ts';
import { lockHolder } from '../../store/lock.ts';
import { hasWaitingEvents } from '../../store/spool.ts';
import { drain } from '../drain.ts';
import { finishSessions } from '../post-session.ts';
import { sweepLostSessions } from '../sweep.ts';
import { type Diagnosis, type DoctorPlace, ok } from './types.ts';

const STUCK_MS = 10 * 60_000;
const SILENT_MS = 2 * 3_600_000;
const LOW_DISK_BYTES = 200 * 1024 * 1024;

/** Can anything be recorded, and is what was recorded handled? */
export async function examineState(place: DoctorPlace): Promise<Diagnosis[]> {
  const { state } = place;
  if (!exists(state.root)) {
    return [
      {
        id: 'no-state',
        level: 'info',
        text: `No session has been started here through claude-hooks yet (${state.root}).`,
        cure: 'Start Claude Code in this folder.',
      },
    ];
  }
  const found: Diagnosis[] = [];
  for (const directory of [state.root, state.spool, state.sessions].filter(exists)) {
    if (!isWritable(directory))
      found.push({
        id: 'state-unwritable',
        level: 'error',
        text: `${directory} cannot be written: nothing is recorded and nothing saved.`,
        cure: `Give yourself write permission: chmod u+w '${directory}'`,
      });
  }
  const free = freeBytes(state.root);
  if (free !== undefined && free < LOW_DISK_BYTES) {
    found.push({
      id: 'disk-full',
      level: 'error',
      text: `Only ${Math.round(free / 1024 / 1024)} MB are free where the state lies (${state.root}).`,
      cure: 'Free some space; checkpoints need room for what changed.',
    });
  }
  found.push(
    ...examineSpool(place),
    ...examineJobs(place),
    ...examineSessions(place),
    ...examineLocks(place),
  );
  return found.length === 0 ? [ok('state', `${state.root}: writable, nothing stuck.`)] : found;
}

function examineSpool(place: DoctorPlace): Diagnosis[] {
  const { spool, work } = place.state;
  const files = [
    ...listDirectory(spool)
      .filter((name) => name !== 'tmp')
      .map((name) => path.join(spool, name)),
    ...listDirectory(work).map((name) => path.join(work, name)),
  ];
  const old = files.filter((file) => place.now() - (statIfExists(file)?.mtimeMs ?? place.now()) > STUCK_MS);
  const failing = old.length > 20;
  if (old.length === 0) return [];
  return [
    {
      id: 'events-waiting',
      level: failing ? 'error' : 'info',
      text: `${counted(old.length, 'event')} ${old.length === 1 ? 'has' : 'have'} been waiting for more than ten minutes${failing ? ': the worker does not start or fails' : `; ${old.length === 1 ? 'it is' : 'they are'} handled at the next checkpoint, session start or end`}.`,
      cure: 'claude-hooks doctor --fix handles them now.',
      fix: async () =>
        `handled ${counted(await drain(place), 'event')}${hasWaitingEvents(place.state) ? ', some are still waiting' : ''}`,
    },
  ];
}

function examineJobs(place: DoctorPlace): Diagnosis[] {
  const dead = listDeadJobs(place.state);
  const waiting = listJobs(place.state).filter((job) => place.now() - job.createdAt > STUCK_MS);
  return [
    ...(dead.length > 0
      ? [
          {
            id: 'jobs-dead',
            level: 'error' as const,
            text: `${counted(dead.length, 'end-of-session job')} failed three times and ${dead.length === 1 ? 'was' : 'were'} set aside in ${path.join(place.state.jobs, 'dead')}.`,
            cure: `Look for the cause in ${place.state.log}; delete the files when it is settled.`,
          },
        ]
      : []),
    ...(waiting.length > 0
      ? [
          {
            id: 'jobs-waiting',
            level: 'warn' as const,
            text: `${counted(waiting.length, 'end-of-session job')} ${waiting.length === 1 ? 'is' : 'are'} not finished.`,
            cure: 'claude-hooks doctor --fix finishes them now.',
            fix: async () =>
              finishSessions(place).then(() => `finished what waited; ${listJobs(place.state).length} left`),
          },
        ]
      : []),
  ];
}

function examineSessions(place: DoctorPlace): Diagnosis[] {
  const { config } = place.resolved;
  const live = listLive(place.state);
  const lost = live.filter((session) => !isClientAlive(session));
  const found: Diagnosis[] = [];
  if (lost.length > 0) {
    found.push({
      id: 'sessions-lost',
      level: 'warn',
      text: `${counted(lost.length, 'session')} ended without saying so (the client was killed).`,
      cure: 'claude-hooks doctor --fix finishes them now; the next session start does it too.',
      fix: async () => {
        await drain(place);
        const count = sweepLostSessions(place);
        await drain(place);
        await finishSessions(place);
        return `ended ${counted(count, 'session')}`;
      },
    });
  }
  for (const session of live.filter(isClientAlive)) {
    const wanted =
      config.checkpoints.enabled &&
      config.checkpoints.loop &&
      config.hooks.checkpoint.enabled &&
      place.repository.gitDir !== undefined;
    if (wanted && lockHolder(place.state.locks, `loop-${session.session}`) === undefined) {
      found.push({
        id: 'loop-dead',
        level: 'warn',
        text: `The checkpoint loop of session ${session.session} is not running: during long turns nothing is saved.`,
        cure: `claude-hooks checkpoint loop --session ${session.session} --pid ${session.pid} &`,
      });
    }
    const spoken = statIfExists(path.join(place.state.sessions, `${session.session}.jsonl`))?.mtimeMs ?? 0;
    const written = session.transcript === undefined ? 0 : (statIfExists(session.transcript)?.mtimeMs ?? 0);
    if (written - spoken > SILENT_MS && !hasWaitingEvents(place.state)) {
      found.push({
        id: 'capture-silent',
        level: 'error',
        text: `Session ${session.session} goes on, but no hook has fired for ${Math.round((written - spoken) / 3_600_000)} h.`,
        cure: 'Look at the settings findings above; then start the session anew with: claude --resume',
      });
    }
  }
  return found;
}

function examineLocks(place: DoctorPlace): Diagnosis[] {
  const { gitDir } = place.repository;
  const found: Diagnosis[] = [];
  const holder = lockHolder(place.state.locks, 'drain');
  const lockFile = listDirectory(place.state.locks).findLast((name) => /^drain\.\d+$/.test(name));
  const age =
    lockFile === undefined
      ? 0
      : place.now() - (statIfExists(path.join(place.state.locks, lockFile))?.mtimeMs ?? place.now());
  if (holder !== undefined && age > STUCK_MS) {
    found.push({
      id: 'worker-stuck',
      level: 'error',
      text: `The worker (process ${holder.pid}) has held its lock for ${Math.round(age / 60_000)} minutes.`,
      cure: `Look what it does (ps -p ${holder.pid}); then: kill ${holder.pid}`,
    });
  }
  const gitLock = gitDir === undefined ? undefined : path.join(gitDir, 'index.lock');
  const stat = gitLock === undefined ? undefined : statIfExists(gitLock);
  if (gitLock !== undefined && stat !== undefined && place.now() - stat.mtimeMs > STUCK_MS) {
    found.push({
      id: 'git-index-lock',
      level: 'warn',
      text: `${gitLock} is ${Math.round((place.now() - stat.mtimeMs) / 60_000)} minutes old: a git command died, and git commit fails until it is gone. Checkpoints do not need it.`,
      cure: `Make sure that no git command runs, then: rm '${gitLock}'`,
    });
  }
  const shim = path.join(place.state.spool, 'tmp');
  const torn = listDirectory(shim).filter(
    (name) => place.now() - (statIfExists(path.join(shim, name))?.mtimeMs ?? place.now()) > STUCK_MS,
  );
  if (torn.length > 0) {
    found.push({
      id: 'events-torn',
      level: 'info',
      text: `${counted(torn.length, 'event')} ${torn.length === 1 ? 'was' : 'were'} cut off while being recorded.`,
      cure: 'claude-hooks doctor --fix removes the fragments.',
      fix: async () => {
        for (const name of torn) removeFile(path.join(shim, name));
        return `removed ${counted(torn.length, 'fragment')}`;
      },
    });
  }
  return found;
}

/** The journal of problems hooks and workers met in the last day. */
export async function examineLog(place: DoctorPlace): Promise<Diagnosis[]> {
  const recent = (readTextIfExists(place.state.log) ?? '')
    .trimEnd()
    .split('\n')
    .slice(-200)
    .flatMap((line) => {
      try {
        return [JSON.parse(line) as { t: number; type: string; message: string }];
      } catch (error) {
        if (error instanceof HooksError) throw error;
        return [];
      }
    })
    .filter((record) => record.message?.startsWith('worker:') && place.now() - record.t < 24 * 3_600_000);
  const last = recent.at(-1);
  return last === undefined
    ? []
    : [
        {
          id: 'worker-errors',
          level: 'warn',
          text: `The worker met ${counted(recent.length, 'error')} in the last day, the last one: ${last.message}`,
          cure: `See ${place.state.log}`,
        },
      ];
}
