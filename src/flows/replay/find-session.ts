import { editDistance } from '../../config/suggest.ts';
import { HooksError } from '../../errors.ts';
import { visible } from '../../platform/terminal.ts';
import { archivedSessions } from '../../store/archive-segments.ts';
import { recentSessions } from '../../store/session-facts.ts';
import { knownTranscripts } from '../known-transcripts.ts';
import { transcriptOf } from '../state-target.ts';
import type { Workplace } from '../workplace.ts';

export type ReplayPlace = Pick<Workplace, 'state' | 'repository' | 'cwd' | 'env' | 'user'>;

/** A session that can be replayed, and where the client kept its transcript. */
export interface ReplayTarget {
  session: string;
  /** Undefined where nothing tells. */
  transcript: string | undefined;
}

const SHOWN = 5;

/**
 * The session a person means: its id, the beginning of one, or `latest`.
 * @throws HooksError `session-unknown`, naming the nearest, or `session-ambiguous` (kind usage).
 */
export function findReplaySession(place: ReplayPlace, wanted: string): ReplayTarget {
  const word = wanted.trim();
  const known: ReplayTarget[] = knownTranscripts(place);
  if (word === 'latest') {
    if (known[0] !== undefined) return known[0];
    throw unknown('No session of Claude Code worked in this folder yet', []);
  }
  const exact = known.find(({ session }) => session === word) ?? onlyHere(place, word);
  if (exact !== undefined) return exact;
  const matching = word === '' ? [] : known.filter(({ session }) => session.startsWith(word));
  if (matching.length > 1) {
    throw new HooksError({
      code: 'session-ambiguous',
      kind: 'usage',
      message: `${matching.length} sessions begin with ${visible(word)}`,
      hint: `Name one of them in full: ${idsOf(matching)}`,
    });
  }
  if (matching[0] !== undefined) return matching[0];
  const far = (id: string): number => {
    const start = word.toLowerCase().slice(0, 80);
    return Math.min(editDistance(start, id), editDistance(start, id.slice(0, start.length)));
  };
  const near = [...known].sort((a, b) => far(a.session) - far(b.session));
  throw unknown(`No session of this folder is called ${visible(word.slice(0, 100))}`, near);
}

/** One that is in the archive alone, whose journal names no transcript, or that worked in another working tree of the repository. */
function onlyHere({ state }: ReplayPlace, id: string): ReplayTarget | undefined {
  const isKept =
    recentSessions(state).some(({ session }) => session === id) || archivedSessions(state).includes(id);
  return !isKept ? undefined : { session: id, transcript: transcriptOf(state, id) };
}

function unknown(message: string, near: readonly ReplayTarget[]): HooksError {
  return new HooksError({
    code: 'session-unknown',
    kind: 'usage',
    message: near.length === 0 ? message : `${message}. Near it: ${idsOf(near)}`,
    hint: near.length === 0 ? 'Start Claude Code here first.' : 'Name one of them, or: latest',
  });
}

function idsOf(list: readonly ReplayTarget[]): string {
  const more = list.length > SHOWN ? `, and ${list.length - SHOWN} more` : '';
  return `${list
    .slice(0, SHOWN)
    .map(({ session }) => session)
    .join(', ')}${more}`;
}
