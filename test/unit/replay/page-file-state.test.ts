import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changeRows, fileRows } from '../../../src/replay/page/model/code-rows.ts';
import {
  applyHunks,
  type FileState,
  type Hunk,
  UNKNOWN_FILE,
} from '../../../src/replay/page/model/file-state.ts';
import { createFileHistory, editsUpTo, touchedFiles } from '../../../src/replay/page/model/touched.ts';
import type { ReplayStep } from '../../../src/replay/types.ts';

/** Replaces lines of a file, with lines around them as a patch has them. */
interface Change {
  from: number;
  removes: number;
  adds: string[];
  around: number;
}

function hunkOf(lines: readonly string[], change: Change): { hunk: Hunk; after: string[] } {
  const from = Math.min(change.from, lines.length);
  const to = Math.min(from + change.removes, lines.length);
  const [first, last] = [Math.max(0, from - change.around), Math.min(lines.length, to + change.around)];
  const signed = (sign: string, part: readonly string[]): string[] => part.map((line) => sign + line);
  return {
    hunk: {
      oldStart: first + 1,
      newStart: first + 1,
      lines: [
        ...signed(' ', lines.slice(first, from)),
        ...signed('-', lines.slice(from, to)),
        ...signed('+', change.adds),
        ...signed(' ', lines.slice(to, last)),
      ],
    },
    after: [...lines.slice(0, from), ...change.adds, ...lines.slice(to)],
  };
}

const line = fc.constantFrom<string>('a', 'b', '  c', '', 'const d = 1;');
const change = fc.record({
  from: fc.nat(12),
  removes: fc.nat(3),
  adds: fc.array(line, { maxLength: 4 }),
  around: fc.nat(3),
});

function expectKnown(state: FileState, file: readonly string[]): void {
  let last = 0;
  for (const { number, text } of state.lines) {
    expect(number).toBeGreaterThan(last);
    expect(text).toBe(file[number - 1]);
    last = number;
  }
}

describe('the state of a file', () => {
  it('is the file, as far as it is known, after any changes of one that was there', () => {
    fc.assert(
      fc.property(
        fc.array(line, { minLength: 1, maxLength: 20 }),
        fc.array(change, { maxLength: 12 }),
        (start, changes) => {
          let [file, state] = [start, UNKNOWN_FILE];
          for (const one of changes) {
            // Without a line around it, a change at the top looks as if it made the file.
            const { hunk, after } = hunkOf(file, { ...one, around: Math.max(1, one.around) });
            if (hunk.lines.length === 0) continue;
            state = applyHunks(state, [hunk]);
            file = after;
            if (file.length === 0) return;
            expect(state.differs).toBe(false);
            expectKnown(state, file);
          }
        },
      ),
    );
  });

  it('is the whole file after any changes of one whose making is recorded', () => {
    fc.assert(
      fc.property(
        fc.array(line, { minLength: 1, maxLength: 20 }),
        fc.array(change, { maxLength: 12 }),
        (start, changes) => {
          let file = start;
          let state = applyHunks(UNKNOWN_FILE, [
            { oldStart: 0, newStart: 1, lines: start.map((text) => `+${text}`) },
          ]);
          for (const one of changes) {
            const { hunk, after } = hunkOf(file, one);
            if (hunk.lines.length === 0) continue;
            state = applyHunks(state, [hunk]);
            file = after;
            expect(state.whole).toBe(true);
            expect(state.lines.map(({ text }) => text)).toEqual(file);
            expectKnown(state, file);
          }
        },
      ),
    );
  });

  it('says where the file was changed by something that is not recorded', () => {
    const made = applyHunks(UNKNOWN_FILE, [{ oldStart: 0, newStart: 1, lines: ['+a', '+b', '+c'] }]);
    const changed = applyHunks(made, [{ oldStart: 1, newStart: 1, lines: [' other', '-b', '+B'] }]);
    expect(changed).toEqual({
      whole: false,
      differs: true,
      lines: [
        { number: 1, text: 'other', written: 'never' },
        { number: 2, text: 'B', written: 'now' },
      ],
    });
  });

  it('takes several places of one change, in whatever order they come', () => {
    const made = applyHunks(UNKNOWN_FILE, [
      { oldStart: 0, newStart: 1, lines: ['+a', '+b', '+c', '+d', '+e'] },
    ]);
    const hunks = [
      { oldStart: 5, newStart: 6, lines: ['-e', '+E'] },
      { oldStart: 1, newStart: 1, lines: ['-a', '+A', '+AA'] },
    ];
    expect(applyHunks(made, hunks).lines.map(({ text }) => text)).toEqual(['A', 'AA', 'b', 'c', 'd', 'E']);
  });
});

describe('the files of a replay', () => {
  const steps = Array.from(
    { length: 300 },
    (_step, index): ReplayStep => ({
      number: index + 1,
      at: index,
      lane: 'edit',
      type: 'edit',
      description: 'edit',
      file: index % 3 === 0 ? 'a' : 'b',
      hunks: [
        index < 3
          ? { oldStart: 0, newStart: 1, lines: ['+0', '+end'] }
          : {
              oldStart: 1,
              newStart: 1,
              lines: [
                `-${Math.max(0, index - (index % 3 === 0 ? 3 : index % 3 === 1 ? 2 : 1))}`,
                `+${index}`,
              ],
            },
      ],
    }),
  );

  it('are told in any order as in the order in which they happened', () => {
    const [file] = touchedFiles(steps);
    if (file === undefined) throw new Error('no file');
    const history = createFileHistory(steps);
    const expected = Array.from({ length: 101 }, (_x, edits) => createFileHistory(steps)(file, edits));
    fc.assert(
      fc.property(fc.array(fc.nat(100), { maxLength: 30 }), (visits) => {
        for (const edits of visits) expect(history(file, edits)).toEqual(expected[edits]);
      }),
    );
    expect(editsUpTo(file, 3)).toBe(2);
    expect(file.added.at(-1)).toBe(101);
  });
});

describe('the lines that are shown', () => {
  it('mark what differs within a line', () => {
    const rows = changeRows([{ oldStart: 4, newStart: 4, lines: [' x', '-const a = 1;', '+const a = 25;'] }]);
    expect(rows).toEqual([
      { kind: 'same', before: 4, after: 4, text: 'x' },
      { kind: 'removed', before: 5, text: 'const a = 1;', part: [10, 11] },
      { kind: 'added', after: 5, text: 'const a = 25;', part: [10, 12] },
    ]);
  });

  it('say which lines are not known', () => {
    const state = applyHunks(UNKNOWN_FILE, [{ oldStart: 3, newStart: 3, lines: [' x', '-y', '+z'] }]);
    expect(fileRows(state).map(({ kind, text }) => [kind, text])).toEqual([
      ['gap', 'lines 1–2 are not recorded'],
      ['same', 'x'],
      ['added', 'z'],
      ['gap', 'the rest is not recorded'],
    ]);
  });
});
