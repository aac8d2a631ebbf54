import { applyHunks, type Hunk, isSameShown, revertHunks, showsHunks } from './patch.ts';

/** What an Edit call asks for. */
export interface Replacement {
  old: string;
  new: string;
  all: boolean;
}

const MOST_PLACES = 50;

/**
 * What the client makes of `text` with these replacements. Where several results are possible (more than one place,
 * typographic quotes, a line that goes with its newline) the patch decides.
 * @returns undefined where the text does not hold what was replaced.
 */
export function replaceIn(
  text: string,
  changes: readonly Replacement[],
  hunks: readonly Hunk[],
): string | undefined {
  let candidates = [text];
  for (const change of changes) {
    candidates = candidates.flatMap((one) => results(one, change)).slice(0, MOST_PLACES);
  }
  const first = candidates[0];
  if (first === undefined || hunks.length === 0) return first;
  const patched = applyHunks(text, hunks);
  if (patched === undefined) return candidates.find((one) => showsHunks(one, hunks)) ?? first;
  const shown = candidates.find((one) => isSameShown(one, patched));
  if (shown !== undefined) return shown;
  // The client changed the words a little (quotes); but a patch does not tell tabs from spaces.
  return changes.some((change) => change.new.includes('\t')) ? first : patched;
}

/**
 * What stood there before these replacements made `text`. @param hint a text that may hold the lines that come back.
 * @returns undefined where that cannot be told for sure.
 */
export function replaceBack(
  text: string,
  changes: readonly Replacement[],
  hunks: readonly Hunk[],
  hint: string,
): string | undefined {
  if (hunks.length > 0) {
    const olds = changes.map((change) => change.old).join('\n');
    return revertHunks(text, hunks, `${hint}\n${olds}\n`);
  }
  let result = text;
  for (const change of [...changes].reverse()) {
    const places = count(result, change.new);
    const sure = change.all ? places > 0 && !hint.includes(change.new) : places === 1;
    if (change.new === '' || !sure) return undefined;
    result = result.split(change.new).join(change.old);
  }
  return result;
}

/** Every result one replacement may have, the likeliest first. */
function results(text: string, { old, new: words, all }: Replacement): string[] {
  if (old === '') return text === '' ? [words] : [];
  const found = text.includes(old) ? old : withTextQuotes(text, old);
  if (found === undefined) return [];
  // The client takes the newline of a line away where nothing stays of it.
  const whole = `${found}\n`;
  const swallowed =
    words === '' && !found.endsWith('\n') && text.includes(whole) ? exchange(text, whole, '', all) : [];
  return [...swallowed, ...exchange(text, found, words, all)];
}

function exchange(text: string, old: string, words: string, all: boolean): string[] {
  if (all) return [text.split(old).join(words)];
  const made: string[] = [];
  for (
    let at = text.indexOf(old);
    at !== -1 && made.length < MOST_PLACES;
    at = text.indexOf(old, at + old.length)
  ) {
    made.push(text.slice(0, at) + words + text.slice(at + old.length));
  }
  return made;
}

/** The part of the text that is `old` but for typographic quotes. */
function withTextQuotes(text: string, old: string): string | undefined {
  const plain = (words: string): string => words.replace(/[‘’]/g, "'").replace(/[“”]/g, '"');
  const at = plain(text).indexOf(plain(old));
  return at === -1 ? undefined : text.slice(at, at + old.length);
}

function count(text: string, part: string): number {
  return part === '' ? 0 : text.split(part).length - 1;
}
