import * as path from 'node:path';
import { terminalSequenceFor } from '../platform/desktop.ts';
import { claimByRename, readTextIfExists, removeFile } from '../platform/fs.ts';
import { redactText } from '../redact/redact.ts';
import type { StatePaths } from '../store/paths.ts';

const LIMIT = 4_000;

/**
 * Takes what the checks of a session found after it had started, once: the file is claimed by renaming it.
 * @returns the answer of the prompt hook as JSON text, or undefined where there is nothing (any more).
 */
export function takeLateFindings(state: StatePaths, session: string): string | undefined {
  const file = path.join(state.late, session);
  const taken = path.join(state.root, `late-${session}-${process.pid}`);
  if (!claimByRename(file, taken)) return undefined;
  const lines = (readTextIfExists(taken) ?? '').split('\n').filter((line) => line.trim() !== '');
  removeFile(taken);
  if (lines.length === 0) return undefined;
  const text = redactText(
    `Findings of the checks before this session that came later:\n${lines.map((line) => `- ${line}`).join('\n')}`,
  ).slice(0, LIMIT);
  return `${JSON.stringify({
    terminalSequence: terminalSequenceFor(
      `Claude Code: ${lines.length} finding${lines.length === 1 ? '' : 's'} of the session checks`,
    ),
    hookSpecificOutput: { hookEventName: 'UserPromptSubmit', additionalContext: text },
  })}\n`;
}
