import { minuteStamp } from '../platform/clock.ts';
import { randomHex } from '../platform/digest.ts';
import { cleanName, slugOf } from '../store/names.ts';

const LONGEST = 60;

/** What a session is called by its first prompt: its first line with words, cut at a word. Undefined for one without words. */
export function nameOfPrompt(prompt: string): string | undefined {
  const line = prompt
    .split('\n')
    .map((one) => cleanName(one.replace(/^[\s#>*-]+/, '')))
    .find((one) => /[\p{L}\p{N}]/u.test(one) && !one.startsWith('<'));
  if (line === undefined) return undefined;
  const letters = [...line];
  if (letters.length <= LONGEST) return line;
  const cut = letters.slice(0, LONGEST - 1).join('');
  const words = cut.replace(/\s+\S*$/, '');
  return `${words.length > LONGEST / 2 ? words : cut}…`;
}

/** A new id that a person can read: `2026-11-28-search-fast-3f2a`. At most 48 characters, fit for a file name. */
export function newSessionId(about: string, now: number): string {
  return `${minuteStamp(now).slice(0, 10)}-${slugOf(about, 'session')}-${randomHex(2)}`;
}
