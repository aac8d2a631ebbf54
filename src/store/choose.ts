import { HooksError } from '../errors.ts';
import { visible } from '../platform/terminal.ts';
import { redactText } from '../redact/redact.ts';
import { cleanName } from './names.ts';

/** Something a person names on a command line. */
export interface Named {
  id: string;
  /** Free text. */
  name: string;
}

/** How errors speak of the things that are chosen from. */
export interface Wording<T> {
  /** `checkpoint`: also the first part of the errors' codes. */
  one: string;
  many: string;
  /** Where they lie, as the subject of a sentence: `this repository`. */
  place: string;
  /** What tells two of one name apart: the time one was made. */
  mark(one: T): string;
  /** What to do where there is none yet, and where the name is not known. */
  none: string;
  all: string;
}

/** Candidates an error names. */
const SHOWN = 5;
/** Characters of a name an error shows at most. */
const LONGEST = 100;

/**
 * The one a person means: its exact id, its exact name, or a beginning of either that only one has.
 * @throws HooksError `<one>-unknown` or `<one>-ambiguous` (kind usage), naming candidates, the nearest first.
 */
export function chooseNamed<T extends Named>(list: readonly T[], wanted: string, words: Wording<T>): T {
  const text = wanted.trim();
  // As names are kept: redacted, on one line, cut.
  const name = cleanName(redactText(cleanName(text)));
  const byId = list.find((one) => one.id === text);
  if (byId !== undefined) return byId;
  for (const matches of [
    list.filter((one) => one.name === name),
    list.filter((one) => one.id.startsWith(text) || one.name.startsWith(name)),
    list.filter((one) => one.name.toLowerCase().startsWith(name.toLowerCase())),
  ]) {
    if (name === '') break;
    if (matches.length === 1 && matches[0] !== undefined) return matches[0];
    if (matches.length > 1) throw ambiguous(wanted, matches, words);
  }
  throw unknown(wanted, list, words);
}

function ambiguous<T extends Named>(wanted: string, matches: readonly T[], words: Wording<T>): HooksError {
  return new HooksError({
    code: `${words.one}-ambiguous`,
    kind: 'usage',
    message: `${quoted(wanted)} could be ${matches.length} ${words.many}: ${named(matches, words)}`,
    hint: 'Give the id of the one you mean.',
  });
}

function unknown<T extends Named>(wanted: string, list: readonly T[], words: Wording<T>): HooksError {
  const head = `There is no ${words.one} ${quoted(wanted)}`;
  const near = list
    .map((one) => ({ one, far: distanceTo(wanted, one) }))
    .sort((a, b) => a.far - b.far)
    .map(({ one }) => one);
  return new HooksError({
    code: `${words.one}-unknown`,
    kind: 'usage',
    message:
      list.length === 0 ? `${head}: ${words.place} has none yet` : `${head}. Near it: ${named(near, words)}`,
    hint: list.length === 0 ? words.none : words.all,
  });
}

function named<T extends Named>(list: readonly T[], words: Wording<T>): string {
  const shown = list.slice(0, SHOWN).map((one) => `${one.id} (${quoted(one.name)}, ${words.mark(one)})`);
  return shown.join(', ') + (list.length > shown.length ? `, and ${list.length - shown.length} more` : '');
}

function quoted(text: string): string {
  const letters = [...text.slice(0, LONGEST * 2 + 2)];
  const shown = letters.length <= LONGEST ? text : `${letters.slice(0, LONGEST).join('')}…`;
  return visible(JSON.stringify(shown));
}

function distanceTo(wanted: string, one: Named): number {
  const text = wanted.toLowerCase().slice(0, 80);
  return Math.min(editDistance(text, one.name.toLowerCase().slice(0, 80)), editDistance(text, one.id));
}

/** How many letters have to be put in, taken out or replaced to make `a` into `b`. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_value, at) => at);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const swap = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
