import { afterEach, describe, expect, it } from 'vitest';
import { forgetSecrets } from '../../../src/redact/literals.ts';
import {
  addRedactionPatterns,
  redactEnvironment,
  redactText,
  redactValue,
  registerSecrets,
} from '../../../src/redact/redact.ts';
import { clearRedactionPatterns } from '../../../src/redact/user-patterns.ts';

afterEach(() => {
  forgetSecrets();
  clearRedactionPatterns();
});

describe('redactValue', () => {
  it('hides what stands under a telling key, and only that', () => {
    expect(
      redactValue({
        password: 'x',
        dbPassword: 'y',
        'x-api-key': 'z',
        clientSecret: ['a', 'b'],
        token: 12,
        tokens: 'many',
        key: 'name',
        pwd: '/home',
        webhook: 'env:SLACK_WEBHOOK',
        nested: [{ access_token: 'q' }],
        empty: { secret: '' },
      }),
    ).toEqual({
      password: '[redacted:key-name]',
      dbPassword: '[redacted:key-name]',
      'x-api-key': '[redacted:key-name]',
      clientSecret: ['[redacted:key-name]', '[redacted:key-name]'],
      token: 12,
      tokens: 'many',
      key: 'name',
      pwd: '/home',
      webhook: 'env:SLACK_WEBHOOK',
      nested: [{ access_token: '[redacted:key-name]' }],
      empty: { secret: '' },
    });
  });

  it('hides a secret that is a key itself', () => {
    const secret = `gh${'p_'}${'a1B2'.repeat(9)}`;
    expect(JSON.stringify(redactValue({ [secret]: 1 }))).toBe('{"[redacted:github-token]":1}');
  });

  it('survives depth, cycles, __proto__ and dates', () => {
    const cycle: Record<string, unknown> = {};
    cycle.self = cycle;
    expect(JSON.stringify(redactValue(cycle))).toContain('[redacted:too-deep]');
    const hostile = JSON.parse('{"__proto__":{"password":"x"}}') as object;
    expect(JSON.stringify(redactValue(hostile))).toBe('{"__proto__":{"password":"[redacted:key-name]"}}');
    expect(JSON.stringify(redactValue({ at: new Date(0) }))).toBe('{"at":"1970-01-01T00:00:00.000Z"}');
    expect(redactValue(undefined)).toBe(undefined);
  });
});

describe('registerSecrets', () => {
  it('hides the values wherever they appear, in any usual writing', () => {
    const value = 'plain words/with"quote';
    registerSecrets({ MY_SERVICE_KEY: value, HOME: '/home/someone' });
    for (const text of [
      value,
      encodeURIComponent(value),
      JSON.stringify({ x: value }),
      Buffer.from(value).toString('base64'),
    ]) {
      const result = redactText(`<${text}>`);
      expect(result).toContain('[redacted:environment]');
      expect(result).not.toContain(text.slice(2, 14));
    }
    expect(redactText('/home/someone/x')).toBe('/home/someone/x');
  });

  it('knows passwords inside addresses, and leaves short and common words alone', () => {
    registerSecrets({
      DATABASE_URL: 'postgres://app:long%20password@db/x',
      DB_PASSWORD: 'postgres',
      APP_SECRET: 'short',
      PWD: '/some/where',
      OLDPWD: '/some/where',
      CLAUDE_HOOKS_WEBHOOK_HOSTS: '127.0.0.1:4000',
      SLACK_WEBHOOK: 'https://relay.example/T/abcdefgh',
    });
    expect(redactText('it was long password, really')).toBe('it was [redacted:environment], really');
    expect(redactText('sent to https://relay.example/T/abcdefgh!')).toBe('sent to [redacted:environment]!');
    for (const text of ['postgres runs', 'a short day', '/some/where/else', '127.0.0.1:4000']) {
      expect(redactText(text)).toBe(text);
    }
  });

  it('does not eat its own markers', () => {
    registerSecrets({ A_SECRET: 'redacted:', B_SECRET: 'environment' });
    const once = redactText('an environment of DB_PASSWORD=hunter22');
    expect(once).toBe('an [redacted:environment] of DB_PASSWORD=[redacted:password]');
    expect(redactText(once)).toBe(once);
  });
});

describe('redactEnvironment', () => {
  it('gives only what is allowed, redacted and cut', () => {
    const env = redactEnvironment(
      {
        SHELL: '/bin/zsh',
        LANG: 'de_DE.UTF-8',
        PATH: '/usr/bin',
        HOME: '/home/x',
        ANTHROPIC_API_KEY: 'abc',
        EDITOR: `vim --token=${'a1B2c3D4e5F6'}`,
        MY_FLAG: 'y'.repeat(600),
        MY_TOKEN: 'whatever',
        UNSET: undefined,
      },
      ['MY_FLAG', 'MY_TOKEN', 'UNSET'],
    );
    expect(Object.keys(env)).toEqual(['EDITOR', 'LANG', 'MY_FLAG', 'MY_TOKEN', 'SHELL']);
    expect(env.EDITOR).toBe('vim --token=[redacted:secret]');
    expect(env.MY_TOKEN).toBe('[redacted:environment]');
    expect(env.MY_FLAG).toHaveLength(500);
  });
});

describe('addRedactionPatterns', () => {
  it('uses the patterns, also across the windows it searches in', () => {
    const own = ['acme_[a-z0-9]{20,}', 'CUST-\\d{6}', '(?:ab){3}', 'k\\w+\\s*=\\s*v'];
    expect(addRedactionPatterns(own)).toEqual([]);
    const secret = `acme_${'k9'.repeat(40)}`;
    for (const length of [0, 98, 199, 200, 499, 1500]) {
      const before = 'word '.repeat(length);
      expect(redactText(`${before}${secret} and CUST-123456.`)).toBe(
        `${before}[redacted:custom] and [redacted:custom].`,
      );
    }
    expect(redactText('ababab kx = v')).toBe('[redacted:custom] [redacted:custom]');
  });

  it.each(['(a+)+b', '(a|aa)*', '((a|b)c)+', 'a+b+c+d+', '(x)\\1', '(?<=a)b', '(', 'x*', 'a'.repeat(501)])(
    'refuses %s and says why, without an error',
    (pattern) => {
      expect(addRedactionPatterns([pattern, 'fine_[0-9]{3}'])).toEqual([
        { pattern, reason: expect.stringMatching(/.+/) as string },
      ]);
      expect(redactText('aaab fine_123')).toBe('aaab [redacted:custom]');
    },
  );
});
