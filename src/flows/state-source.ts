import { quotableLines } from '../context/fence.ts';
import { type Found, SHARES } from '../context/sources.ts';
import type { StatePaths } from '../store/paths.ts';
import type { NotedSession } from '../store/session-facts.ts';
import { stateLines } from '../transcript/state-lines.ts';
import { peekSession } from './session-facts.ts';

/** What the session must not forget, or what the last one was doing. Reads at most 1 MB of the transcript. */
export function readState(
  of: NotedSession,
  input: { root: string; state: StatePaths; nonce: string },
): Found {
  const { facts, partial } = peekSession(input.state, of.session, of.transcript);
  const told = stateLines(facts, input.root);
  if (told.length === 0) return { pieces: [], notes: [], files: [] };
  const where = `Numbers in parentheses are lines (with @: byte offsets) of ${of.transcript}`;
  const lines = quotableLines([...told, where].join('\n'), input.nonce);
  const command = `claude-hooks context summarize --session ${of.session}`;
  const notes = partial ? [`state: only the end of a long transcript was read, see: ${command}`] : [];
  return {
    pieces: [{ source: 'state', lines, share: SHARES.state, command, unread: false }],
    notes,
    files: [],
  };
}
