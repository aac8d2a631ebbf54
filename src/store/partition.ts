import * as path from 'node:path';
import { HooksError } from '../errors.ts';
import { ensureDirectory, readHead, setTimes, statIfExists, writeFileAtomic } from '../platform/fs.ts';
import { type Repository, type StatePaths, worktreeName } from './paths.ts';

/** Which partition is in work, and how it came to be chosen. */
export interface PartitionChoice {
  /** Undefined: none, also where the working tree has a default. */
  name: string | undefined;
  by: 'hand' | 'prompt' | 'auto' | 'default';
  /** Milliseconds since 1970. */
  at: number;
}

const MOST_BYTES = 4_096;
const SESSION = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,99}$/;

/**
 * `partition/<session>`: the doorbell asks only whether it has any content, so a choice of none is an empty file. It
 * holds a name and nothing else that decides: what the partition is, the configuration says.
 */
function sessionFile(state: StatePaths, session: string): string {
  return path.join(state.partition, session);
}

/** What sessions that begin in this working tree start with. */
function defaultFile(state: StatePaths, repository: Repository): string {
  return path.join(state.partitionDefault, worktreeName(repository));
}

/** The choice of a session; undefined where it never had one. A damaged file counts as none. */
export function readSessionPartition(state: StatePaths, session: string): PartitionChoice | undefined {
  return SESSION.test(session) ? read(sessionFile(state, session)) : undefined;
}

/** Whether a session has a partition in work, without reading which. */
export function hasSessionPartition(state: StatePaths, session: string): boolean {
  return (statIfExists(sessionFile(state, session))?.size ?? 0) > 0;
}

/** @throws HooksError (usage) for an id that is none of a session. */
export function writeSessionPartition(state: StatePaths, session: string, choice: PartitionChoice): void {
  if (!SESSION.test(session)) {
    throw new HooksError({
      code: 'session-id',
      kind: 'usage',
      message: `${JSON.stringify(session.slice(0, 120))} is no id of a session.`,
      hint: 'See the sessions that are open with: claude-hooks status',
    });
  }
  write(sessionFile(state, session), choice);
}

export function readDefaultPartition(state: StatePaths, repository: Repository): PartitionChoice | undefined {
  return read(defaultFile(state, repository));
}

export function writeDefaultPartition(
  state: StatePaths,
  repository: Repository,
  choice: PartitionChoice,
): void {
  write(defaultFile(state, repository), choice);
}

/**
 * What a session that starts or goes on has in work: its own choice, else that of the working tree, which becomes its
 * own. Writes nothing where there is neither.
 */
export function beginSessionPartition(
  state: StatePaths,
  repository: Repository,
  session: string,
  now: number,
): PartitionChoice | undefined {
  const own = readSessionPartition(state, session);
  if (own !== undefined) {
    // Files of sessions that nobody went on with for long are removed by their age.
    setTimes(sessionFile(state, session), new Date(now), new Date(now));
    return own;
  }
  const wanted = readDefaultPartition(state, repository);
  if (wanted?.name === undefined || !SESSION.test(session)) return undefined;
  const choice: PartitionChoice = { name: wanted.name, by: 'default', at: now };
  writeSessionPartition(state, session, choice);
  return choice;
}

function read(file: string): PartitionChoice | undefined {
  const stat = statIfExists(file);
  if (stat === undefined) return undefined;
  const none: PartitionChoice = { name: undefined, by: 'hand', at: Math.floor(stat.mtimeMs) };
  try {
    const { name, by, at } = JSON.parse(readHead(file, MOST_BYTES) ?? '') as Partial<PartitionChoice>;
    if (typeof name !== 'string') return none;
    return {
      name,
      by: by === 'prompt' || by === 'auto' || by === 'default' ? by : 'hand',
      at: typeof at === 'number' ? at : none.at,
    };
  } catch {
    return none;
  }
}

function write(file: string, choice: PartitionChoice): void {
  ensureDirectory(path.dirname(file));
  const text = choice.name === undefined ? '' : `${JSON.stringify(choice)}\n`;
  writeFileAtomic(file, text, { mode: 0o600, sync: false });
}
