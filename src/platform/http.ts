import { HooksError, systemCode } from '../errors.ts';
import { readTextIfExists } from './fs.ts';

export interface HttpRequest {
  url: string;
  method: 'GET' | 'HEAD' | 'POST';
  headers?: Record<string, string>;
  body?: string;
  /** Milliseconds for the whole exchange, the name lookup included. */
  timeoutMs: number;
  /** At most this many bytes of the answer are read; the default is 64 KiB. */
  maxBytes?: number;
}

export interface HttpAnswer {
  status: number;
  /** Names in lower case; a repeated header is joined with a comma. */
  headers: Record<string, string>;
  body: string;
}

/**
 * One HTTP request through undici (loaded at the first call). Redirects are not followed: a 3xx is an answer like
 * any other. The connection is closed before this returns. Proxy variables are not read.
 * @throws HooksError `http-failed` where no whole answer came: refused, unknown host, bad certificate, timeout.
 * The message names the host and the cause, never the path, the query or a password.
 */
export async function httpRequest(request: HttpRequest): Promise<HttpAnswer> {
  const { Agent, request: send } = await import('undici');
  const agent = new Agent({
    pipelining: 0,
    connect: { timeout: request.timeoutMs, ...(await authorities(request.url)) },
  });
  try {
    const answer = await send(request.url, {
      method: request.method,
      headers: request.headers,
      body: request.body,
      dispatcher: agent,
      headersTimeout: request.timeoutMs,
      bodyTimeout: request.timeoutMs,
      signal: AbortSignal.timeout(request.timeoutMs),
    });
    return {
      status: answer.statusCode,
      headers: flatten(answer.headers),
      body: await readAtMost(answer.body, request.maxBytes ?? 64 * 1024),
    };
  } catch (error) {
    throw new HooksError({
      code: 'http-failed',
      kind: 'failed',
      message: `No answer from ${hostOf(request.url)}: ${reasonOf(error, request.timeoutMs)}`,
      hint: 'Check the network connection and the address.',
    });
  } finally {
    await agent.destroy().catch(() => {});
  }
}

/**
 * The doorbell starts Node without NODE_EXTRA_CA_CERTS, because it slows every start of Node 20; a connection that
 * needs the certificates of a company's proxy gets them here.
 */
async function authorities(url: string): Promise<{ ca?: string[] }> {
  const file = process.env.CLAUDE_HOOKS_CA_CERTS;
  const extra = file && url.startsWith('https:') ? readTextIfExists(file) : undefined;
  if (extra === undefined) return {};
  const { rootCertificates } = await import('node:tls');
  return { ca: [...rootCertificates, extra] };
}

function flatten(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name.toLowerCase(),
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  );
}

async function readAtMost(body: AsyncIterable<Buffer>, limit: number): Promise<string> {
  const chunks: Buffer[] = [];
  let total = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    total += chunk.length;
    if (total >= limit) break;
  }
  return Buffer.concat(chunks).subarray(0, limit).toString('utf8');
}

function hostOf(url: string): string {
  try {
    return new URL(url).host;
  } catch {
    return 'an invalid address';
  }
}

/** Only the code of the error: messages of libraries may quote the address. */
function reasonOf(error: unknown, timeoutMs: number): string {
  const name = (error as { name?: unknown } | null)?.name;
  if (name === 'TimeoutError' || name === 'AbortError') return `no answer within ${timeoutMs} ms`;
  const cause = (error as { cause?: unknown } | null)?.cause;
  return systemCode(error) ?? systemCode(cause) ?? (typeof name === 'string' ? name : 'unknown error');
}
