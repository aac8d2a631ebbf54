import { describe, expect, it } from 'vitest';
import { judgeAnswer, retryAfter } from '../../../src/notify/answer.ts';

const answer = (status: number, body = '', headers: Record<string, string> = {}) =>
  judgeAnswer({ status, body, headers }, 0);

describe('judgeAnswer', () => {
  it('takes only 200 with ok as success', () => {
    expect(answer(200, 'ok\n')).toEqual({ kind: 'sent' });
    for (const [status, body] of [
      [200, '<html>Sign in</html>'],
      [200, ''],
      [204, ''],
      [301, 'ok'],
      [307, 'ok'],
      [500, 'ok'],
      [503, ''],
    ] as const) {
      expect(answer(status, body).kind).toBe('later');
    }
    for (const status of [400, 401, 403, 404, 405, 410, 413])
      expect(answer(status, 'no_service').kind).toBe('never');
    for (const status of [408, 425, 429]) expect(answer(status).kind).toBe('later');
  });

  it('holds everyone up only where Slack limits the rate', () => {
    expect(answer(429, 'rate_limited', { 'retry-after': '7' })).toMatchObject({
      waitMs: 7_000,
      everyone: true,
    });
    expect(answer(503, '', { 'retry-after': '7' })).toMatchObject({ waitMs: 7_000, everyone: false });
  });

  it('repeats the body shortened and redacted', () => {
    const body = `bad\n${'password=hunter22 '.repeat(100)}`;
    const verdict = answer(400, body);
    expect(verdict).toMatchObject({ kind: 'never' });
    expect(JSON.stringify(verdict)).not.toContain('hunter22');
    expect(JSON.stringify(verdict).length).toBeLessThan(300);
  });
});

describe('retryAfter', () => {
  it('reads seconds and dates, and nothing absurd', () => {
    const now = Date.UTC(2026, 0, 1);
    expect(retryAfter('3', now)).toBe(3_000);
    expect(retryAfter('0.5', now)).toBe(500);
    expect(retryAfter('Thu, 01 Jan 2026 00:01:00 GMT', now)).toBe(60_000);
    expect(retryAfter('Thu, 01 Jan 2020 00:01:00 GMT', now)).toBe(0);
    for (const text of [undefined, '', '-4', 'soon', 'NaN']) expect(retryAfter(text, now)).toBe(0);
    for (const text of ['99999999', '1e300']) expect(retryAfter(text, now)).toBe(3_600_000);
  });
});
