import type { Config } from '../config/config.ts';
import type { PartInWork } from '../context/sources.ts';
import { systemCode } from '../errors.ts';
import { contextFileOf, findPartition } from '../partitions/find.ts';
import { compilePartitions } from '../partitions/matcher.ts';
import { pathspecsOf } from '../partitions/pathspecs.ts';
import type { RefusedGlob } from '../partitions/types.ts';
import { describePartition } from '../partitions/wording.ts';
import { processStartTime } from '../platform/process.ts';
import { foldSession } from '../sessions/session.ts';
import { belongingOf, clientNote } from '../store/belonging.ts';
import {
  beginSessionPartition,
  type PartitionChoice,
  readDefaultPartition,
  readSessionPartition,
  writeSessionPartition,
} from '../store/partition.ts';
import { readPiece } from '../store/pieces.ts';
import type { StartSource } from './session-context.ts';
import type { Begun } from './sessions/begin.ts';
import type { Workplace } from './workplace.ts';

export interface BegunPartition {
  part: PartInWork | undefined;
  /** For the session: what of the configuration cannot be used. */
  problems: string[];
}

/**
 * The partition a session works on from its start: its own where it goes on, else that of the working tree. A resumed
 * conversation has its context file already.
 */
export function beginPartition(
  place: Pick<Workplace, 'state' | 'repository' | 'resolved' | 'now'>,
  session: string,
  source: StartSource,
): BegunPartition {
  const choice = choiceOf(place, session);
  if (choice?.name === undefined) return { part: undefined, problems: [] };
  const partition = findPartition(place.resolved.config.partitions, choice.name);
  if (partition === undefined) {
    const gone = `The partition in work, ${choice.name}, is no longer in the configuration; no part of the project is singled out. See: claude-hooks context partition list`;
    return { part: undefined, problems: [gone] };
  }
  return partOf(partition, source !== 'resume');
}

/**
 * Gives a conversation that has chosen none the partition its session had in work: that of the conversation it was forked from
 * or cleared, else what the session remembers. Where the state cannot be written, it does without.
 */
export function inheritPartition(
  { state, now }: Pick<Workplace, 'state' | 'now'>,
  begun: Begun,
  clientPid: number,
): void {
  if (readSessionPartition(state, begun.conversation) !== undefined) return;
  const client = { pid: clientPid, start: processStartTime(clientPid) };
  const cleared = begun.how === 'clear' ? clientNote(state, client)?.conversation : undefined;
  const parent = begun.parent ?? cleared;
  const from = parent === undefined ? undefined : readSessionPartition(state, parent);
  const session = belongingOf(state, begun.conversation)?.session;
  const name =
    from?.name ??
    (session === undefined ? undefined : foldSession(session, readPiece(state, session).records).partition);
  if (name === undefined) return;
  try {
    writeSessionPartition(state, begun.conversation, { name, by: from?.by ?? 'hand', at: now() });
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
  }
}

/** What a session that begins now would work on; nothing is noted. */
export function previewPartition(
  place: Pick<Workplace, 'state' | 'repository' | 'resolved'>,
  source: StartSource,
): PartInWork | undefined {
  const { name } = readDefaultPartition(place.state, place.repository) ?? {};
  const partition = name === undefined ? undefined : findPartition(place.resolved.config.partitions, name);
  return partition === undefined ? undefined : partOf(partition, source !== 'resume').part;
}

/** Where the state cannot be written, the session still works on what the working tree has in work. */
function choiceOf(
  { state, repository, now }: Parameters<typeof beginPartition>[0],
  session: string,
): PartitionChoice | undefined {
  try {
    return beginSessionPartition(state, repository, session, now());
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    return readDefaultPartition(state, repository);
  }
}

/** A partition as the context's sources need it. @param withFile whether its context file is told. */
export function partOf(partition: Config['partitions'][number], withFile: boolean): BegunPartition {
  const { holders, refused } = compilePartitions([partition]);
  return {
    part: {
      name: partition.name,
      lines: describePartition(partition),
      file: withFile ? contextFileOf(partition) : undefined,
      holds: (file) => holders(file).length > 0,
      pathspecs: pathspecsOf(partition),
    },
    problems: refused.map(refusedLine),
  };
}

export function refusedLine({ partition, glob, reason }: RefusedGlob): string {
  return `A glob of the partition ${partition} matches nothing: ${glob}: ${reason}.`;
}
