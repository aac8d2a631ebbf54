import { systemCode } from '../errors.ts';

/** Where to connect: a host and port, or a Unix socket. */
export interface Endpoint {
  host: string;
  port: number;
  socketPath?: string;
  /** TLS from the first byte. The certificate is not required to be trusted: see `Conversation.trusted`. */
  tls?: boolean;
}

/** One connection on which bytes are sent and awaited. */
export interface Conversation {
  /** False where TLS is spoken with a certificate nobody vouches for, or without TLS. */
  trusted: boolean;
  send(bytes: Uint8Array): void;
  /**
   * Waits until `enough` holds for everything received so far, and returns it; what came by then where the
   * other side closes before.
   */
  receive(enough: (received: Buffer) => boolean): Promise<Buffer>;
}

/** Why there was no conversation, in words without secrets. */
export interface NetFailure {
  code: string;
  message: string;
}

const WORDS: Record<string, string> = {
  ECONNREFUSED: 'connection refused',
  ENOTFOUND: 'host name not found',
  EAI_AGAIN: 'host name could not be looked up',
  EHOSTUNREACH: 'host unreachable',
  ENETUNREACH: 'network unreachable',
  ECONNRESET: 'connection reset',
  ETIMEDOUT: 'no answer in time',
  ENOENT: 'no such socket',
  EACCES: 'permission denied',
  EPROTO: 'does not speak TLS',
  ERR_SSL_WRONG_VERSION_NUMBER: 'does not speak TLS',
};
const MOST_BYTES = 64 * 1024;

/**
 * Connects, lets `talk` speak and closes. Never rejects and never takes longer than `timeoutMs`, whatever the
 * other side does: refuse, hang, trickle, close, or send without end (64 KB are kept).
 */
export async function converse<T>(
  endpoint: Endpoint,
  timeoutMs: number,
  talk: (conversation: Conversation) => Promise<T>,
): Promise<{ ok: true; value: T } | { ok: false; failure: NetFailure }> {
  let socket: import('node:net').Socket | undefined;
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(Object.assign(new Error('timeout'), { code: 'ETIMEDOUT' })), timeoutMs);
  });
  try {
    socket = await open(endpoint);
    return { ok: true, value: await Promise.race([speak(socket, endpoint, talk), limit]) };
  } catch (error) {
    const code = systemCode(error) ?? 'EUNKNOWN';
    return { ok: false, failure: { code, message: WORDS[code] ?? code } };
  } finally {
    clearTimeout(timer);
    socket?.destroy();
  }
}

async function open(endpoint: Endpoint): Promise<import('node:net').Socket> {
  if (endpoint.tls === true) {
    const tls = await import('node:tls');
    const { host, port } = endpoint;
    const servername = /^[\d.]+$|:/.test(host) ? {} : { servername: host };
    return tls.connect({ host, port, rejectUnauthorized: false, ...servername });
  }
  const net = await import('node:net');
  if (endpoint.socketPath !== undefined) return net.connect({ path: endpoint.socketPath });
  return net.connect({ host: endpoint.host, port: endpoint.port });
}

async function speak<T>(
  socket: import('node:net').Socket,
  endpoint: Endpoint,
  talk: (conversation: Conversation) => Promise<T>,
): Promise<T> {
  let received = Buffer.alloc(0);
  let closed = false;
  let failure: Error | undefined;
  let wake = (): void => {};
  socket.on('data', (chunk: Buffer) => {
    if (received.length < MOST_BYTES) received = Buffer.concat([received, chunk]);
    wake();
  });
  socket.on('close', () => {
    closed = true;
    wake();
  });
  socket.on('error', (error) => {
    failure = error;
    wake();
  });
  await new Promise<void>((resolve, reject) => {
    socket.once(endpoint.tls === true ? 'secureConnect' : 'connect', resolve);
    socket.once('error', reject);
    socket.once('close', () => reject(Object.assign(new Error('closed'), { code: 'ECONNRESET' })));
  });
  return talk({
    trusted: 'authorized' in socket && socket.authorized === true,
    send: (bytes) => void socket.write(bytes),
    async receive(enough) {
      while (!enough(received) && !closed && received.length < MOST_BYTES) {
        if (failure !== undefined) throw failure;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      if (failure !== undefined && received.length === 0) throw failure;
      return received;
    },
  });
}
