import { HooksError } from '../../errors.ts';
import { statIfExists } from '../../platform/fs.ts';
import { archivedSessions } from '../../store/archive-segments.ts';
import { recentSessions } from '../../store/session-facts.ts';
import { knownTranscripts, transcriptsOfGoneFolders } from '../known-transcripts.ts';
import { findConversation } from '../sessions/conversation.ts';
import { transcriptOf } from '../state-target.ts';
import type { Workplace } from '../workplace.ts';

export type ReplayPlace = Pick<Workplace, 'state' | 'repository' | 'cwd' | 'env' | 'user'>;

/** A session that can be replayed, and where the client kept its transcript. */
export interface ReplayTarget {
  session: string;
  /** Undefined where nothing tells. */
  transcript: string | undefined;
}

/**
 * The conversation a person means: its id, the beginning of one, `latest`, or the id or name of a session, of which it is the last
 * that has a transcript. Those of a folder that is gone, as that of a repository that was moved, count behind those of this one.
 * @returns it, and `remark` where it is one of several.
 * @throws HooksError `session-unknown`, naming the nearest, `session-ambiguous` (kind usage), or `session-empty`.
 */
export async function findReplaySession(
  place: ReplayPlace,
  wanted: string,
): Promise<ReplayTarget & { remark: string | undefined }> {
  const { state } = place;
  const word = wanted.trim();
  const known: ReplayTarget[] = [...knownTranscripts(place), ...transcriptsOfGoneFolders(place)];
  if (word === 'latest') {
    if (known[0] !== undefined) return { ...known[0], remark: undefined };
    throw new HooksError({
      code: 'session-unknown',
      kind: 'usage',
      message: 'No session of Claude Code worked in this folder yet',
      hint: 'Start Claude Code here first.',
    });
  }
  const archived = archivedSessions(state);
  // One that is in the archive alone, or that worked in another working tree of the repository, is named in full.
  const isKept = recentSessions(state).some(({ session }) => session === word) || archived.includes(word);
  const ids = known.map(({ session }) => session);
  const { id, remark } = isKept
    ? { id: word, remark: undefined }
    : await findConversation(place, word, ids, (one) => {
        const transcript = one.transcript ?? transcriptOf(state, one.id);
        return (
          archived.includes(one.id) ||
          (transcript !== undefined && statIfExists(transcript)?.isFile() === true)
        );
      });
  const target = known.find(({ session }) => session === id);
  return { ...(target ?? { session: id, transcript: transcriptOf(state, id) }), remark };
}
