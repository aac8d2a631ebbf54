import { belongingOf } from '../../store/belonging.ts';
import type { StatePaths } from '../../store/paths.ts';
import { readBrief, takeSessionNotes } from '../../store/session-notes.ts';

const LONGEST = 3_000;
const MORE = '\nMore: claude-hooks session tree';

/**
 * What a conversation is told of the branches of its session: the notes its children left, once, and, unless it knows it
 * already, the brief of a child. At most 3,000 characters; empty where there is nothing. Costs the reading of three small
 * files.
 */
export function takeTold(state: StatePaths, conversation: string, withBrief: boolean): string {
  const belonging = belongingOf(state, conversation);
  if (belonging?.role !== 'own') return '';
  const brief = withBrief ? readBrief(state, belonging.session) : undefined;
  const text = [...(brief === undefined ? [] : [brief]), ...takeSessionNotes(state, belonging.session)].join(
    '\n\n',
  );
  if (text.length <= LONGEST) return text;
  return `${text.slice(0, text.lastIndexOf('\n', LONGEST - MORE.length))}${MORE}`;
}
