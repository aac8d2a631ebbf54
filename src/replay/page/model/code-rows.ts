import type { FileState, Hunk } from './file-state.ts';

/** One line of a change or of a file, as it is shown. */
export interface CodeRow {
  kind: 'same' | 'added' | 'removed' | 'earlier' | 'gap';
  /** Its number before and after; undefined where it has none. */
  before?: number;
  after?: number;
  text: string;
  /** The part of the text that differs from its counterpart. */
  part?: [from: number, to: number];
}

/** Lines longer than this are not compared word by word. */
const COMPARED = 2_000;

/** A change, line by line; between two places of it stands a gap. */
export function changeRows(hunks: readonly Hunk[]): CodeRow[] {
  const rows: CodeRow[] = [];
  for (const [index, hunk] of hunks.entries()) {
    if (index > 0) rows.push({ kind: 'gap', text: '' });
    let [before, after] = [Math.max(1, hunk.oldStart), Math.max(1, hunk.newStart)];
    for (const line of hunk.lines) {
      const [sign, text] = [line[0] ?? ' ', line.slice(1)];
      if (sign === '+') rows.push({ kind: 'added', after: after++, text });
      else if (sign === '-') rows.push({ kind: 'removed', before: before++, text });
      else if (sign !== '\\') rows.push({ kind: 'same', before: before++, after: after++, text });
    }
  }
  markParts(rows);
  return rows;
}

/** Where as many lines were removed as added, each is compared with its counterpart. */
function markParts(rows: CodeRow[]): void {
  for (let start = 0; start < rows.length; start += 1) {
    if (rows[start]?.kind !== 'removed') continue;
    let middle = start;
    while (rows[middle]?.kind === 'removed') middle += 1;
    let end = middle;
    while (rows[end]?.kind === 'added') end += 1;
    if (end - middle === middle - start) {
      for (let index = start; index < middle; index += 1) markPair(rows[index], rows[index + middle - start]);
    }
    start = end - 1;
  }
}

function markPair(removed: CodeRow | undefined, added: CodeRow | undefined): void {
  if (removed === undefined || added === undefined) return;
  const [a, b] = [removed.text, added.text];
  if (a.length > COMPARED || b.length > COMPARED) return;
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head += 1;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a.at(-1 - tail) === b.at(-1 - tail)) tail += 1;
  // Two lines that share next to nothing are read more easily without marks.
  if (head + tail < Math.max(a.length, b.length) / 3) return;
  removed.part = [head, a.length - tail];
  added.part = [head, b.length - tail];
}

/** A file as far as it is known; where lines are not, stands a gap that says which. */
export function fileRows(state: FileState): CodeRow[] {
  const rows: CodeRow[] = [];
  let next = 1;
  for (const { number, text, written } of state.lines) {
    if (number > next) rows.push(unknown(next, number - 1));
    rows.push({ kind: KINDS[written], after: number, text });
    next = number + 1;
  }
  if (!state.whole)
    rows.push({ kind: 'gap', text: next === 1 ? 'Nothing of it is recorded' : 'the rest is not recorded' });
  return rows;
}

const KINDS = { now: 'added', before: 'earlier', never: 'same' } as const;

function unknown(from: number, to: number): CodeRow {
  return {
    kind: 'gap',
    text: from === to ? `line ${from} is not recorded` : `lines ${from}–${to} are not recorded`,
  };
}
