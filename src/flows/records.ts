import { redactHead } from '../redact/redact.ts';
import { isSyntheticPrompt, type SessionEvent } from '../sessions/event.ts';
import { failureSignature } from '../sessions/failure-rules.ts';
import type { JournalRecord } from '../store/journal.ts';
import type { ClaimedEvent } from '../store/spool.ts';

const TYPES: Record<string, string> = {
  UserPromptSubmit: 'prompt',
  Stop: 'stop',
  PreCompact: 'compact',
  StopFailure: 'failure',
  PostToolUseFailure: 'tool-failure',
  SessionEnd: 'end',
  CheckFailed: 'check-failed',
  Checkpoint: 'checkpoint-saved',
  git: 'git',
};

/** The journal record of an event: what the session's history needs, not the whole payload. */
export function recordOf(event: SessionEvent, claimed: ClaimedEvent): JournalRecord {
  const type = TYPES[event.name] ?? 'unknown';
  const base = { t: claimed.time, type, eid: claimed.id, cwd: event.cwd, transcript: event.transcript };
  switch (type) {
    case 'prompt':
      return isSyntheticPrompt(event.prompt)
        ? { ...base, type: 'task-notification' }
        : { ...base, prompt: cut(event.prompt), ...(event.subagent ? { subagent: true } : {}) };
    case 'failure':
      return { ...base, error: event.error, message: cut(event.message) };
    case 'tool-failure':
      return {
        ...base,
        tool: event.tool?.name,
        error: cut(event.error),
        signature: failureSignature(event.tool?.name ?? '', redactHead(event.error ?? '', 2_000)),
      };
    case 'check-failed':
      return { ...base, error: cut(event.error) };
    case 'end':
      return { ...base, reason: event.reason };
    case 'git':
      return { ...base, hook: event.gitHook, args: event.args, session: event.session };
    case 'unknown':
      return { ...base, event: event.name.slice(0, 60) };
    default:
      return base;
  }
}

function cut(text: string | undefined): string | undefined {
  return text === undefined ? undefined : redactHead(text, 500);
}
