import { terminalSequenceFor } from '../platform/terminal.ts';
import { redactText } from '../redact/redact.ts';
import { takeLateLines } from '../store/late.ts';
import type { StatePaths } from '../store/paths.ts';
import { takeTemplateNews } from './template-context.ts';

const LIMIT = 4_000;

/** What the checks of a session found after it had started, and what is new of its template. */
export interface LateFindings {
  text: string;
  terminalSequence: string;
}

/**
 * Takes what the checks of a session found after it had started, and news of its template, once.
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
  const news = takeTemplateNews(state, session);
  if (lines.length === 0) {
    const title = 'Claude Code: the template of this session has moved on';
    return news === undefined ? undefined : { text: news, terminalSequence: terminalSequenceFor(title, env) };
  }
  const heading = 'Findings of the checks before this session that came later:';
  const kept: string[] = [heading];
  let size = heading.length;
  for (const line of lines.map((text) => redactText(`- ${text}`))) {
    if (size + line.length > LIMIT) break;
    kept.push(line);
    size += line.length + 1;
  }
  if (kept.length - 1 < lines.length)
    kept.push(`- and ${lines.length - kept.length + 1} more: claude-hooks status`);
  const title = `Claude Code: ${lines.length} finding${lines.length === 1 ? '' : 's'} of the session checks`;
  const text = [kept.join('\n'), ...(news === undefined ? [] : [news])].join('\n\n');
  return { text, terminalSequence: terminalSequenceFor(title, env) };
}
