/** An event of Claude Code or git as claude-hooks reads it: every field checked, nothing trusted. */
export interface SessionEvent {
  name: string;
  /** The session's id where it is fit for a file name, else undefined. */
  session: string | undefined;
  cwd: string | undefined;
  transcript: string | undefined;
  /** SessionStart: startup, resume, clear, compact. */
  source: string | undefined;
  /** SessionEnd: why it ended. */
  reason: string | undefined;
  prompt: string | undefined;
  /** StopFailure: kind of API error. PostToolUseFailure: what the tool said. */
  error: string | undefined;
  message: string | undefined;
  tool: { name: string; input: Record<string, unknown>; id: string | undefined } | undefined;
  interrupted: boolean;
  /** True for events from inside a sub-agent. */
  subagent: boolean;
  /** Git hooks: which one, and its arguments. */
  gitHook: string | undefined;
  args: string[];
}

const SESSION_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

/**
 * Reads an event from the bytes a hook was given. Invalid UTF-8 is replaced, unknown fields are ignored,
 * fields of a wrong type count as absent. @returns undefined where the bytes are no JSON object.
 */
export function parseEvent(bytes: Uint8Array): SessionEvent | undefined {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const fields = value as Record<string, unknown>;
  const text = (key: string): string | undefined => {
    const field = fields[key];
    return typeof field === 'string' && field !== '' ? field : undefined;
  };
  const session = text('session_id');
  const toolName = text('tool_name');
  return {
    name: text('hook_event_name') ?? '',
    session: session !== undefined && SESSION_ID.test(session) ? session : undefined,
    cwd: text('cwd'),
    transcript: text('transcript_path'),
    source: text('source'),
    reason: text('reason'),
    prompt: text('prompt'),
    error: text('error'),
    message: text('last_assistant_message'),
    tool:
      toolName === undefined
        ? undefined
        : { name: toolName, input: objectOf(fields.tool_input), id: text('tool_use_id') },
    interrupted: fields.is_interrupt === true,
    subagent: text('agent_id') !== undefined,
    gitHook: text('git_hook'),
    args: Array.isArray(fields.args)
      ? fields.args.filter((arg): arg is string => typeof arg === 'string')
      : [],
  };
}

function objectOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}

/** The client submits a prompt of its own when a background task ends; it is no prompt of the person. */
export function isSyntheticPrompt(prompt: string | undefined): boolean {
  return prompt?.trimStart().startsWith('<task-notification>') === true;
}
