import * as net from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { checkService } from '../../../src/checks/services.ts';

const PASSWORD = 'pa55word-planted';
const servers: net.Server[] = [];
const sockets = new Set<net.Socket>();
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  sockets.clear();
  await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
});

/** A server that answers as the test says. @returns its port. */
function serve(onConnect: (socket: net.Socket) => void): Promise<number> {
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    onConnect(socket);
  });
  servers.push(server);
  return new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () => resolve((server.address() as net.AddressInfo).port)),
  );
}

function answering(answer: Uint8Array | string): Promise<number> {
  return serve((socket) => void socket.on('data', () => socket.write(answer)));
}

async function check(url: string, timeoutMs = 2_000): Promise<{ level: string; text: string }> {
  const finding = await checkService({ name: 'x', url, timeoutMs, environment: {}, envFile: new Map() });
  expect(finding.text).not.toContain(PASSWORD);
  return finding;
}

function message(type: string, body: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.write(type, 0, 'latin1');
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

function postgresError(state: string): Buffer {
  return message('E', Buffer.from(`SFATAL\0C${state}\0Mwords with ${PASSWORD}\0\0`));
}

const AUTH_OK = message('R', Buffer.from([0, 0, 0, 0]));
const AUTH_SCRAM = message('R', Buffer.from([0, 0, 0, 10, 0]));
const READY = message('Z', Buffer.from('I'));

describe('PostgreSQL', () => {
  it.each([
    ['a demand for a password', AUTH_SCRAM, 'ok', /answers \(login not tried\)/],
    ['a login without password', Buffer.concat([AUTH_OK, READY]), 'ok', /^PostgreSQL answers at/],
    ['a refusal of the user', postgresError('28P01'), 'ok', /refuses this login/],
    ['a missing database', postgresError('3D000'), 'warn', /does not exist/],
    [
      'a missing database after the login',
      Buffer.concat([AUTH_OK, postgresError('3D000')]),
      'warn',
      /does not exist/,
    ],
    ['a start-up', postgresError('57P03'), 'warn', /starting up/],
    ['other errors', postgresError('XX000'), 'warn', /error XX000/],
    [
      'another protocol',
      Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'),
      'error',
      /does not speak PostgreSQL/,
    ],
  ])('understands %s', async (_, answer, level, text) => {
    const port = await answering(answer);
    const finding = await check(`postgres://me:${PASSWORD}@127.0.0.1:${port}/app`);
    expect(finding.level).toBe(level);
    expect(finding.text).toMatch(text);
    expect(finding.text).toContain(`127.0.0.1:${port}`);
  });

  it('understands an answer that comes byte by byte', async () => {
    const port = await serve((socket) => {
      socket.once('data', async () => {
        for (const byte of Buffer.concat([AUTH_OK, postgresError('3D000')])) {
          socket.write(Buffer.from([byte]));
          await new Promise((resolve) => setImmediate(resolve));
        }
      });
    });
    expect((await check(`postgres://127.0.0.1:${port}/app`)).text).toMatch(/does not exist/);
  });

  it('sends the user and the database, never the password', async () => {
    let received = '';
    const port = await serve((socket) => {
      socket.on('data', (data) => {
        received += data.toString('latin1');
        socket.write(AUTH_SCRAM);
      });
    });
    await check(`postgres://some%20one:${PASSWORD}@127.0.0.1:${port}/app`);
    expect(received).toContain('user\0some one\0');
    expect(received).toContain('database\0app\0');
    expect(received).not.toContain(PASSWORD);
  });

  it('asks for TLS where the URL does', async () => {
    expect((await check(`postgres://127.0.0.1:${await answering('S')}/a?sslmode=require`)).level).toBe('ok');
    expect((await check(`postgres://127.0.0.1:${await answering('N')}/a?sslmode=require`)).level).toBe(
      'error',
    );
  });
});

describe('MySQL', () => {
  const greeting = (body: Buffer): Buffer => Buffer.concat([Buffer.from([body.length, 0, 0, 0]), body]);
  it.each([
    [
      'a greeting',
      greeting(Buffer.concat([Buffer.from([10]), Buffer.from('8.0.36\0'), Buffer.alloc(40)])),
      'ok',
      /MySQL 8\.0\.36 answers/,
    ],
    [
      'a refusal',
      greeting(Buffer.concat([Buffer.from([0xff, 0x10, 0x04]), Buffer.from('#08004Too many connections')])),
      'warn',
      /error 1040/,
    ],
    ['another protocol', Buffer.from('SSH-2.0-OpenSSH_9.2\r\n'), 'error', /does not speak MySQL|no answer/],
  ])('understands %s', async (_, answer, level, text) => {
    const port = await serve((socket) => void socket.write(answer));
    const finding = await check(`mysql://me:${PASSWORD}@127.0.0.1:${port}/app`, 300);
    expect(finding.level).toBe(level);
    expect(finding.text).toMatch(text);
  });
});

describe('Redis', () => {
  it('logs in and asks for a PONG', async () => {
    let received = '';
    const port = await serve((socket) => {
      socket.on('data', (data) => {
        received += data.toString('latin1');
        if (received.endsWith('PING\r\n')) socket.write('+OK\r\n+PONG\r\n');
      });
    });
    expect(await check(`redis://default:${PASSWORD}@127.0.0.1:${port}`)).toMatchObject({
      level: 'ok',
      text: `Redis answers at 127.0.0.1:${port}`,
    });
    expect(received).toContain(`AUTH\r\n$7\r\ndefault\r\n$${PASSWORD.length}\r\n${PASSWORD}`);
  });

  it.each([
    ['+PONG\r\n', '', 'ok', /^Redis answers/],
    ['-NOAUTH Authentication required.\r\n', '', 'ok', /wants a password/],
    [
      `-WRONGPASS invalid ${PASSWORD}\r\n-NOAUTH no\r\n`,
      `:${PASSWORD}@`,
      'warn',
      /does not accept the password/,
    ],
    ['-LOADING loading\r\n', '', 'warn', /LOADING/],
    ['220 smtp ready\r\n', '', 'error', /does not speak Redis/],
  ])('understands %j', async (answer, login, level, text) => {
    const finding = await check(`redis://${login}127.0.0.1:${await answering(answer)}`);
    expect(finding.level).toBe(level);
    expect(finding.text).toMatch(text);
  });
});

describe('HTTP', () => {
  it.each([
    ['HTTP/1.1 204 No Content\r\n\r\n', 'ok', /status 204/],
    ['HTTP/1.0 404 Not Found\r\n\r\n', 'ok', /status 404/],
    ['HTTP/1.1 503 Busy\r\n\r\n', 'warn', /status 503/],
    ['hello\r\n', 'error', /does not speak HTTP/],
  ])('understands %j', async (answer, level, text) => {
    const finding = await check(`http://me:${PASSWORD}@127.0.0.1:${await answering(answer)}/health`);
    expect(finding.level).toBe(level);
    expect(finding.text).toMatch(text);
  });
});

describe('a service that does not answer', () => {
  it.each(['postgres', 'mysql', 'redis', 'http', 'https', 'rediss'])(
    '%s: refused and hanging give one finding with the place, in time',
    async (scheme) => {
      const port = await serve(() => {});
      const started = performance.now();
      expect(await check(`${scheme}://me:${PASSWORD}@127.0.0.1:${port}/x`, 150)).toEqual(
        expect.objectContaining({
          level: 'error',
          text: `not reachable at 127.0.0.1:${port}: no answer in time`,
        }),
      );
      expect(performance.now() - started).toBeLessThan(5_000);
      const closed = servers.at(-1);
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => closed?.close(resolve));
      servers.pop();
      expect((await check(`${scheme}://me:${PASSWORD}@127.0.0.1:${port}/x`)).text).toBe(
        `not reachable at 127.0.0.1:${port}: connection refused`,
      );
    },
  );

  it('is bounded by bytes as by time', async () => {
    const port = await serve((socket) => {
      const more = (): boolean =>
        socket.destroyed || socket.write(Buffer.alloc(65_536, 0x41), () => setImmediate(more));
      more();
    });
    expect((await check(`http://127.0.0.1:${port}/`, 1_500)).level).toBe('error');
  });

  it('says which setting is missing or wrong without showing its value', async () => {
    expect((await check('env:DATABASE_URL')).text).toBe(
      'DATABASE_URL is not set, so its address is not known',
    );
    const finding = await checkService({
      name: 'x',
      url: 'env:KEY',
      timeoutMs: 100,
      environment: { KEY: PASSWORD },
      envFile: new Map(),
    });
    expect(finding.level).toBe('error');
    expect(finding.text).not.toContain(PASSWORD);
  });
});
