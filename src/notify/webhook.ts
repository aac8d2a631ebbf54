import { readHead } from '../platform/fs.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** Either the address, or why there is none. `missing` means that none is configured, which is no mistake. */
export type WebhookResult = { url: string } | { problem: string; missing: boolean };

const SLACK_HOST = 'hooks.slack.com';
const LONGEST = 2_048;

/**
 * Turns the configured reference into the webhook's address, which only ever lives in memory: no problem text, here
 * or later, holds any part of it.
 * @param reference `env:NAME`, or `file:/absolute/path`. For the default `env:SLACK_WEBHOOK` the variable
 * SLACK_WEBHOOK_URL is tried too.
 * @param options.allowFile whether the reference comes from a place that may name files (never a repository's).
 */
export function resolveWebhook(reference: string, env: Env, options: { allowFile: boolean }): WebhookResult {
  const found = lookUp(reference, env, options.allowFile);
  if (!('url' in found)) return found;
  const problem = webhookProblem(found.url, webhookHosts(env));
  return problem === undefined ? found : { problem, missing: false };
}

function lookUp(reference: string, env: Env, allowFile: boolean): WebhookResult {
  const variable = /^env:([A-Za-z_]\w{0,127})$/.exec(reference)?.[1];
  if (variable !== undefined) {
    const names = variable === 'SLACK_WEBHOOK' ? [variable, 'SLACK_WEBHOOK_URL'] : [variable];
    const url = names.map((name) => env[name]?.trim()).find((value) => value !== undefined && value !== '');
    return url === undefined
      ? { problem: `no webhook: ${names.join(' and ')} not set`, missing: true }
      : { url };
  }
  if (!reference.startsWith('file:')) {
    return {
      problem: 'notify.slack.webhook has to be a reference such as "env:SLACK_WEBHOOK"',
      missing: false,
    };
  }
  if (!allowFile)
    return { problem: 'a webhook in a file can be named in the user file only', missing: false };
  const file = reference.slice('file:'.length);
  const url = readHead(file, LONGEST)?.trim();
  return url === undefined || url === ''
    ? { problem: `no webhook: ${file} cannot be read or is empty`, missing: true }
    : { url };
}

/** Hosts besides hooks.slack.com, from CLAUDE_HOOKS_WEBHOOK_HOSTS: `host:port`, separated by commas. */
export function webhookHosts(env: Env): string[] {
  return (env.CLAUDE_HOOKS_WEBHOOK_HOSTS ?? '')
    .split(',')
    .map((entry) => entry.trim().toLowerCase())
    .filter((entry) => entry !== '')
    .map((entry) => (/:\d+$/.test(entry) ? entry : `${entry}:443`));
}

/** Why nothing may be sent to this address; undefined where it may. Names no part of the address. */
export function webhookProblem(address: string, allowedHosts: readonly string[]): string | undefined {
  if (address.length > LONGEST || !URL.canParse(address)) return 'the webhook is no valid address';
  const url = new URL(address);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'the webhook is no https address';
  if (url.username !== '' || url.password !== '') return 'the webhook address holds a user name or password';
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  const listed = allowedHosts.includes(`${url.hostname.toLowerCase()}:${port}`);
  if (!listed && !(url.hostname === SLACK_HOST && port === '443')) {
    return `the webhook is not at ${SLACK_HOST}; other hosts have to be listed in CLAUDE_HOOKS_WEBHOOK_HOSTS (host:port)`;
  }
  if (url.protocol === 'https:') return undefined;
  return listed && isLoopback(url.hostname)
    ? undefined
    : 'the webhook uses plain http, which is only for this machine';
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname);
}
