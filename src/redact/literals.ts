import type { Span } from './marker.ts';
import { isSecretVariable } from './names.ts';
import { sharedInProcess } from './shared.ts';
import { isCommonWord } from './values.ts';

const SHORTEST = 8;
const MOST = 500;

const secrets = sharedInProcess('secrets', () => new Set<string>());

/**
 * Remembers the values of variables whose names look secret, and passwords inside URLs of any variable, so that
 * every later redaction of this process removes them wherever they appear: as they are, URL-encoded, inside a
 * JSON string or in base64. Values under 8 characters and common words are not remembered: hiding `postgres`
 * or `admin` everywhere would only destroy texts.
 */
export function registerSecrets(env: Readonly<Record<string, string | undefined>>): void {
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined || value.length < SHORTEST) continue;
    if (isSecretVariable(name)) remember(value.trim());
    const password = /:\/\/[^\s/:@]{0,128}:([^\s/]{1,256})@/.exec(value)?.[1];
    if (password !== undefined) {
      remember(password);
      remember(decoded(password));
    }
  }
}

export function forgetSecrets(): void {
  secrets.clear();
}

function remember(value: string): void {
  if (value.length < SHORTEST || secrets.size >= MOST || isCommonWord(value)) return;
  if (/^(?:env|file):/.test(value)) return;
  const forms = [
    value,
    encodeURIComponent(toWellFormed(value)),
    JSON.stringify(value).slice(1, -1),
    Buffer.from(value, 'utf8').toString('base64').replace(/=+$/, ''),
  ];
  for (const form of forms) secrets.add(form);
}

function toWellFormed(value: string): string {
  return Buffer.from(value, 'utf8').toString('utf8');
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

export function findLiterals(text: string): Span[] {
  const spans: Span[] = [];
  for (const secret of secrets) {
    for (let at = text.indexOf(secret); at !== -1; at = text.indexOf(secret, at + secret.length)) {
      spans.push({ start: at, end: at + secret.length, rule: 'environment' });
    }
  }
  return spans;
}
