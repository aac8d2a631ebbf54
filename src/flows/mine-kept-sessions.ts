import * as path from 'node:path';
import type { CheckpointSummary } from '../checkpoints/types.ts';
import { listDirectory, realPath, statIfExists } from '../platform/fs.ts';
import { readRecords } from '../store/journal.ts';
import { listLive } from '../store/live.ts';
import type { Repository, StatePaths } from '../store/paths.ts';

export interface SessionsInput {
  repository: Repository;
  state: StatePaths;
  /** What is gone back to, and what was saved in the same working tree since. */
  checkpoint: CheckpointSummary;
  later: readonly CheckpointSummary[];
  /** Told by the caller. */
  session: string | undefined;
  transcript: string | undefined;
}

/** A session that worked here since the checkpoint, and where its transcript is. */
interface Trace {
  session: string;
  transcript: string | undefined;
}

/**
 * Whose changes are undone, and the transcripts that tell of them: those of the checkpoint's session; of a checkpoint
 * that was saved while no session was open, those of every session that worked in this working tree since.
 */
export function findSessions(input: SessionsInput): { sessions: Set<string>; transcripts: string[] } {
  const { checkpoint, later, transcript } = input;
  const own = input.session ?? checkpoint.session;
  const traces = [...[checkpoint, ...later].flatMap(traceOf), ...openTraces(input), ...journalTraces(input)];
  const told = transcript === undefined ? [] : [path.basename(transcript, '.jsonl')];
  const sessions = new Set(own === undefined ? [...told, ...traces.map((trace) => trace.session)] : [own]);
  const files = traces.flatMap((trace) => (sessions.has(trace.session) ? (trace.transcript ?? []) : []));
  const known = transcript === undefined ? files : [transcript, ...files];
  return { sessions, transcripts: [...new Set(known.map(realPath))] };
}

function traceOf({ session, conversation }: CheckpointSummary): Trace[] {
  return session === undefined ? [] : [{ session, transcript: conversation?.transcript }];
}

function openTraces({ state, repository }: SessionsInput): Trace[] {
  return listLive(state).filter((live) => isInside(live.cwd, repository.root));
}

/** The journals of sessions that are over. */
function journalTraces({ state, repository, checkpoint }: SessionsInput): Trace[] {
  const since = Date.parse(checkpoint.createdAt);
  return listDirectory(state.sessions).flatMap((name) => {
    const file = path.join(state.sessions, name);
    const session = /^(.+)\.jsonl$/.exec(name)?.[1];
    if (session === undefined || (statIfExists(file)?.mtimeMs ?? 0) < since) return [];
    const here = readRecords(file).records.filter(
      ({ t, cwd }) => t >= since && typeof cwd === 'string' && isInside(cwd, repository.root),
    );
    if (here.length === 0) return [];
    const noted = here.findLast((record) => typeof record.transcript === 'string')?.transcript;
    return [{ session, transcript: typeof noted === 'string' ? noted : undefined }];
  });
}

function isInside(folder: string, root: string): boolean {
  return folder === root || folder.startsWith(`${root}${path.sep}`);
}
