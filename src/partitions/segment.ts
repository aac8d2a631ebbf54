import { GlobRefused } from './braces.ts';

/** A set of characters: `[a-z_]`, `[!0-9]`. */
interface CharacterSet {
  ranges: readonly (readonly [number, number])[];
  inverted: boolean;
}

type Token = number | typeof ANY | typeof STAR | CharacterSet;
const ANY = 'any';
export const STAR = 'star';

/** One part of a path between two slashes: a plain name, or a pattern for one. */
export type Segment = { kind: 'name'; text: string } | { kind: 'all' } | { kind: 'pattern'; tokens: Token[] };

/**
 * Reads what stands between two slashes of a glob: `*` any characters, `?` one (a UTF-16 unit), `[a-z]` one of them,
 * `[!a-z]` none of them, a backslash before a character that stands for itself. Names that begin with a dot are
 * matched like all others.
 * @throws GlobRefused for what other tools would read as an extended glob: `@(a|b)`, `!(a)`.
 */
export function readSegment(text: string): Segment {
  const tokens: Token[] = [];
  for (let index = 0; index < text.length; index += 1) {
    const letter = text[index] ?? '';
    if (/[@!+?*]/.test(letter) && text[index + 1] === '(')
      throw new GlobRefused(`${letter}(...) is not understood; write {a,b}`);
    const set = letter === '[' ? readSet(text, index) : undefined;
    if (set !== undefined) {
      tokens.push(set.token);
      index = set.end;
    } else if (letter === '\\' && index + 1 < text.length) {
      index += 1;
      tokens.push(text.charCodeAt(index));
    } else if (letter === '*') {
      if (tokens.at(-1) !== STAR) tokens.push(STAR);
    } else tokens.push(letter === '?' ? ANY : text.charCodeAt(index));
  }
  if (tokens.length === 1 && tokens[0] === STAR) return { kind: 'all' };
  const isName = tokens.every((token) => typeof token === 'number');
  return isName ? { kind: 'name', text: String.fromCharCode(...tokens) } : { kind: 'pattern', tokens };
}

/** @returns undefined where the bracket has no end, and so stands for itself. */
function readSet(text: string, from: number): { token: CharacterSet; end: number } | undefined {
  const inverted = /[!^]/.test(text[from + 1] ?? '');
  const first = from + (inverted ? 2 : 1);
  const ranges: [number, number][] = [];
  for (let index = first; index < text.length; index += 1) {
    if (text[index] === ']' && index > first) return { token: { ranges, inverted }, end: index };
    if (text.startsWith('[:', index))
      throw new GlobRefused('a class such as [[:alpha:]] is not understood; write [a-zA-Z]');
    if (text[index] === '\\') index += 1;
    const low = text.charCodeAt(index);
    const isRange = text[index + 1] === '-' && index + 2 < text.length && text[index + 2] !== ']';
    if (isRange) index += text[index + 2] === '\\' ? 3 : 2;
    ranges.push([low, text.charCodeAt(index)]);
  }
  return undefined;
}

/**
 * Whether a name is what the tokens ask for. Goes back to the last star only, which is enough where a star is the
 * only thing of no fixed length: at most (length of the name) x (length of the pattern) steps, whatever they are.
 */
export function matchesTokens(tokens: readonly Token[], name: string): boolean {
  let [token, at] = [0, 0];
  let [star, starAt] = [-1, 0];
  while (at < name.length) {
    const wanted = tokens[token];
    if (wanted === STAR) {
      [star, starAt] = [token, at];
      token += 1;
    } else if (wanted !== undefined && matchesOne(wanted, name.charCodeAt(at))) {
      token += 1;
      at += 1;
    } else if (star !== -1) {
      token = star + 1;
      starAt += 1;
      at = starAt;
    } else return false;
  }
  while (tokens[token] === STAR) token += 1;
  return token === tokens.length;
}

function matchesOne(token: Exclude<Token, typeof STAR>, code: number): boolean {
  if (typeof token === 'number') return token === code;
  if (token === ANY) return true;
  return token.ranges.some(([low, high]) => code >= low && code <= high) !== token.inverted;
}
