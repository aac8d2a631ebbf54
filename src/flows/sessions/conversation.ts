import { editDistance } from '../../config/suggest.ts';
import { HooksError } from '../../errors.ts';
import { visible } from '../../platform/terminal.ts';
import type { SessionConversation } from '../../sessions/session.ts';
import { boundConversations } from '../../store/belonging.ts';
import { listLive } from '../../store/live.ts';
import type { StatePaths } from '../../store/paths.ts';
import { recentSessions } from '../../store/session-facts.ts';
import type { SessionRow } from '../../store/session-list.ts';
import { listSessions } from './list.ts';
import type { SessionPlace } from './place.ts';
import { readSession, readUntold } from './read.ts';

/** A conversation that was meant, and where a session was named that has several, which of them it is. */
export interface MeantConversation {
  id: string;
  remark: string | undefined;
}

const SHOWN = 5;
const DATE = '2026-11-28-'.length;

/**
 * The conversation a person means: by its own id or the beginning of that, or by the id or name of a session, of which it is the
 * last one. @param known ids of conversations, the latest first. @param suits whether one of a session can be what is meant; where none does, its last one is.
 * @throws HooksError `session-unknown`, naming the nearest, `session-ambiguous` (kind usage), or `session-empty` (kind failed).
 */
export async function findConversation(
  place: SessionPlace,
  text: string,
  known: readonly string[],
  suits: (conversation: SessionConversation) => boolean = () => true,
): Promise<MeantConversation> {
  const word = text.trim();
  if (known.includes(word)) return { id: word, remark: undefined };
  const { rows } = await listSessions(place);
  const lower = word.toLowerCase();
  const named =
    rows.filter(({ id }) => id === lower).at(0) ??
    onlyOne(rows.filter(({ name }) => name.toLowerCase() === lower));
  if (named !== undefined) return lastOf(place, named, suits);
  const conversations = word === '' ? [] : known.filter((id) => id.startsWith(word));
  const sessions = lower === '' ? [] : rows.filter((row) => begins(row, lower));
  const found = [...conversations, ...sessions.map(({ id }) => id)];
  if (found.length > 1)
    throw new HooksError({
      code: 'session-ambiguous',
      kind: 'usage',
      message: `${found.length} sessions begin with ${visible(word)}`,
      hint: `Name one of them in full: ${listOf(found)}`,
    });
  const [row] = sessions;
  if (row !== undefined) return lastOf(place, row, suits);
  const [id] = conversations;
  if (id !== undefined) return { id, remark: undefined };
  throw unknown(word, known, rows);
}

/** Conversations of a repository that claude-hooks knows of. */
export function knownConversations(state: StatePaths): string[] {
  const recent = recentSessions(state).map(({ session }) => session);
  const live = listLive(state).map(({ session }) => session);
  return [...new Set([...recent, ...live, ...boundConversations(state)])];
}

function begins({ id, name }: SessionRow, word: string): boolean {
  return id.startsWith(word) || id.slice(DATE).startsWith(word) || name.toLowerCase() === word;
}

function lastOf(
  { state }: SessionPlace,
  { id }: SessionRow,
  suits: (conversation: SessionConversation) => boolean,
): MeantConversation {
  const { conversations } = readSession(state, id, readUntold(state)).session;
  const latest = [...conversations].sort((a, b) => b.lastAt - a.lastAt);
  const one = latest.find(suits) ?? latest[0];
  if (one === undefined)
    throw new HooksError({
      code: 'session-empty',
      kind: 'failed',
      message: `The session ${id} has no conversation yet.`,
      hint: 'The next one that begins in its working tree belongs to it: start Claude Code there.',
    });
  const which = one === latest[0] ? 'the last' : 'the last that is kept';
  return {
    id: one.id,
    remark:
      latest.length < 2
        ? undefined
        : `${id} has ${latest.length} conversations; this is ${which}, ${one.id}.`,
  };
}

function unknown(word: string, known: readonly string[], rows: readonly SessionRow[]): HooksError {
  const start = word.toLowerCase().slice(0, 80);
  const far = (id: string): number =>
    Math.min(editDistance(start, id), editDistance(start, id.slice(0, start.length)));
  const names = [
    ...known.map((id) => ({ id, distance: far(id) })),
    ...rows.map(({ id, name }) => ({
      id,
      distance: Math.min(far(id), far(id.slice(DATE)), far(name.toLowerCase())),
    })),
  ];
  const near = names.sort((a, b) => a.distance - b.distance).map(({ id }) => id);
  const message = `No session of this folder is called ${visible(word.slice(0, 100))}`;
  return new HooksError({
    code: 'session-unknown',
    kind: 'usage',
    message: near.length === 0 ? message : `${message}. Near it: ${listOf(near)}`,
    hint:
      near.length === 0
        ? 'Start Claude Code here first.'
        : 'Name one of them; all: claude-hooks session list',
  });
}

function onlyOne<T>(list: readonly T[]): T | undefined {
  return list.length === 1 ? list[0] : undefined;
}

function listOf(ids: readonly string[]): string {
  const more = ids.length > SHOWN ? `, and ${ids.length - SHOWN} more` : '';
  return `${ids.slice(0, SHOWN).join(', ')}${more}`;
}
