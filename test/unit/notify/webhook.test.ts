import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { resolveWebhook, webhookHosts, webhookProblem } from '../../../src/notify/webhook.ts';

const path1 = '/services/T0/B0/secretSECRETsecret';
const good = `https://hooks.slack.com${path1}`;
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'webhook-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));

describe('resolveWebhook', () => {
  it('reads the variable that is named, and for the default both usual ones', () => {
    const read = (reference: string, env: Record<string, string>) =>
      resolveWebhook(reference, env, { allowFile: false });
    expect(read('env:SLACK_WEBHOOK', { SLACK_WEBHOOK: good })).toEqual({ url: good });
    expect(read('env:SLACK_WEBHOOK', { SLACK_WEBHOOK_URL: ` ${good}\n` })).toEqual({ url: good });
    expect(read('env:SLACK_WEBHOOK', { SLACK_WEBHOOK: '', SLACK_WEBHOOK_URL: good })).toEqual({ url: good });
    expect(read('env:TEAM_HOOK', { TEAM_HOOK: good })).toEqual({ url: good });
    expect(read('env:TEAM_HOOK', { SLACK_WEBHOOK_URL: good })).toMatchObject({ missing: true });
  });

  it('reads a file only where that is allowed', () => {
    const file = path.join(folder, 'hook');
    fs.writeFileSync(file, `${good}\n`);
    expect(resolveWebhook(`file:${file}`, {}, { allowFile: true })).toEqual({ url: good });
    expect(resolveWebhook(`file:${file}`, {}, { allowFile: false })).toMatchObject({ missing: false });
    expect(resolveWebhook(`file:${folder}/none`, {}, { allowFile: true })).toMatchObject({ missing: true });
  });

  it('refuses everything else and never repeats the address', () => {
    const env = { HOOK: 'https://evil.example/services/secretSECRETsecret' };
    for (const reference of [good, 'env:HOOK', 'env:a b', 'https://evil.example/x', '']) {
      const result = resolveWebhook(reference, env, { allowFile: true });
      expect(result).toHaveProperty('problem');
      expect(JSON.stringify(result)).not.toMatch(/secretSECRET|evil/);
    }
  });
});

describe('webhookProblem', () => {
  const hosts = webhookHosts({
    CLAUDE_HOOKS_WEBHOOK_HOSTS:
      '127.0.0.1:8080, Proxy.example:443,relay.example,localhost:99,10.0.0.1:80,[::1]:7',
  });

  it.each([
    good,
    'http://127.0.0.1:8080/x',
    'https://127.0.0.1:8080/x',
    'https://proxy.example/x',
    'https://relay.example/x',
    'http://localhost:99/x',
    'http://[::1]:7/x',
  ])('allows %s', (url) => {
    expect(webhookProblem(url, hosts)).toBeUndefined();
  });

  it.each([
    'http://hooks.slack.com/x',
    'https://hooks.slack.com:8443/x',
    'https://hooks.slack.com.evil.example/x',
    'https://hooks.slack.com@evil.example/x',
    'https://user:pass@hooks.slack.com/x',
    'https://evil.example/hooks.slack.com',
    'http://127.0.0.1:8081/x',
    'http://proxy.example:443/x',
    'http://10.0.0.1:80/x',
    'http://10.0.0.1/x',
    'http://127.0.0.1.evil.example:8080/x',
    'file:///etc/passwd',
    'ftp://hooks.slack.com/x',
    'javascript:alert(1)',
    'not an address',
    `${good}${'x'.repeat(3_000)}`,
  ])('refuses %s', (url) => {
    expect(webhookProblem(url, hosts)).toEqual(expect.any(String));
  });

  it('lists nothing without the variable', () => {
    expect(webhookHosts({})).toEqual([]);
    expect(webhookProblem('http://127.0.0.1:8080/x', [])).toEqual(expect.any(String));
  });
});
