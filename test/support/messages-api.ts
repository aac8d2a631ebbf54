import * as http from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * A Messages API on loopback that answers Claude Code from a script and keeps what it was sent. Only the
 * requests of the conversation itself take a turn from the script; what the client asks on the side (titles,
 * summaries of a compaction, sub-agents, token counts) is answered without touching it.
 */

export interface ToolCall {
  name: string;
  input: Record<string, unknown>;
}

/** One answer of the model. */
export interface Turn {
  text?: string;
  tools?: ToolCall[];
  /** An API error instead of an answer. */
  error?: { status: number; type?: string; message?: string };
  /** Waits this long before it answers. */
  delayMs?: number;
  /** Never answers; the connection stays open until the client or `close` ends it. */
  hang?: boolean;
}

/** A turn that depends on the request. */
export type ScriptedTurn = Turn | ((request: ApiRequest) => Turn);

export type RequestKind = 'main' | 'compact' | 'subagent' | 'side' | 'count' | 'other';

export interface ApiRequest {
  kind: RequestKind;
  method: string;
  path: string;
  headers: http.IncomingHttpHeaders;
  body: Record<string, unknown>;
  /** The body as it was sent. */
  raw: string;
}

export interface MessagesApi {
  url: string;
  port: number;
  /** Every request, in order of arrival. */
  requests: ApiRequest[];
  /** Only those of the conversation. */
  main(): ApiRequest[];
  /** Adds turns to the script. */
  script(...turns: ScriptedTurn[]): void;
  /** Adds turns to what sub-agents answer, all of them from one row; without one they say that they are done. */
  scriptSubagent(...turns: ScriptedTurn[]): void;
  /** Turns that were not used. */
  remaining(): number;
  /** How many requests of the conversation found no turn; they were answered with `UNSCRIPTED`. */
  unscripted: number;
  /** Hosts that someone tried to reach through the proxy variables: anything beyond loopback. */
  strays: string[];
  /** Forgets requests, strays and turns. */
  reset(): void;
  close(): Promise<void>;
}

export const UNSCRIPTED = 'There is no scripted turn left.';
export const SUMMARY = '<summary>SCRIPTED-COMPACT-SUMMARY</summary>';

/** Everything a request says, as one text: system prompt and all messages, without tool definitions. */
export function allText(request: ApiRequest | undefined): string {
  if (request === undefined) return '';
  const parts: string[] = [];
  collectText(request.body.system, parts);
  collectText(request.body.messages, parts);
  return parts.join('\n');
}

/** The messages alone. */
export function messageText(request: ApiRequest | undefined): string {
  const parts: string[] = [];
  collectText(request?.body.messages, parts);
  return parts.join('\n');
}

/** Which of the texts are not in it: a failing test shows these instead of a whole request. */
export function missingIn(text: string, ...texts: string[]): string[] {
  return texts.filter((one) => !text.includes(one));
}

function collectText(value: unknown, parts: string[]): void {
  if (typeof value === 'string') parts.push(value);
  else if (Array.isArray(value)) for (const item of value) collectText(item, parts);
  else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) {
      if (key !== 'cache_control' && key !== 'signature') collectText(item, parts);
    }
  }
}

function lastMessageText(body: Record<string, unknown>): string {
  const messages = Array.isArray(body.messages) ? (body.messages as unknown[]) : [];
  const parts: string[] = [];
  for (const message of messages.slice(-2)) collectText(message, parts);
  return parts.join('\n');
}

function classify(
  method: string,
  path: string,
  headers: http.IncomingHttpHeaders,
  body: Record<string, unknown>,
) {
  const pathname = path.split('?')[0] ?? '';
  if (pathname.endsWith('/count_tokens')) return 'count';
  if (method !== 'POST' || !pathname.endsWith('/v1/messages')) return 'other';
  if (/create a detailed summary of (?:the|this) conversation/i.test(lastMessageText(body))) return 'compact';
  if (headers['x-claude-code-agent-id'] !== undefined) return 'subagent';
  return Array.isArray(body.tools) && body.tools.length > 0 ? 'main' : 'side';
}

/** Starts the server on a free port of 127.0.0.1. */
export async function startMessagesApi(...turns: ScriptedTurn[]): Promise<MessagesApi> {
  const queue: ScriptedTurn[] = [...turns];
  const subagents: ScriptedTurn[] = [];
  let counter = 0;
  const server = http.createServer((message, response) => {
    const chunks: Buffer[] = [];
    message.on('data', (chunk: Buffer) => chunks.push(chunk));
    message.on('end', () => {
      const raw = Buffer.concat(chunks).toString('utf8');
      const body = parseBody(raw);
      const path = message.url ?? '/';
      const kind = classify(message.method ?? 'GET', path, message.headers, body);
      const request: ApiRequest = {
        kind,
        method: message.method ?? 'GET',
        path,
        headers: message.headers,
        body,
        raw,
      };
      // An absolute address in the request line is a request to a proxy: someone wanted to leave loopback.
      if (/^https?:/.test(path)) api.strays.push(path);
      api.requests.push(request);
      counter += 1;
      void answer(request, nextTurn(request), response, counter);
    });
  });
  server.on('connect', (message, socket) => {
    api.strays.push(message.url ?? '?');
    socket.on('error', () => {});
    socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
  });
  server.on('clientError', (_error, socket) => socket.destroy());

  function nextTurn(request: ApiRequest): Turn {
    switch (request.kind) {
      case 'main': {
        const turn = queue.shift();
        if (turn === undefined) {
          api.unscripted += 1;
          return { text: UNSCRIPTED };
        }
        return typeof turn === 'function' ? turn(request) : turn;
      }
      case 'compact':
        return { text: SUMMARY };
      case 'subagent': {
        const turn = subagents.shift() ?? { text: 'Sub-agent done.' };
        return typeof turn === 'function' ? turn(request) : turn;
      }
      default:
        return { text: '{"title":"Scripted session","isNewTopic":false}' };
    }
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const api: MessagesApi = {
    url: `http://127.0.0.1:${port}`,
    port,
    requests: [],
    main: () => api.requests.filter((request) => request.kind === 'main'),
    script: (...more) => void queue.push(...more),
    scriptSubagent: (...more) => void subagents.push(...more),
    remaining: () => queue.length + subagents.length,
    unscripted: 0,
    strays: [],
    reset() {
      api.requests.length = 0;
      api.strays.length = 0;
      queue.length = 0;
      subagents.length = 0;
      api.unscripted = 0;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return api;
}

function parseBody(raw: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(raw);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

async function answer(
  request: ApiRequest,
  turn: Turn,
  response: http.ServerResponse,
  id: number,
): Promise<void> {
  if (turn.hang === true) return;
  if (turn.delayMs !== undefined) await new Promise((resolve) => setTimeout(resolve, turn.delayMs));
  if (request.kind === 'count')
    return sendJson(response, 200, { input_tokens: Math.ceil(request.raw.length / 4) });
  if (request.kind === 'other') {
    if (request.method === 'HEAD') return void response.writeHead(200).end();
    return sendJson(response, 404, errorBody('not_found_error', `no such path: ${request.path}`));
  }
  if (turn.error !== undefined) {
    const { status, type = errorType(status), message = `scripted ${status}` } = turn.error;
    return sendJson(response, status, errorBody(type, message), id);
  }
  const blocks = contentBlocks(turn, id);
  const message = {
    id: `msg_scripted${String(id).padStart(6, '0')}`,
    type: 'message',
    role: 'assistant',
    model: request.body.model ?? 'scripted',
    content: blocks,
    stop_reason: turn.tools === undefined ? 'end_turn' : 'tool_use',
    stop_sequence: null,
    usage: {
      input_tokens: 100,
      output_tokens: 20,
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: 0,
    },
  };
  if (request.body.stream === true) stream(response, message, blocks, id);
  else sendJson(response, 200, message, id);
}

type Block =
  | { type: 'text'; text: string }
  | { type: 'tool_use'; id: string; name: string; input: Record<string, unknown> };

function contentBlocks(turn: Turn, id: number): Block[] {
  const blocks: Block[] = [];
  if (turn.text !== undefined || turn.tools === undefined)
    blocks.push({ type: 'text', text: turn.text ?? '' });
  for (const [index, call] of (turn.tools ?? []).entries()) {
    blocks.push({ type: 'tool_use', id: `toolu_scripted${id}_${index}`, name: call.name, input: call.input });
  }
  return blocks;
}

/** The events of a streamed answer, in the order and shape of the real service. */
function stream(
  response: http.ServerResponse,
  message: { stop_reason: string } & Record<string, unknown>,
  blocks: readonly Block[],
  id: number,
): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'request-id': `req_scripted${id}` });
  const send = (type: string, data: Record<string, unknown>): void => {
    response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`);
  };
  send('message_start', { message: { ...message, content: [], stop_reason: null } });
  for (const [index, block] of blocks.entries()) {
    const empty = block.type === 'text' ? { ...block, text: '' } : { ...block, input: {} };
    const delta =
      block.type === 'text'
        ? { type: 'text_delta', text: block.text }
        : { type: 'input_json_delta', partial_json: JSON.stringify(block.input) };
    send('content_block_start', { index, content_block: empty });
    send('content_block_delta', { index, delta });
    send('content_block_stop', { index });
  }
  send('message_delta', {
    delta: { stop_reason: message.stop_reason, stop_sequence: null },
    usage: { output_tokens: 20 },
  });
  send('message_stop', {});
  response.end();
}

function errorType(status: number): string {
  const types: Record<number, string> = {
    400: 'invalid_request_error',
    401: 'authentication_error',
    403: 'permission_error',
    404: 'not_found_error',
    429: 'rate_limit_error',
    529: 'overloaded_error',
  };
  return types[status] ?? 'api_error';
}

function errorBody(type: string, message: string): Record<string, unknown> {
  return { type: 'error', error: { type, message } };
}

function sendJson(response: http.ServerResponse, status: number, body: unknown, id = 0): void {
  response.writeHead(status, { 'content-type': 'application/json', 'request-id': `req_scripted${id}` });
  response.end(JSON.stringify(body));
}
