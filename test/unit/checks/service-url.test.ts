import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseServiceUrl, resolveUrl } from '../../../src/checks/service-url.ts';

describe('parseServiceUrl', () => {
  it('takes an address apart', () => {
    expect(parseServiceUrl('postgres://me:p%40ss@db.local:6543/app?sslmode=require')).toEqual({
      kind: 'postgres',
      endpoint: { host: 'db.local', port: 6543 },
      place: 'db.local:6543',
      user: 'me',
      password: 'p@ss',
      path: 'app',
      wantsTls: true,
    });
    expect(parseServiceUrl('postgresql:///app?host=/run/postgresql')?.endpoint.socketPath).toBe(
      '/run/postgresql/.s.PGSQL.5432',
    );
    expect(parseServiceUrl('mysql://u@h/d')?.endpoint).toEqual({ host: 'h', port: 3306 });
    expect(parseServiceUrl('rediss://:p@h')).toMatchObject({
      endpoint: { host: 'h', port: 6379, tls: true },
      user: '',
      password: 'p',
    });
    expect(parseServiceUrl('redis://[::1]:6380/2')).toMatchObject({ endpoint: { host: '::1', port: 6380 } });
    expect(parseServiceUrl('postgres://h:80/d')?.endpoint.port).toBe(80);
    expect(parseServiceUrl('https://h/health?x=1')).toMatchObject({
      endpoint: { host: 'h', port: 443, tls: true },
      path: '/health?x=1',
    });
    expect(parseServiceUrl('http://h:8080')).toMatchObject({ endpoint: { port: 8080 }, path: '/' });
  });

  it.each(['', 'file:///etc/passwd', 'ftp://x', 'nonsense', 'postgres://h:99999/d', 'javascript:alert(1)'])(
    'refuses %j',
    (text) => {
      expect(parseServiceUrl(text)).toBeUndefined();
    },
  );

  it('survives any text, and never shows more than host and port', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        parseServiceUrl(text);
        parseServiceUrl(`postgres:${text}`);
        parseServiceUrl(`http://${text}`);
      }),
    );
    const word = fc.stringMatching(/^[a-z0-9]{6,12}$/);
    fc.assert(
      fc.property(word, word, (user, password) => {
        const place = parseServiceUrl(`redis://${user}:${password}@example.org:1234/0`)?.place;
        expect(place).toBe('example.org:1234');
      }),
    );
  });
});

describe('resolveUrl', () => {
  it('looks a reference up in the environment first, then in the env file', () => {
    const file = new Map([
      ['A', 'file'],
      ['B', 'file'],
    ]);
    expect(resolveUrl('env:A', { A: 'environment' }, file)).toBe('environment');
    expect(resolveUrl('env:B', { A: 'environment' }, file)).toBe('file');
    expect(resolveUrl('env:C', {}, file)).toBeUndefined();
    expect(resolveUrl('redis://h', {}, file)).toBe('redis://h');
  });
});
