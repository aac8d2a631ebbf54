import type { Endpoint } from '../platform/net.ts';

/** A service's address, taken apart. */
export interface ServiceAddress {
  kind: 'postgres' | 'mysql' | 'redis' | 'http';
  endpoint: Endpoint;
  /** `host:port`, the only part of the address that is ever shown. */
  place: string;
  user: string;
  password: string;
  /** Database name, or path and query of an HTTP URL. */
  path: string;
  /** True where the URL asks for an encrypted connection that begins in the clear (PostgreSQL). */
  wantsTls: boolean;
}

const KINDS: Record<string, { kind: ServiceAddress['kind']; port: number; tls?: boolean }> = {
  'postgres:': { kind: 'postgres', port: 5432 },
  'postgresql:': { kind: 'postgres', port: 5432 },
  'mysql:': { kind: 'mysql', port: 3306 },
  'mariadb:': { kind: 'mysql', port: 3306 },
  'redis:': { kind: 'redis', port: 6379 },
  'rediss:': { kind: 'redis', port: 6379, tls: true },
  'http:': { kind: 'http', port: 80 },
  'https:': { kind: 'http', port: 443, tls: true },
};

/**
 * The URL a configured value stands for: itself, or for `env:NAME` the variable's value in the environment,
 * else in the env file. Undefined where the variable is not set.
 */
export function resolveUrl(
  value: string,
  environment: Readonly<Record<string, string | undefined>>,
  envFile: ReadonlyMap<string, string>,
): string | undefined {
  const name = /^env:(.+)$/.exec(value)?.[1];
  if (name === undefined) return value;
  return environment[name] || envFile.get(name) || undefined;
}

/** @returns undefined where the text is no URL of a kind that can be probed. */
export function parseServiceUrl(text: string): ServiceAddress | undefined {
  const scheme = /^[a-z][a-z0-9+.-]*:/.exec(text)?.[0] ?? '';
  const known = KINDS[scheme];
  // Only special schemes get their host parsed as people expect; the rest of the URL is the same in all.
  const url =
    known === undefined
      ? undefined
      : parseUrl(`http:${text.slice(scheme.length)}`, `http://localhost${text.slice(scheme.length + 2)}`);
  if (known === undefined || url === undefined) return undefined;
  const socket = known.kind === 'postgres' ? url.searchParams.get('host') : null;
  const explicit = /:\/\/[^/?#]*:(\d+)(?:[/?#]|$)/.exec(text.replace(/\/\/[^/?#]*@/, '//'))?.[1];
  const port = explicit === undefined ? known.port : Number(explicit);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const endpoint: Endpoint = { host, port };
  if (known.tls === true) endpoint.tls = true;
  if (socket?.startsWith('/') === true) endpoint.socketPath = `${socket}/.s.PGSQL.${port}`;
  return {
    kind: known.kind,
    endpoint,
    place: endpoint.socketPath ?? `${host}:${port}`,
    user: decode(url.username),
    password: decode(url.password),
    path: known.kind === 'http' ? `${url.pathname}${url.search}` : decode(url.pathname.replace(/^\//, '')),
    wantsTls: /^(?:require|verify-ca|verify-full)$/.test(url.searchParams.get('sslmode') ?? ''),
  };
}

/** `postgres:///name` has no host; then the second form, with localhost, is the one that parses. */
function parseUrl(text: string, withHost: string): URL | undefined {
  const candidate = /^http:\/\/(?:[/?#]|$)/.test(text) ? withHost : text;
  return URL.canParse(candidate) ? new URL(candidate) : undefined;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
