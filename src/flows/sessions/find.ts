import { closest } from '../../config/suggest.ts';
import { HooksError } from '../../errors.ts';
import { exists } from '../../platform/fs.ts';
import { visible } from '../../platform/terminal.ts';
import { belongingOf } from '../../store/belonging.ts';
import type { SessionRow } from '../../store/session-list.ts';
import { listSessions } from './list.ts';
import type { SessionPlace } from './place.ts';

const CONVERSATION = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;
const MOST_NAMED = 5;

/**
 * The session a person means: by its id, its name, the beginning of either, or by one of its conversations.
 * @throws HooksError where there is none (with those near it) or more than one.
 */
export async function findSession(place: SessionPlace, text: string): Promise<SessionRow> {
  const { rows } = await listSessions(place);
  const wanted = text.trim().toLowerCase();
  const exact = rows.find(({ id }) => id === wanted);
  if (exact !== undefined) return exact;
  const owner = CONVERSATION.test(text) ? belongingOf(place.state, text)?.session : undefined;
  const tests: ((row: SessionRow) => boolean)[] = [
    ({ id }) => id === owner,
    ({ name }) => name.toLowerCase() === wanted,
    ({ id }) => id.startsWith(wanted),
    ({ name }) => name.toLowerCase().startsWith(wanted),
    // Without the date, and the beginning of a conversation's id.
    ({ id }) => id.slice('2026-11-28-'.length).startsWith(wanted),
    ({ conversations }) => wanted.length >= 4 && conversations.some((one) => one.startsWith(wanted)),
  ];
  for (const test of wanted === '' ? [] : tests) {
    const found = rows.filter(test);
    const [one] = found;
    if (one !== undefined && found.length === 1) return one;
    if (found.length > 1) throw manyOf(text, found);
  }
  throw noneOf(text, rows);
}

/**
 * The session a command is about where none is named: that of the conversation it was called from, else one that is open in this
 * working tree, else the one something happened in last there. A working tree without sessions, as that of a repository that was
 * moved, has those of folders that are gone. @param by `resume` and `pause` take a completed session only where there is no other;
 * `archive` never goes on to the next one.
 * @throws HooksError where there is none, or (`session-archived`, kind usage) where the one to archive is archived already.
 */
export async function currentSession(
  place: SessionPlace,
  conversation: string | undefined,
  by?: string,
): Promise<SessionRow> {
  const { rows } = await listSessions(place);
  const own = conversation === undefined ? undefined : belongingOf(place.state, conversation)?.session;
  const { root } = place.repository;
  const inTree = rows.filter((row) => row.root === root);
  const here = inTree.length > 0 ? inTree : rows.filter((row) => row.root !== undefined && !exists(row.root));
  const called = rows.find(({ id }) => id === own) ?? here.find(({ open }) => open);
  const [latest] = here;
  if (called === undefined && by === 'archive' && latest?.state === 'Archived')
    throw new HooksError({
      code: 'session-archived',
      kind: 'usage',
      message: `The last session here, ${latest.id}, is archived already.`,
      hint: 'Name the one that is meant: claude-hooks session archive ID',
    });
  const goesOn = by === 'resume' || by === 'pause';
  const kept = here.filter(({ state }) => state !== 'Archived');
  const found = called ?? (goesOn ? kept.find(({ state }) => state !== 'Complete') : undefined) ?? kept[0];
  if (found !== undefined) return found;
  throw new HooksError({
    code: 'no-session',
    kind: 'failed',
    message: `No session of ${visible(root)} is known.`,
    hint: 'Start Claude Code here with the hooks installed, or: claude-hooks session start NAME',
  });
}

function manyOf(text: string, found: readonly SessionRow[]): HooksError {
  const ids = found.slice(0, MOST_NAMED).map(({ id }) => id);
  return new HooksError({
    code: 'session-ambiguous',
    kind: 'usage',
    message: `${found.length} sessions are meant by "${visible(text.slice(0, 80))}".`,
    hint: `Name one by its id: ${ids.join(', ')}${found.length > ids.length ? ', ...' : ''}`,
  });
}

function noneOf(text: string, rows: readonly SessionRow[]): HooksError {
  const words = rows.flatMap(({ id, name }) => [id, id.slice('2026-11-28-'.length, -5), name.toLowerCase()]);
  const near = closest(text, words);
  const meant = rows.find(
    ({ id, name }) =>
      near !== undefined && (id === near || name.toLowerCase() === near || id.slice(11, -5) === near),
  );
  const others = rows.filter((row) => row !== meant).map(({ id }) => id);
  const shown = [...(meant === undefined ? [] : [meant.id]), ...others].slice(0, MOST_NAMED);
  return new HooksError({
    code: 'no-session',
    kind: 'failed',
    message: `No session is called "${visible(text.slice(0, 80))}".`,
    hint:
      shown.length === 0
        ? 'There are none yet. They begin with Claude Code, or with: claude-hooks session start NAME'
        : `${meant === undefined ? 'The latest are' : 'Near it and the latest are'}: ${shown.join(', ')}. All: claude-hooks session list --all`,
  });
}
