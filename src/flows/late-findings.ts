import { terminalSequenceFor } from '../platform/terminal.ts';
import { redactText } from '../redact/redact.ts';
import { takeLateLines } from '../store/late.ts';
import type { StatePaths } from '../store/paths.ts';
import { takeTold } from './branching/told.ts';
import { takeTemplateNews } from './template-context.ts';

const LIMIT = 4_000;

/** What the checks of a session found after it had started, what a session it waited for did, and what is new of its template. */
export interface LateFindings {
  text: string;
  terminalSequence: string;
}

/**
 * Takes what the checks of a session found after it had started, the notes of sessions that returned to it, and news of
 * its template, once.
 * @returns the answer of the prompt hook as JSON text, or undefined where there is nothing (any more).
 */
export function takeLateFindings(
  state: StatePaths,
  session: string,
  env: Readonly<Record<string, string | undefined>>,
): string | undefined {
  const late = takeLate(state, session, env);
  if (late === undefined) return undefined;
  return `${JSON.stringify({
    terminalSequence: late.terminalSequence,
    hookSpecificOutput: { hookEventName: 'UserPromptSubmit', additionalContext: late.text },
  })}\n`;
}

/** The same as a text of at most 8,500 characters, for an answer that says more. */
export function takeLate(
  state: StatePaths,
  session: string,
  env: Readonly<Record<string, string | undefined>>,
): LateFindings | undefined {
  const lines = takeLateLines(state, session).filter((line) => line.trim() !== '');
  const told = redactText(takeTold(state, session, false));
  const news = takeTemplateNews(state, session);
  const parts = [
    ...(told === '' ? [] : [told]),
    ...(lines.length === 0 ? [] : [findingsText(lines, LIMIT - told.length)]),
    ...(news === undefined ? [] : [news]),
  ];
  if (parts.length === 0) return undefined;
  const title =
    lines.length > 0
      ? `${lines.length} finding${lines.length === 1 ? '' : 's'} of the session checks`
      : told === ''
        ? 'the template of this session has moved on'
        : 'a session has returned to this one';
  return { text: parts.join('\n\n'), terminalSequence: terminalSequenceFor(`Claude Code: ${title}`, env) };
}

function findingsText(lines: readonly string[], limit: number): string {
  const heading = 'Findings of the checks before this session that came later:';
  const kept: string[] = [heading];
  let size = heading.length;
  for (const line of lines.map((text) => redactText(`- ${text}`))) {
    if (size + line.length > limit) break;
    kept.push(line);
    size += line.length + 1;
  }
  if (kept.length - 1 < lines.length)
    kept.push(`- and ${lines.length - kept.length + 1} more: claude-hooks status`);
  return kept.join('\n');
}
