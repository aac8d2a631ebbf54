/** A line of a text with the end it has there, so that joining all gives the text back byte for byte. */
export interface Line {
  text: string;
  /** `\n`, `\r\n`, or nothing at the end of the text. */
  eol: string;
}

/** A marked part of a text: the indexes of its marker lines. */
export interface Region {
  begin: number;
  end: number;
}

/** A marker that does not belong to exactly one whole region. */
export interface Damage {
  /** From 1. */
  line: number;
  name: string;
  text: string;
}

export const beginMarker = (name: string): string => `<!-- claude-hooks:begin ${name} -->`;
export const endMarker = (name: string): string => `<!-- claude-hooks:end ${name} -->`;

const MARKER = /^\uFEFF?<!-- claude-hooks:(begin|end) ([a-z][a-z-]*) -->[ \t]*$/;
/** What was a marker, or was to become one. */
const BROKEN = /^\uFEFF?\s*(?:<!?-*\s*)?claude-hooks:(?:begin|end)\b\s*([a-z][a-z-]*)?/;

export function linesOf(text: string): Line[] {
  const lines: Line[] = [];
  for (let at = 0; at < text.length; ) {
    const newline = text.indexOf('\n', at);
    const stop = newline === -1 ? text.length : newline;
    const isCrLf = newline > at && text[newline - 1] === '\r';
    lines.push({
      text: text.slice(at, isCrLf ? stop - 1 : stop),
      eol: newline === -1 ? '' : isCrLf ? '\r\n' : '\n',
    });
    at = stop + 1;
  }
  return lines;
}

export function joinLines(lines: readonly Line[]): string {
  return lines.map(({ text, eol }) => text + eol).join('');
}

/**
 * Finds the whole regions: one begin, one end, no other marker between. Whatever else looks like a marker is damage, and
 * a name with damage has no region: what a half-written one was meant to hold is never guessed at.
 */
export function scanRegions(lines: readonly Line[]): { regions: Map<string, Region>; damage: Damage[] } {
  const marks = lines.flatMap(({ text }, index) => {
    const exact = MARKER.exec(text);
    const word = exact ?? BROKEN.exec(text);
    if (word === null) return [];
    return [{ index, kind: exact?.[1] ?? 'broken', name: (exact?.[2] ?? word[1] ?? '') as string }];
  });
  const regions = new Map<string, Region>();
  const damage: Damage[] = [];
  for (const name of new Set(marks.map((mark) => mark.name))) {
    const own = marks.filter((mark) => mark.name === name);
    const first = own[0];
    if (first === undefined) continue;
    const next = marks[marks.indexOf(first) + 1];
    if (own.length === 2 && first.kind === 'begin' && next === own[1] && next?.kind === 'end')
      regions.set(name, { begin: first.index, end: next.index });
    else damage.push({ line: first.index + 1, name, text: wordsFor(own.map(({ kind }) => kind)) });
  }
  return { regions, damage: damage.sort((a, b) => a.line - b.line) };
}

function wordsFor(kinds: readonly string[]): string {
  if (kinds.includes('broken')) return 'a marker is not whole';
  const begins = kinds.filter((kind) => kind === 'begin').length;
  const ends = kinds.length - begins;
  if (begins > 1 || ends > 1) return 'its markers stand there more than once';
  if (ends === 0) return 'it begins and does not end';
  if (begins === 0) return 'it ends and does not begin';
  return kinds[0] === 'end' ? 'it ends before it begins' : 'another region begins inside it';
}

/** The lines of a region; empty where it is missing or damaged. */
export function readRegion(text: string, name: string): string[] {
  const lines = linesOf(text);
  const region = scanRegions(lines).regions.get(name);
  return region === undefined ? [] : lines.slice(region.begin + 1, region.end).map((line) => line.text);
}

/**
 * Replaces those lines of a region for which `isOwn` holds, and blank ones; each other line stays as it is: before the
 * new ones where it stood before all old ones, else behind them. Line ends are those of the begin marker. @returns the
 * text unchanged where the region is missing or damaged.
 */
export function replaceRegion(
  text: string,
  name: string,
  content: readonly string[],
  isOwn: (line: string) => boolean = () => true,
): string {
  const lines = linesOf(text);
  const region = scanRegions(lines).regions.get(name);
  if (region === undefined) return text;
  const { eol } = lines[region.begin] ?? { eol: '\n' };
  const old = lines.slice(region.begin + 1, region.end);
  const firstOwn = old.findIndex((line) => line.text.trim() !== '' && isOwn(line.text));
  const split = firstOwn === -1 ? 0 : firstOwn;
  return joinLines([
    ...lines.slice(0, region.begin + 1),
    ...foreign(old.slice(0, split), isOwn),
    ...content.map((line) => ({ text: line, eol })),
    ...foreign(old.slice(split), isOwn),
    ...lines.slice(region.end),
  ]);
}

/** What a person wrote, with the blank lines inside it. */
function foreign(lines: readonly Line[], isOwn: (line: string) => boolean): Line[] {
  const isTheirs = (line: Line): boolean => line.text.trim() !== '' && !isOwn(line.text);
  const from = lines.findIndex(isTheirs);
  if (from === -1) return [];
  const to = lines.findLastIndex(isTheirs);
  return lines.slice(from, to + 1).filter((line) => line.text.trim() === '' || isTheirs(line));
}

/** The text without its regions, line by line with the number of each (from 1): what belongs to the person. */
export function handWritten(text: string): { text: string; line: number }[] {
  const lines = linesOf(text);
  const { regions } = scanRegions(lines);
  const inside = (index: number): boolean =>
    [...regions.values()].some(({ begin, end }) => index >= begin && index <= end);
  return lines.flatMap((line, index) => (inside(index) ? [] : [{ text: line.text, line: index + 1 }]));
}
