/** A change to a file as it was recorded; lines begin with a space, `-`, `+` or a backslash. */
export interface Hunk {
  oldStart: number;
  newStart: number;
  lines: readonly string[];
}

/** A line of which the text is known. */
export interface KnownLine {
  /** From 1. */
  number: number;
  text: string;
  /** Whether the last change wrote it, an earlier one, or none that was recorded. */
  written: 'now' | 'before' | 'never';
}

/** What the record tells about a file's content. */
export interface FileState {
  /** By number, rising; numbers that are missing are not known. */
  lines: KnownLine[];
  /** Every line of the file is known. */
  whole: boolean;
  /** A change did not fit what was known, so the file was changed by something that is not recorded. */
  differs: boolean;
}

export const UNKNOWN_FILE: FileState = { lines: [], whole: false, differs: false };

/**
 * The state of a file after a change. Lines around it that were known stay so, by their new numbers. Where the change
 * does not fit them, only what it tells itself is known from then on.
 */
export function applyHunks(state: FileState, hunks: readonly Hunk[]): FileState {
  const sorted = [...hunks].sort((a, b) => a.oldStart - b.oldStart || a.newStart - b.newStart);
  if (sorted.length === 0) return { ...state, lines: state.lines.map(settle) };
  const creates = startsFromNothing(state, sorted);
  const applied = applyTo(state.lines, sorted);
  if (!applied.fits) {
    return { lines: applyTo([], sorted).lines, whole: creates, differs: !creates };
  }
  return { lines: applied.lines, whole: state.whole || creates, differs: state.differs && !creates };
}

/** One change that neither removes a line nor shows one around it: the file was not there, or empty. */
function startsFromNothing(state: FileState, hunks: readonly Hunk[]): boolean {
  const [only, more] = hunks;
  if (only === undefined || more !== undefined || only.oldStart > 1 || only.newStart > 1) return false;
  if (state.whole && state.lines.length > 0) return false;
  return only.lines.every((line) => line.startsWith('+') || line.startsWith('\\'));
}

function settle(line: KnownLine): KnownLine {
  return line.written === 'now' ? { ...line, written: 'before' } : line;
}

function applyTo(known: readonly KnownLine[], hunks: readonly Hunk[]): { lines: KnownLine[]; fits: boolean } {
  const lines: KnownLine[] = [];
  let [taken, shift, fits] = [0, 0, true];
  /** Takes over what is known before a line of the old file. */
  const copyUpTo = (number: number): void => {
    for (let line = known[taken]; line !== undefined && line.number < number; line = known[taken]) {
      lines.push({ ...settle(line), number: line.number + shift });
      taken += 1;
    }
  };
  for (const hunk of hunks) {
    const removes = hunk.lines.some((line) => line.startsWith('-') || line.startsWith(' '));
    // Where it names no line of the old file, writers of patches disagree on its number; the new one is the same for all.
    let old = removes ? hunk.oldStart : hunk.newStart - shift;
    copyUpTo(old);
    let number = old + shift;
    for (const line of hunk.lines) {
      const [sign, text] = [line[0] ?? ' ', line.slice(1)];
      if (sign === '\\') continue;
      if (sign === '+') {
        lines.push({ number, text, written: 'now' });
        number += 1;
        continue;
      }
      const before = known[taken]?.number === old ? known[taken] : undefined;
      if (before !== undefined) {
        taken += 1;
        if (before.text !== text) fits = false;
      }
      old += 1;
      if (sign === '-') continue;
      lines.push({ ...(before === undefined ? { written: 'never' } : settle(before)), number, text });
      number += 1;
    }
    shift = number - old;
  }
  copyUpTo(Number.POSITIVE_INFINITY);
  return { lines, fits };
}
