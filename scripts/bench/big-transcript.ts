import { closeSync, openSync, writeSync } from 'node:fs';

/** What a generated transcript holds, counted while it was written. */
export interface BigTranscript {
  bytes: number;
  records: number;
  prompts: number;
  calls: number;
  failedCalls: number;
  commands: number;
  edits: number;
  outputTokens: number;
}

const SESSION = '5e551011-0000-4000-8000-000000000000';
/** Mostly ASCII, as code and logs are; now and then a sign that is not, which makes a whole text wider in memory. */
const WORDS =
  `${'the reader "keeps" what it read;\n\tconst next = lines.at(-1) ?? `none`; // \\d+ of them and so on '.repeat(40)} grüße → `.repeat(
    80,
  );
/** So much of a transcript is noted in a second: two hours are about 9 MB. */
const BYTES_PER_SECOND = 1_250;

/**
 * Writes a transcript as the client writes it: compact, about 2.5 KB a record; prompts, answers, calls of seven tools and
 * their results, one of forty results large; the last record was noted at `end`. The same bytes in every run.
 * @param end milliseconds since 1970.
 */
export function writeBigTranscript(
  file: string,
  size: number,
  end: number,
  options: { firstLine?: string } = {},
): BigTranscript {
  const told = {
    bytes: 0,
    records: 0,
    prompts: 0,
    calls: 0,
    failedCalls: 0,
    commands: 0,
    edits: 0,
    outputTokens: 0,
  };
  const fd = openSync(file, 'w');
  let pending: string[] = [];
  let pendingBytes = 0;
  const flush = (): void => {
    writeSync(fd, pending.join(''));
    pending = [];
    pendingBytes = 0;
  };
  const line = (text: string): void => {
    const bytes = Buffer.byteLength(text) + 1;
    pending.push(`${text}\n`);
    pendingBytes += bytes;
    told.bytes += bytes;
    told.records += 1;
    if (pendingBytes > 1 << 20) flush();
  };
  const start = end - (size / BYTES_PER_SECOND) * 1_000;
  const time = (): string =>
    new Date(Math.min(end, start + (told.bytes / BYTES_PER_SECOND) * 1_000)).toISOString();
  if (options.firstLine !== undefined) line(options.firstLine);
  for (let turn = 0; told.bytes < size; turn += 1) {
    told.prompts += 1;
    line(
      record(
        { type: 'user', message: { role: 'user', content: `Prompt ${turn}: ${text(turn, 300)}` } },
        time(),
      ),
    );
    for (let step = 0; step < 10 && told.bytes < size; step += 1) {
      const number = turn * 10 + step;
      const message = `msg_${number}`;
      line(
        record(
          {
            message: answer(message, [{ type: 'text', text: `Step ${number}. ${text(number, 500)}` }]),
            type: 'assistant',
          },
          time(),
        ),
      );
      const call = callOf(number);
      const id = `toolu_${String(number).padStart(20, '0')}`;
      line(
        record(
          {
            message: answer(message, [{ type: 'tool_use', id, name: call.tool, input: call.input }]),
            type: 'assistant',
          },
          time(),
        ),
      );
      told.outputTokens += 200;
      told.calls += 1;
      if (call.tool === 'Bash') told.commands += 1;
      if (call.edits) told.edits += 1;
      if (call.failed) told.failedCalls += 1;
      const block = {
        tool_use_id: id,
        type: 'tool_result',
        content: call.shown,
        ...(call.failed ? { is_error: true } : {}),
      };
      line(record({ type: 'user', message: { role: 'user', content: [block] } }, time(), call.detail));
    }
  }
  flush();
  closeSync(fd);
  return told;
}

function text(from: number, length: number): string {
  const start = (from * 97) % (WORDS.length - length);
  return WORDS.slice(start, start + length);
}

interface Call {
  tool: string;
  input: Record<string, unknown>;
  shown: string;
  detail: unknown;
  failed: boolean;
  edits: boolean;
}

function callOf(number: number): Call {
  const file = `/repo/src/module-${number % 300}.ts`;
  const large = number % 40 === 7;
  const shown = text(number, large ? 30_000 : 400 + ((number * 131) % 1_600));
  const base = { shown, failed: false, edits: false };
  if (number % 50 === 3) {
    const failure = `Error: Exit code 1\n${text(number, 600)}`;
    return {
      ...base,
      tool: 'Bash',
      input: { command: `npm test -- ${number}` },
      shown: failure,
      detail: failure,
      failed: true,
    };
  }
  switch (number % 5) {
    case 0:
      return {
        ...base,
        tool: 'Read',
        input: { file_path: file },
        detail: {
          type: 'text',
          file: { filePath: file, content: shown, numLines: 40, startLine: 1, totalLines: 40 },
        },
      };
    case 1:
      return {
        ...base,
        tool: 'Edit',
        edits: true,
        input: {
          replace_all: false,
          file_path: file,
          old_string: text(number, 200),
          new_string: text(number + 1, 250),
        },
        shown: `The file ${file} has been updated successfully.`,
        detail: {
          filePath: file,
          oldString: text(number, 200),
          newString: text(number + 1, 250),
          originalFile: text(number, 6_000),
          structuredPatch: [],
          userModified: false,
          replaceAll: false,
        },
      };
    case 2:
      return {
        ...base,
        tool: 'Grep',
        input: { pattern: `name${number}`, output_mode: 'content' },
        detail: { mode: 'content', numFiles: 0, filenames: [], content: shown, numLines: 20 },
      };
    default:
      return {
        ...base,
        tool: 'Bash',
        input: { command: `npm run step-${number % 900}`, description: 'Runs a step' },
        detail: { stdout: shown, stderr: '', interrupted: false, isImage: false, noOutputExpected: false },
      };
  }
}

function answer(id: string, content: unknown[]): Record<string, unknown> {
  const usage = {
    input_tokens: 12,
    cache_creation_input_tokens: 900,
    cache_read_input_tokens: 45_000,
    output_tokens: 200,
    server_tool_use: { web_search_requests: 0, web_fetch_requests: 0 },
    service_tier: 'standard',
    cache_creation: { ephemeral_1h_input_tokens: 0, ephemeral_5m_input_tokens: 900 },
    inference_geo: '',
    iterations: [],
    speed: 'standard',
  };
  return {
    id,
    type: 'message',
    role: 'assistant',
    model: 'claude-opus-4-8',
    content,
    stop_reason: 'tool_use',
    stop_sequence: null,
    usage,
    stop_details: null,
  };
}

let sequence = 0;
function uuidOf(number: number): string {
  return `f48005ac-f30b-44fb-aeba-${String(number).padStart(12, '0')}`;
}

function record(fields: Record<string, unknown>, timestamp: string, toolUseResult?: unknown): string {
  sequence += 1;
  return JSON.stringify({
    parentUuid: uuidOf(sequence - 1),
    isSidechain: false,
    ...fields,
    uuid: uuidOf(sequence),
    timestamp,
    ...(toolUseResult === undefined ? {} : { toolUseResult, sourceToolAssistantUUID: uuidOf(sequence - 1) }),
    userType: 'external',
    entrypoint: 'cli',
    cwd: '/repo',
    sessionId: SESSION,
    version: '2.1.197',
    gitBranch: 'main',
  });
}
