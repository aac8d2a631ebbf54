import { readPiece } from '../../store/pieces.ts';
import type { SessionRow } from '../../store/session-list.ts';
import { workFacts } from './facts.ts';
import { listSessions } from './list.ts';
import type { SessionPlace } from './place.ts';
import { readSession, readUntold } from './read.ts';

export interface SearchHit {
  /** name, branch, prompt, decision, file, variable. */
  where: string;
  text: string;
}

export interface FoundSession {
  row: SessionRow;
  hits: SearchHit[];
}

const MOST_HITS = 5;

/**
 * Sessions that have a text in their names, branches, prompts, decisions, files or variables, the latest first; upper and lower
 * case are the same. Reads journals and what is remembered of the transcripts, not the transcripts themselves.
 */
export async function searchSessions(place: SessionPlace, text: string): Promise<FoundSession[]> {
  const { state } = place;
  const wanted = text.toLowerCase();
  const untold = readUntold(state);
  const holds = (other: string | undefined): boolean => other?.toLowerCase().includes(wanted) === true;
  const { rows } = await listSessions(place);
  return rows.flatMap((row) => {
    const { session } = readSession(state, row.id, untold);
    const facts = workFacts(state, session, false);
    const hits: SearchHit[] = [];
    const look = (where: string, texts: readonly (string | undefined)[]): void => {
      for (const one of texts)
        if (one !== undefined && holds(one) && !hits.some((hit) => hit.text === one))
          hits.push({ where, text: one });
    };
    look('name', [session.name, row.id]);
    look('branch', [session.branch]);
    look(
      'variable',
      Object.entries(session.variables).map(([key, value]) => `${key}=${value}`),
    );
    look('prompt', [...facts.prompts.map((one) => one.text), ...promptsOf(place, row.id)]);
    look(
      'decision',
      facts.decisions.map((one) => one.text),
    );
    look(
      'file',
      facts.files.map(({ file }) => file),
    );
    return hits.length === 0 ? [] : [{ row, hits: hits.slice(0, MOST_HITS) }];
  });
}

/** Prompts of which only the journal knows: no worker has read the transcript yet. */
function promptsOf({ state }: SessionPlace, id: string): string[] {
  return readPiece(state, id).records.flatMap(({ type, prompt }) =>
    type === 'prompt' && typeof prompt === 'string' ? [prompt] : [],
  );
}
