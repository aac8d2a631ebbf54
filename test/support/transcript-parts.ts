import { type CallStep, FILES } from './transcript-steps.ts';

/** The input of a call, as the model asks for it. */
export function inputOf(one: CallStep): Record<string, unknown> {
  const file = FILES[one.file] ?? '';
  switch (one.tool) {
    case 'Bash':
      return { command: `run ${one.number} ${one.text.slice(0, 50)}`, description: 'd' };
    case 'Write':
    case 'Create':
      return { file_path: file, content: one.text };
    case 'Edit':
      return { replace_all: false, file_path: file, old_string: 'a', new_string: one.text };
    case 'TaskCreate':
      return { subject: `Task ${one.number}`, description: one.text };
    case 'TaskUpdate':
      return { taskId: String(one.number), status: one.ok ? 'completed' : 'in_progress' };
    case 'TodoWrite':
      return {
        todos: [
          { content: `todo ${one.number}`, status: 'pending', activeForm: 'x' },
          { content: 'done', status: 'completed', activeForm: 'x' },
        ],
      };
    case 'Agent':
      return { description: 'explore', prompt: one.text, subagent_type: 'helper' };
    default:
      return { file_path: file, pattern: one.text };
  }
}

/**
 * What the client notes of a call that went well.
 * @param task number of the task that was created.
 */
export function detailOf(
  one: CallStep,
  agent: string | undefined,
  input: Record<string, unknown>,
  task: number,
): unknown {
  const file = FILES[one.file] ?? '';
  switch (one.tool) {
    case 'Bash':
      return { stdout: one.text, stderr: '', interrupted: false, isImage: false, noOutputExpected: false };
    case 'Read':
      return { type: 'text', file: { filePath: file, content: one.text, numLines: 1 } };
    case 'Write':
    case 'Create':
      return {
        type: one.tool === 'Create' ? 'create' : 'update',
        filePath: file,
        content: one.text,
        structuredPatch: [],
        originalFile: one.tool === 'Create' ? null : 'x',
        userModified: false,
      };
    case 'Edit':
      return {
        filePath: file,
        oldString: 'a',
        newString: one.text,
        originalFile: 'a',
        structuredPatch: [],
        userModified: false,
        replaceAll: false,
      };
    case 'TaskCreate':
      return { task: { id: String(task), subject: input.subject } };
    case 'TodoWrite':
      return { oldTodos: [], newTodos: input.todos };
    case 'Agent':
      return agent === undefined
        ? { status: 'completed' }
        : {
            status: 'completed',
            prompt: one.text,
            agentId: agent,
            agentType: 'helper',
            content: [],
            totalDurationMs: 5,
            totalTokens: 7,
            totalToolUseCount: 4,
          };
    case 'mcp__x__y':
      return {
        content: one.text,
        uuid: 'u',
        timestamp: '2001-01-01T00:00:00.000Z',
        cwd: '/elsewhere',
        sessionId: 's',
        version: '1',
        is_error: false,
      };
    default:
      return { text: one.text };
  }
}

/** What the model is shown where the call went well. */
export function shownBy(one: CallStep, file: string): string {
  if (one.tool === 'Create') return `File created successfully at: ${file}`;
  if (one.tool === 'Write' || one.tool === 'Edit') return `The file ${file} has been updated. ${one.text}`;
  if (one.tool === 'TaskUpdate') return `Updated task #${one.number} status`;
  return `R ${one.text}`;
}

/** The tool's name in the transcript. */
export function nameOf(tool: string): string {
  return tool === 'Create' ? 'Write' : tool;
}

export function uuidOf(number: number): string {
  return `f48005ac-f30b-44fb-aeba-${String(number).padStart(12, '0')}`;
}

/** The message of an answer. @param output tokens. */
export function answerOf(
  id: string,
  model: string,
  content: unknown[],
  output: number,
): Record<string, unknown> {
  const usage = {
    input_tokens: 3,
    cache_creation_input_tokens: 4,
    cache_read_input_tokens: 5,
    output_tokens: output,
    server_tool_use: { web_search_requests: 0 },
    service_tier: 'standard',
    cache_creation: { ephemeral_5m_input_tokens: 4 },
    iterations: [],
  };
  return {
    id,
    type: 'message',
    role: 'assistant',
    model,
    content,
    stop_reason: null,
    stop_sequence: null,
    usage,
    stop_details: null,
  };
}
