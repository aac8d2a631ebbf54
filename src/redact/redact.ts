import { isMarker, marker } from './marker.ts';
import { isSecretKey } from './names.ts';
import { redactText } from './text.ts';

const DEEPEST = 100;

/**
 * `redactText` on every string inside a JSON-like value, keys included. A string under a key that names a secret
 * (`password`, `clientSecret`, `x-api-key`) is replaced whatever it looks like; references such as `env:NAME`
 * stay. Deeper than 100 levels everything is replaced.
 */
export function redactValue<T>(value: T): T {
  return redactAt(value, false, 0) as T;
}

function redactAt(value: unknown, secret: boolean, depth: number): unknown {
  if (typeof value === 'string') return secret ? redactSecret(value) : redactText(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= DEEPEST) return marker('too-deep');
  if (Array.isArray(value)) return value.map((item) => redactAt(item, secret, depth + 1));
  if (typeof (value as { toJSON?: unknown }).toJSON === 'function') return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      redactText(key),
      redactAt(item, isSecretKey(key), depth + 1),
    ]),
  );
}

function redactSecret(value: string): string {
  if (value === '' || isMarker(value) || /^(?:env:\w{1,128}|file:\S{1,512})$/.test(value)) return value;
  return marker('key-name');
}

export { redactEnvironment } from './environment.ts';
export { registerSecrets } from './literals.ts';
export { redactText } from './text.ts';
export { addRedactionPatterns } from './user-patterns.ts';

/**
 * The first `limit` characters of a text with its secrets removed before it is cut: a secret across the cut would
 * otherwise lose the end by which it is known. Cuts on code points; a cut text ends in an ellipsis.
 */
export function redactHead(text: string, limit: number): string {
  // Far enough behind the cut that no secret reaches from before it to the end.
  const head = redactText(text.slice(0, limit * 2 + 8_192));
  return head.length <= limit && text.length <= limit * 2 + 8_192
    ? head
    : `${Array.from(head.slice(0, limit)).slice(0, -1).join('')}…`;
}
