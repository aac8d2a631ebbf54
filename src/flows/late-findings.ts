import { terminalSequenceFor } from '../platform/terminal.ts';
import { redactText } from '../redact/redact.ts';
import { takeLateLines } from '../store/late.ts';
import type { StatePaths } from '../store/paths.ts';

const LIMIT = 4_000;

/**
 * Takes what the checks of a session found after it had started, once.
 * @returns the answer of the prompt hook as JSON text, or undefined where there is nothing (any more).
 */
export function takeLateFindings(
  state: StatePaths,
  session: string,
  env: Readonly<Record<string, string | undefined>>,
): string | undefined {
  const lines = takeLateLines(state, session).filter((line) => line.trim() !== '');
  if (lines.length === 0) return undefined;
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
  return `${JSON.stringify({
    terminalSequence: terminalSequenceFor(title, env),
    hookSpecificOutput: { hookEventName: 'UserPromptSubmit', additionalContext: kept.join('\n') },
  })}\n`;
}
