import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderStep } from '../../../src/cli/render/replay.ts';
import { keyOf, splitKeys, typeKey } from '../../../src/cli/replay/keys.ts';
import { END, type Screen } from '../../../src/cli/replay/screen.ts';
import { openTape } from '../../../src/cli/replay/tape.ts';
import { watch } from '../../../src/cli/replay/watch.ts';
import type { ReplayStep } from '../../../src/replay/types.ts';

/** Colours as we write them, and what the last line is drawn with. */
const OWN = /\u001b\[(?:1|2|22|31|32|33|36|39)m/g;
const LINE = /\r\u001b\[K/g;
/** All that moves, colours, hides or reorders. */
const ACTS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029]|\p{Cf}|\p{Cs}/u;

/** Bytes as a terminal could take them for more than letters. */
const nasty = fc.oneof(
  fc.uint8Array({ maxLength: 30 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
  fc.uint8Array({ maxLength: 30 }).map((bytes) => Buffer.from(bytes).toString('utf8')),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc
    .array(
      fc.constantFrom(
        '\u001b[31m',
        '\u001b]0;x\u0007',
        '\u001b[2J',
        '\u202e',
        '\u2066',
        '\u200b',
        '\u009b31m',
        '\u001b',
        '\r',
        '\n',
        '\t',
        '\r\n',
        '\u0008',
        '\u{e0041}',
        '\ud800',
        'a',
        '</script>',
        '\u001b[?1049h',
        '\u001bP',
        '\u2028',
      ),
      { maxLength: 8 },
    )
    .map((parts) => parts.join('')),
);
const anyStep: fc.Arbitrary<ReplayStep> = fc.record(
  {
    number: fc.nat(),
    at: fc.oneof(fc.integer(), fc.constant(Number.NaN), fc.nat({ max: 2 ** 42 })),
    lane: fc.constantFrom(
      'prompt',
      'answer',
      'tool',
      'edit',
      'checkpoint',
      'commit',
      'error',
      'agent',
      'session',
    ),
    type: nasty,
    description: nasty,
    text: nasty,
    file: nasty,
    hunks: fc.array(
      fc.record({ oldStart: fc.nat(), newStart: fc.nat(), lines: fc.array(nasty, { maxLength: 3 }) }),
      { maxLength: 2 },
    ),
    tool: nasty,
    input: fc.dictionary(nasty, fc.oneof(nasty, fc.array(nasty, { maxLength: 2 }), fc.integer())),
    result: nasty,
    failed: fc.boolean(),
    agent: nasty,
  },
  { requiredKeys: ['number', 'at', 'lane', 'type', 'description'] },
);

it('lets nothing of what was recorded act on the terminal: only our own colours do', () => {
  fc.assert(
    fc.property(anyStep, fc.boolean(), fc.boolean(), (step, color, full) => {
      const shown = renderStep({ color }, step, full);
      const bare = color ? shown.replace(OWN, '') : shown;
      expect(ACTS.exec(bare)).toBeNull();
      expect(shown.endsWith('\n')).toBe(true);
      for (const line of bare.split('\n').slice(1, -1)) expect(line.startsWith('    ')).toBe(true);
    }),
    { numRuns: 10_000 },
  );
});

describe('keys', () => {
  it.each([
    [' ', 'next'],
    ['\r', 'next'],
    ['\u001b[B', 'next'],
    ['\u001bOA', 'back'],
    ['e', 'error'],
    ['d', 'edit'],
    ['/', 'search'],
    ['+', 'faster'],
    ['\u0003', 'quit'],
    ['q', 'quit'],
    ['\u001b[1;5C', undefined],
    ['constructor', undefined],
  ])('%j is %s', (sequence, key) => {
    expect(keyOf(sequence)).toBe(key);
  });

  it('are taken apart without losing a letter', () => {
    expect(splitKeys(' \u001b[Bq\u001bOAü')).toEqual([' ', '\u001b[B', 'q', '\u001bOA', 'ü']);
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (sent) => {
        expect(splitKeys(sent).join('')).toBe(sent);
      }),
    );
  });

  it('make a line of words', () => {
    const typed = (keys: string): unknown => {
      let text = '';
      for (const key of splitKeys(keys)) {
        const after = typeKey(text, key);
        if (after.end !== undefined) return [after.end, text];
        text = after.text;
      }
      return text;
    };
    expect(typed('abc\u007fd\r')).toEqual(['done', 'abd']);
    expect(typed('ab\u001b[Dc\u0015xy')).toBe('xy');
    expect(typed('ab\u0003')).toEqual(['cancelled', 'ab']);
  });
});

const plain = (number: number, more: Partial<ReplayStep> = {}): ReplayStep => ({
  number,
  at: number,
  lane: 'tool',
  type: 'tool',
  description: `d${number}`,
  ...more,
});

it('goes through steps in both directions as a list would, as far back as is kept', () => {
  const moves = fc.array(fc.constantFrom('next', 'back', 'peek'), { maxLength: 60 });
  fc.assert(
    fc.property(fc.nat(20), fc.integer({ min: 2, max: 8 }), moves, (count, kept, list) => {
      const all = Array.from({ length: count }, (_, at) => plain(at + 1));
      const tape = openTape(all[Symbol.iterator](), kept);
      let at = -1;
      let furthest = -1;
      for (const move of list) {
        if (move === 'peek') {
          expect(tape.peek()?.number).toBe(all[at + 1]?.number);
          furthest = Math.max(furthest, Math.min(at + 1, count - 1));
        } else if (move === 'next') {
          expect(tape.next()?.number).toBe(all[at + 1]?.number);
          at = Math.min(at + 1, count - 1);
          furthest = Math.max(furthest, at);
        } else {
          const can = at - 1 >= Math.max(0, furthest - kept + 1);
          expect(tape.back()?.number).toBe(can ? all[at - 1]?.number : undefined);
          if (can) at -= 1;
        }
        expect(tape.current()?.number).toBe(all[at]?.number);
      }
    }),
  );
});

/** Watches with these keys. @returns all that was written. */
async function watched(steps: readonly ReplayStep[], keys: readonly string[], columns = 60): Promise<string> {
  let written = '';
  const left = [...keys];
  const screen: Screen = {
    write: (text) => {
      written += text;
    },
    columns: () => columns,
    hasKey: () => false,
    nextKey: () => Promise.resolve(left.shift() ?? END),
    onResize: () => {},
    suspend: () => {},
    close: () => {},
  };
  await watch({ color: false }, screen, steps[Symbol.iterator](), { playing: false, speed: 1 });
  return written;
}

describe('watching', () => {
  const steps = [
    plain(1),
    plain(2),
    plain(3, { lane: 'error', failed: true }),
    plain(4, { type: 'edit', lane: 'edit' }),
    plain(5, { result: 'the Needle' }),
    plain(6),
  ];
  /** The steps in the order in which they were shown. */
  const numbers = (written: string): number[] =>
    [...written.matchAll(/^.*\[[\d :-]{19}\].* #(\d+)$/gm)].map(([, number]) => Number(number));

  it.each([
    ['by steps', [' ', '\r', 'n'], [1, 2, 3, 4]],
    ['back', [' ', ' ', 'p', 'p', 'p', ' '], [1, 2, 3, 2, 1, 2]],
    ['to the next error and edit', ['e', 'd', 'e', ' '], [1, 3, 4]],
    ['to words', ['/', 'n', 'e', 'e', 'D', '\r'], [1, 5]],
    ['to words that were given up', ['/', 'n', '\u0003', ' '], [1, 2]],
    ['to its end', [' ', ' ', ' ', ' ', ' ', ' ', ' ', 'q', ' '], [1, 2, 3, 4, 5, 6]],
    ['away', ['q', ' '], [1]],
  ])('goes %s', async (_name, keys, seen) => {
    expect(numbers(await watched(steps, keys))).toEqual(seen);
  });

  it('writes nothing but its lines, whatever is typed, however narrow the terminal is', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyStep, { maxLength: 4 }),
        fc.array(fc.oneof(nasty, fc.constantFrom(' ', '/', 'e', 'o', '\r', 'h'))),
        fc.integer({ min: 1, max: 90 }),
        async (list, typed, columns) => {
          const keys = typed.flatMap(splitKeys).filter((key) => key !== 'a');
          const written = await watched(list, keys, columns);
          expect(ACTS.exec(written.replace(LINE, ''))).toBeNull();
        },
      ),
      { numRuns: 300 },
    );
  });
});
