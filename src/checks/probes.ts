import type { Conversation } from '../platform/net.ts';
import type { ServiceAddress } from './service-url.ts';

/** What a server's answer means. Never holds a user name, a password or more than a line of the server's words. */
export interface Verdict {
  level: 'ok' | 'warn' | 'error';
  text: string;
}

type Probe = (address: ServiceAddress, talk: Conversation) => Promise<Verdict>;

const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);

/**
 * PostgreSQL: the startup packet. A demand for a password or a refusal of this user proves that the server is
 * up; the password itself is not tried.
 */
async function probePostgres(address: ServiceAddress, talk: Conversation): Promise<Verdict> {
  if (address.wantsTls) {
    talk.send(SSL_REQUEST);
    const answer = String.fromCharCode((await talk.receive((bytes) => bytes.length >= 1))[0] ?? 0);
    if (answer === 'S') return ok('PostgreSQL answers and offers TLS (login not tried)');
    if (answer === 'N')
      return { level: 'error', text: 'PostgreSQL answers, but offers no TLS, which the URL requires' };
    return wrong('PostgreSQL');
  }
  talk.send(startupPacket(address));
  const bytes = await talk.receive(isPostgresAnswer);
  if (bytes[0] === 0x45) return postgresError(bytes);
  if (bytes[0] !== 0x52 || bytes.length < 9) return wrong('PostgreSQL');
  if (bytes.readInt32BE(5) !== 0) return ok('PostgreSQL answers (login not tried)');
  const error = afterAuthentication(bytes);
  return error === undefined ? ok('PostgreSQL answers') : postgresError(error);
}

function startupPacket(address: ServiceAddress): Buffer {
  const user = address.user === '' ? 'postgres' : address.user;
  const fields = ['user', user, 'application_name', 'claude-hooks'];
  if (address.path !== '') fields.push('database', address.path);
  const body = Buffer.from(`${fields.map((field) => field.replaceAll('\0', '')).join('\0')}\0\0`, 'utf8');
  const head = Buffer.alloc(8);
  head.writeInt32BE(body.length + 8, 0);
  head.writeInt32BE(196_608, 4); // protocol 3.0
  return Buffer.concat([head, body]);
}

/** Complete first message; where no password is asked for, everything up to "ready" or an error. */
function isPostgresAnswer(bytes: Buffer): boolean {
  if (bytes.length > 0 && bytes[0] !== 0x52 && bytes[0] !== 0x45) return true;
  if (bytes.length < 9 || bytes.length < 1 + bytes.readInt32BE(1)) return false;
  if (bytes[0] === 0x45 || bytes.readInt32BE(5) !== 0) return true;
  return messages(bytes).some(({ type }) => type === 'Z' || type === 'E');
}

function afterAuthentication(bytes: Buffer): Buffer | undefined {
  const error = messages(bytes).find(({ type }) => type === 'E');
  return error === undefined ? undefined : bytes.subarray(error.start);
}

function messages(bytes: Buffer): { type: string; start: number }[] {
  const found: { type: string; start: number }[] = [];
  for (let start = 0; start + 5 <= bytes.length; ) {
    const length = bytes.readInt32BE(start + 1);
    if (length < 4 || start + 1 + length > bytes.length) break;
    found.push({ type: String.fromCharCode(bytes[start] ?? 0), start });
    start += 1 + length;
  }
  return found;
}

function postgresError(bytes: Buffer): Verdict {
  const fields = bytes.subarray(5).toString('utf8').split('\0');
  const state = fields.find((field) => /^C[0-9A-Z]{5}$/.test(field))?.slice(1) ?? '';
  if (state === '') return wrong('PostgreSQL');
  if (state.startsWith('28'))
    return ok(`PostgreSQL answers, but refuses this login without a password (${state})`);
  if (state === '3D000')
    return { level: 'warn', text: 'PostgreSQL answers, but this database does not exist (3D000)' };
  if (state === '57P03') return { level: 'warn', text: 'PostgreSQL is starting up or shutting down (57P03)' };
  if (state === '53300')
    return { level: 'warn', text: 'PostgreSQL answers, but has no free connection (53300)' };
  return { level: 'warn', text: `PostgreSQL answers with error ${state}` };
}

/** MySQL and MariaDB: the server speaks first; its greeting is read, no login is tried. */
async function probeMysql(_address: ServiceAddress, talk: Conversation): Promise<Verdict> {
  const bytes = await talk.receive((all) => all.length >= 4 && all.length >= 4 + all.readUIntLE(0, 3));
  const kind = bytes[4];
  if (bytes.length < 7 || bytes[3] !== 0 || bytes.length < 4 + bytes.readUIntLE(0, 3)) return wrong('MySQL');
  if (kind === 0xff) {
    return {
      level: 'warn',
      text: `MySQL answers, but refuses the connection (error ${bytes.readUInt16LE(5)})`,
    };
  }
  if (kind !== 10) return wrong('MySQL');
  const version = bytes.subarray(5, bytes.indexOf(0, 5)).toString('latin1');
  return /^[\w.+~:-]{1,60}$/.test(version)
    ? ok(`MySQL ${version} answers (login not tried)`)
    : wrong('MySQL');
}

/** Redis: AUTH where the URL has a password, then PING. A password never travels over TLS nobody vouches for. */
async function probeRedis(address: ServiceAddress, talk: Conversation): Promise<Verdict> {
  const login = address.password !== '' && (address.endpoint.tls !== true || talk.trusted);
  const names = address.user === '' ? [] : [address.user];
  const commands = login ? [['AUTH', ...names, address.password], ['PING']] : [['PING']];
  for (const words of commands) talk.send(redisCommand(words));
  const bytes = await talk.receive((all) => all.toString('latin1').split('\r\n').length > commands.length);
  const answers = bytes.toString('utf8').split('\r\n').slice(0, commands.length);
  const answer = answers.at(-1) ?? '';
  if (answer === '+PONG') return ok('Redis answers');
  const error = /^-([A-Z]+)/.exec(answer)?.[1];
  if (error === undefined) return wrong('Redis');
  if (error === 'NOAUTH' && !login) return ok('Redis answers and wants a password (not tried)');
  if (error === 'NOAUTH')
    return { level: 'warn', text: 'Redis answers, but does not accept the password of the URL' };
  return { level: 'warn', text: `Redis answers with ${error}` };
}

function redisCommand(words: readonly string[]): Buffer {
  const parts = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`);
  return Buffer.from(`*${words.length}\r\n${parts.join('')}`, 'utf8');
}

/** HTTP: one request, of whose answer the status line is read. Below 500 the service is up. */
async function probeHttp(address: ServiceAddress, talk: Conversation): Promise<Verdict> {
  const safe = address.endpoint.tls !== true || talk.trusted;
  const login = Buffer.from(`${address.user}:${address.password}`).toString('base64');
  const headers = [
    `GET ${address.path} HTTP/1.1`,
    `Host: ${address.endpoint.host.includes(':') ? `[${address.endpoint.host}]` : address.endpoint.host}:${address.endpoint.port}`,
    'User-Agent: claude-hooks',
    'Accept: */*',
    'Connection: close',
    ...(address.user !== '' && safe ? [`Authorization: Basic ${login}`] : []),
  ];
  talk.send(Buffer.from(`${headers.join('\r\n')}\r\n\r\n`, 'latin1'));
  const line =
    (await talk.receive((bytes) => bytes.includes(0x0a))).toString('latin1').split('\n', 1)[0] ?? '';
  const status = /^HTTP\/\d(?:\.\d)? (\d{3})/.exec(line)?.[1];
  if (status === undefined) return wrong('HTTP');
  return Number(status) < 500
    ? ok(`answers with status ${status}`)
    : { level: 'warn', text: `answers with status ${status}` };
}

function ok(text: string): Verdict {
  return { level: 'ok', text };
}

function wrong(protocol: string): Verdict {
  return { level: 'error', text: `something answers, but it does not speak ${protocol}` };
}

export const PROBES: Record<ServiceAddress['kind'], Probe> = {
  postgres: probePostgres,
  mysql: probeMysql,
  redis: probeRedis,
  http: probeHttp,
};
