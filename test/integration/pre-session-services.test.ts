import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as net from 'node:net';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkService } from '../../src/checks/services.ts';

// Real servers where this machine has them. Where it has not, the tests say so in their names and the protocol
// doubles of test/unit/checks/services.test.ts stand for them.

const PASSWORD = 'pa55word-planted';

function find(name: string, folders: readonly string[] = []): string | undefined {
  const all = [...(process.env.PATH ?? '').split(path.delimiter), ...folders];
  return all.map((folder) => path.join(folder, name)).find((file) => fs.existsSync(file));
}

function postgresFolders(): string[] {
  const base = '/usr/lib/postgresql';
  return fs.existsSync(base) ? fs.readdirSync(base).map((version) => path.join(base, version, 'bin')) : [];
}

const redis = find('redis-server', ['/usr/sbin']);
const initdb = find('initdb', postgresFolders());
/** PostgreSQL does not start as root: it runs as nobody then. */
const asNobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};

function freePort(): Promise<number> {
  const server = net.createServer();
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as net.AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

async function check(
  url: string,
  environment: Record<string, string> = {},
): Promise<{ level: string; text: string }> {
  const finding = await checkService({ name: 'x', url, timeoutMs: 3_000, environment, envFile: new Map() });
  expect(finding.text).not.toContain(PASSWORD);
  return { level: finding.level, text: finding.text.replace(/ at \S+$/, '') };
}

async function eventually(url: string, text: RegExp): Promise<void> {
  for (let attempt = 0; !text.test((await check(url)).text); attempt += 1) {
    if (attempt > 200) throw new Error('the server of this test did not start');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

let folder: string;
const running: ChildProcess[] = [];
beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'services-'));
  fs.chmodSync(folder, 0o777);
});
afterAll(async () => {
  for (const child of running) {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    if (child.exitCode === null && child.kill('SIGINT')) await ended;
  }
  fs.rmSync(folder, { recursive: true, force: true });
});

describe('Redis', () => {
  it(
    redis === undefined
      ? 'NOT PROBED: this machine has no redis-server (apt-get install redis-server)'
      : 'a real server, open and with a password',
    async () => {
      if (redis === undefined) return expect(redis).toBeUndefined();
      const [open, closed] = [await freePort(), await freePort()];
      for (const [port, more] of [
        [open, []],
        [closed, ['--requirepass', PASSWORD]],
      ] as const) {
        running.push(
          spawn(redis, ['--port', String(port), '--save', '', '--dir', folder, ...more], { stdio: 'ignore' }),
        );
        await eventually(`redis://127.0.0.1:${port}`, /^Redis answers/);
      }
      expect(await check(`redis://127.0.0.1:${open}/0`)).toEqual({ level: 'ok', text: 'Redis answers' });
      expect(await check(`redis://127.0.0.1:${closed}`)).toEqual({
        level: 'ok',
        text: 'Redis answers and wants a password (not tried)',
      });
      expect(await check(`redis://:${PASSWORD}@127.0.0.1:${closed}`)).toEqual({
        level: 'ok',
        text: 'Redis answers',
      });
      expect(
        await check('env:REDIS_URL', { REDIS_URL: `redis://default:${PASSWORD}@127.0.0.1:${closed}` }),
      ).toEqual({ level: 'ok', text: 'Redis answers' });
      expect(await check(`redis://:wrong@127.0.0.1:${closed}`)).toEqual({
        level: 'warn',
        text: 'Redis answers, but does not accept the password of the URL',
      });
    },
  );
});

describe('PostgreSQL', () => {
  it(
    initdb === undefined
      ? 'NOT PROBED: this machine has no PostgreSQL server (apt-get install postgresql)'
      : 'a real server, with and without passwords',
    async () => {
      if (initdb === undefined) return expect(initdb).toBeUndefined();
      const port = await freePort();
      const data = path.join(folder, 'pg');
      const options = { cwd: folder, ...asNobody };
      execFileSync(initdb, ['-D', data, '-U', 'tester', '--auth=trust', '-N'], { stdio: 'pipe', ...options });
      const rules = [
        'host all locked 127.0.0.1/32 scram-sha-256',
        'local all all trust',
        'host all tester 127.0.0.1/32 trust',
        '',
      ];
      fs.writeFileSync(path.join(data, 'pg_hba.conf'), rules.join('\n'));
      const words = ['-D', data, '-h', '127.0.0.1', '-p', String(port), '-k', folder, '-F'];
      running.push(
        spawn(path.join(path.dirname(initdb), 'postgres'), words, { stdio: 'ignore', ...options }),
      );
      const url = `postgres://tester@127.0.0.1:${port}/postgres`;
      await eventually(url, /^PostgreSQL answers$/);
      expect(await check(url)).toEqual({ level: 'ok', text: 'PostgreSQL answers' });
      const socket = `postgres://tester@localhost:${port}/postgres?host=${folder}`;
      expect(await check(socket)).toEqual({ level: 'ok', text: 'PostgreSQL answers' });
      expect(await check(`postgres://locked:${PASSWORD}@127.0.0.1:${port}/postgres`)).toEqual({
        level: 'ok',
        text: 'PostgreSQL answers (login not tried)',
      });
      expect((await check(`postgres://stranger:${PASSWORD}@127.0.0.1:${port}/postgres`)).text).toContain(
        'refuses this login',
      );
      expect(await check(`postgres://tester@127.0.0.1:${port}/nowhere`)).toEqual({
        level: 'warn',
        text: 'PostgreSQL answers, but this database does not exist (3D000)',
      });
      expect((await check(`postgres://tester@127.0.0.1:${port}/postgres?sslmode=require`)).level).toBe(
        'error',
      );
      expect((await check(`redis://127.0.0.1:${port}`)).level).toBe('error');
    },
  );
});

describe('HTTPS', () => {
  const openssl = find('openssl');
  it(
    openssl === undefined
      ? 'NOT PROBED: this machine has no openssl to make a certificate'
      : 'a server nobody vouches for answers, and is sent no password',
    async () => {
      if (openssl === undefined) return expect(openssl).toBeUndefined();
      const [key, cert] = [path.join(folder, 'key.pem'), path.join(folder, 'cert.pem')];
      execFileSync(
        openssl,
        [
          'req',
          '-x509',
          '-newkey',
          'rsa:2048',
          '-nodes',
          '-keyout',
          key,
          '-out',
          cert,
          '-days',
          '1',
          '-subj',
          '/CN=localhost',
        ],
        { stdio: 'pipe' },
      );
      const { createServer } = await import('node:https');
      const seen: string[] = [];
      const server = createServer(
        { key: fs.readFileSync(key), cert: fs.readFileSync(cert) },
        (request, response) => {
          seen.push(JSON.stringify(request.headers));
          response.end('ok');
        },
      );
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const { port } = server.address() as net.AddressInfo;
      expect(await check(`https://me:${PASSWORD}@127.0.0.1:${port}/health`)).toEqual({
        level: 'ok',
        text: 'answers with status 200',
      });
      expect(seen).toHaveLength(1);
      expect(seen[0]).not.toContain('uthorization');
      expect((await check(`https://127.0.0.1:${port}`.replace('https', 'http'))).text).toMatch(
        /status 400|does not speak HTTP/,
      );
      server.close();
    },
  );
});
