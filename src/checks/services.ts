import { converse } from '../platform/net.ts';
import type { Finding } from './finding.ts';
import { PROBES } from './probes.ts';
import { parseServiceUrl, resolveUrl } from './service-url.ts';

/**
 * Asks a database or web service whether it is there, in its own protocol. Never rejects, ends within
 * `timeoutMs`. The text names host and port, never a user, a password or the rest of the URL.
 * @param url a URL, or `env:NAME` for a variable of `environment`, else of the env file.
 */
export async function checkService(service: {
  name: string;
  url: string;
  timeoutMs: number;
  environment: Readonly<Record<string, string | undefined>>;
  envFile: ReadonlyMap<string, string>;
}): Promise<Finding> {
  const check = `service ${service.name}`;
  const url = resolveUrl(service.url, service.environment, service.envFile);
  if (url === undefined) {
    return { check, level: 'warn', text: `${service.url.slice(4)} is not set, so its address is not known` };
  }
  const address = parseServiceUrl(url);
  if (address === undefined) {
    const from = service.url.startsWith('env:') ? `the value of ${service.url.slice(4)}` : 'its url';
    return { check, level: 'error', text: `${from} is no postgres://, mysql://, redis:// or http(s):// URL` };
  }
  const result = await converse(address.endpoint, service.timeoutMs, (talk) =>
    PROBES[address.kind](address, talk),
  );
  if (result.ok)
    return { check, level: result.value.level, text: `${result.value.text} at ${address.place}` };
  return { check, level: 'error', text: `not reachable at ${address.place}: ${result.failure.message}` };
}
