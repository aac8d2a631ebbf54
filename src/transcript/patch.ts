/** A piece of a patch as the client writes it down: lines begin with a space, `-`, `+` or a backslash. */
export interface Hunk {
  oldStart: number;
  newStart: number;
  lines: string[];
}

/** Reads `structuredPatch` of a tool's result; what has another form is left out. */
export function parseHunks(value: unknown): Hunk[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((item: unknown) => {
    const { oldStart, newStart, lines } = (item ?? {}) as Record<string, unknown>;
    if (typeof oldStart !== 'number' || typeof newStart !== 'number' || !Array.isArray(lines)) return [];
    const words = lines.filter((line): line is string => typeof line === 'string');
    return words.length === lines.length ? [{ oldStart, newStart, lines: words }] : [];
  });
}

/** Lines with their newlines; the last one may have none. An empty text has no line. */
export function splitLines(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

/** The client shows each tab a line begins with as two spaces: in a patch the two cannot be told apart. */
export function expandTabs(text: string): string {
  return text.replace(/^\t+/gm, (tabs) => '  '.repeat(tabs.length));
}

/** Whether two texts are the same but for how their lines are indented by tabs. */
export function isSameShown(a: string, b: string): boolean {
  return a === b || expandTabs(a) === expandTabs(b);
}

/** One line of a hunk: in which of the two texts it stands, and its words with the newline. */
interface HunkLine {
  old: boolean;
  new: boolean;
  text: string;
}

function linesOf(hunk: Hunk): HunkLine[] {
  const found: HunkLine[] = [];
  for (const line of hunk.lines) {
    const mark = line[0];
    const last = found.at(-1);
    if (mark === '\\') {
      if (last !== undefined) last.text = last.text.replace(/\n$/, '');
    } else found.push({ old: mark !== '+', new: mark !== '-', text: `${line.slice(1)}\n` });
  }
  return found;
}

/** Puts the patch on `text`. Lines it adds are indented as it shows them. @returns undefined where it does not fit. */
export function applyHunks(text: string, hunks: readonly Hunk[]): string | undefined {
  return exchange(text, hunks, 'old', () => undefined);
}

/**
 * Takes the patch back from `text`. Lines that come back are taken from `hint` where it has them, because a patch
 * does not tell how they were indented. @returns undefined where it does not fit.
 */
export function revertHunks(text: string, hunks: readonly Hunk[], hint: string): string | undefined {
  const known = new Map<string, string>();
  for (const line of splitLines(hint)) {
    const shown = expandTabs(line);
    if (!known.has(shown)) known.set(shown, line);
  }
  return exchange(text, hunks, 'new', (line) => known.get(line));
}

/** Whether the text holds what every hunk leaves behind, in whatever place. */
export function showsHunks(text: string, hunks: readonly Hunk[]): boolean {
  const shown = splitLines(text).map(expandTabs);
  return hunks.every((hunk) => {
    const side = linesOf(hunk).filter((line) => line.new);
    return placesOf(shown, side).length > 0;
  });
}

function exchange(
  text: string,
  hunks: readonly Hunk[],
  from: 'old' | 'new',
  rawOf: (shown: string) => string | undefined,
): string | undefined {
  const to = from === 'old' ? 'new' : 'old';
  const lines = splitLines(text);
  const shown = lines.map(expandTabs);
  let end = lines.length;
  // From the last hunk to the first: what stands before a hunk keeps its place.
  for (const hunk of [...hunks].reverse()) {
    const all = linesOf(hunk);
    const side = all.filter((line) => line[from]);
    const at = placeOf(shown.slice(0, end), side, (from === 'old' ? hunk.oldStart : hunk.newStart) - 1);
    if (at === undefined) return undefined;
    let next = at;
    const replacement: string[] = [];
    for (const line of all) {
      const here = line[from] ? (lines[next++] ?? '') : (rawOf(line.text) ?? line.text);
      if (line[to]) replacement.push(here);
    }
    lines.splice(at, side.length, ...replacement);
    end = at;
  }
  return lines.join('');
}

/** Where the side of a hunk stands: at its own place, or at the only other one. */
function placeOf(shown: readonly string[], side: readonly HunkLine[], wanted: number): number | undefined {
  if (side.length === 0) return shown.length === 0 ? 0 : undefined;
  if (standsAt(shown, side, wanted)) return wanted;
  const places = placesOf(shown, side);
  return places.length === 1 ? places[0] : undefined;
}

function placesOf(shown: readonly string[], side: readonly HunkLine[]): number[] {
  if (side.length === 0) return [0];
  const places: number[] = [];
  for (let at = 0; at + side.length <= shown.length; at += 1) if (standsAt(shown, side, at)) places.push(at);
  return places;
}

function standsAt(shown: readonly string[], side: readonly HunkLine[], at: number): boolean {
  // A patch is shown with expanded tabs, or as it is by clients that do not expand them.
  return side.every((line, offset) => shown[at + offset] === expandTabs(line.text));
}
