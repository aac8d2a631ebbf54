import { outsideMarkers } from './marker.ts';
import { findSecrets } from './text.ts';

export interface LocatedSecret {
  /** The name of the rule that knows it. */
  rule: string;
  /** 1-based. */
  line: number;
}

/**
 * Where a text holds what `redactText` would remove, by line and rule, each pair once, in the order of the lines; never
 * a part of the secret. None exactly where `redactText` would change nothing.
 */
export function locateSecrets(text: string): LocatedSecret[] {
  const spans = outsideMarkers(text, findSecrets(text)).sort((a, b) => a.start - b.start || b.end - a.end);
  const seen = new Set<string>();
  const found: LocatedSecret[] = [];
  let line = 1;
  let at = 0;
  let done = 0;
  for (const { start, end, rule } of spans) {
    // Of several that overlap, the first names it, as in the redacted text.
    const isPart = start < done;
    done = Math.max(done, end);
    if (isPart) continue;
    for (let next = text.indexOf('\n', at); next !== -1 && next < start; next = text.indexOf('\n', at)) {
      line += 1;
      at = next + 1;
    }
    const key = `${line}:${rule}`;
    if (!seen.has(key)) found.push({ rule, line });
    seen.add(key);
  }
  return found;
}
