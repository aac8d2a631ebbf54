import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { redactText, redactValue } from '../../../src/redact/redact.ts';
import { chainsOf, parseSegment, type Segment, segmentName } from '../../../src/store/archive-segments.ts';
import { archiveBytes, openRoom } from '../../../src/store/archive-size.ts';
import { openTranscript, tidyArchive } from '../../../src/store/open-transcript.ts';
import { statePaths } from '../../../src/store/paths.ts';
import { archive, eventsOf, everythingIn, SMALL, unpacked } from '../../support/archive.ts';
import { needlesIn, plantSecrets } from '../../support/secrets.ts';

const fixtures = path.resolve(import.meta.dirname, '../../fixtures/claude-code/transcripts');
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "transcript archive d'été "));
afterAll(() => fs.rmSync(scratch, { recursive: true, force: true }));

let count = 0;
let state = statePaths(scratch);
let transcript = '';
beforeEach(() => fresh());
function fresh(): void {
  count += 1;
  const folder = path.join(scratch, String(count));
  fs.mkdirSync(folder);
  state = statePaths(path.join(folder, 'state'));
  transcript = path.join(folder, 'one.jsonl');
}

const line = (number: number, text = ''): string => `${JSON.stringify({ type: 'user', number, text })}\n`;
const segments = (session = 'one'): string[] =>
  fs.existsSync(path.join(state.archive, session))
    ? fs.readdirSync(path.join(state.archive, session)).filter((name) => name.endsWith('.jsonl.gz'))
    : [];
const copy = (): string | undefined => unpacked(state, 'one')?.['one.jsonl'];

/** What a copy has to hold, made the simple way. */
function expected(text: string): string {
  return text.slice(0, text.lastIndexOf('\n') + 1).replace(/[^\n]*\n/g, (whole) => {
    const one = whole.slice(0, -1);
    if (Buffer.byteLength(one) > SMALL.longestLine) return '#\n';
    try {
      return `${JSON.stringify(redactValue(JSON.parse(one)))}\n`;
    } catch {
      return `${redactText(one)}\n`;
    }
  });
}

/** Lines that are too long tell only how long they were. */
const shortened = (text: string | undefined): string | undefined =>
  text?.replace(/^\{"type":"(?:line-too-long|user)","length":\d+,.*$/gm, '#');

describe('the copy of a transcript', () => {
  it('tells the same events as each recorded one, those of sub-agents too', () => {
    for (const name of fs.readdirSync(fixtures).filter((entry) => entry.endsWith('.jsonl'))) {
      const original = path.join(fixtures, name);
      const session = path.basename(name, '.jsonl');
      expect(archive(state, original)).toBe('whole');
      const open = openTranscript(state, session, path.join(scratch, 'deleted.jsonl'));
      expect([open?.isCopy, open?.damaged]).toEqual([true, []]);
      expect(eventsOf(open?.path ?? ''), name).toEqual(redactValue(eventsOf(original)));
      const since = Date.parse('2020-01-01');
      expect(eventsOf(open?.path ?? '', { since })).toEqual(redactValue(eventsOf(original, { since })));
      const meta = fs.existsSync(path.join(fixtures, session, 'subagents'))
        ? fs.readdirSync(path.join(fixtures, session, 'subagents'))
        : [];
      const unpackedAgents = fs.readdirSync(path.join(path.dirname(open?.path ?? ''), session, 'subagents'));
      expect(unpackedAgents).toEqual(meta);
      open?.close();
    }
    expect(fs.readdirSync(path.join(state.archive, '.reading'))).toEqual([]);
  });

  it('is what it was made of, whatever that is and however it grew', () => {
    const text = fc.oneof(
      { weight: 4, arbitrary: fc.string({ unit: 'binary', maxLength: 300 }) },
      fc.constantFrom(
        'password="Tr0ub4dor&3x"',
        'x'.repeat(290),
        '\u2028\ud83d\ude00',
        '"tool_use_id":"toolu_1"',
      ),
    );
    const record = fc.oneof(
      {
        weight: 6,
        arbitrary: fc
          .record({ type: fc.constantFrom('user', 'x'), text, more: fc.jsonValue() })
          .map((value) => JSON.stringify(value)),
      },
      { weight: 2, arbitrary: text.map((value) => value.replaceAll('\n', ' ')) },
      fc.constantFrom(
        '',
        '  ',
        '{"type":"user","message":{"content":"torn',
        '\r',
        'null',
        '[1e999,"\\ud800"]',
      ),
      fc.integer({ min: 1_990, max: 9_000 }).map((length) => JSON.stringify('l'.repeat(length))),
    );
    fc.assert(
      fc.property(
        fc.array(record, { maxLength: 12 }),
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 4 }),
        fc.constantFrom('\n', '', '{"half'),
        fc.nat({ max: 3 }),
        (records, cuts, rest, pieces) => {
          fresh();
          const bytes = Buffer.from(records.join('\n') + rest);
          const ends = [
            ...cuts.map((cut) => Math.floor(cut * bytes.length)).sort((a, b) => a - b),
            bytes.length,
          ];
          for (const end of ends) {
            fs.writeFileSync(transcript, bytes.subarray(0, end));
            archive(state, transcript, { sizes: SMALL, pieces });
          }
          expect(archive(state, transcript, { sizes: SMALL })).toBe('whole');
          const whole = expected(bytes.toString());
          expect(shortened(copy() ?? '')).toBe(whole);
          const before = segments();
          expect(archive(state, transcript, { sizes: SMALL })).toBe('whole');
          expect(segments()).toEqual(before);
          const room = openRoom(state, 1e9);
          const noted = archiveBytes(state);
          openRoom(state, 1e9, true);
          expect(noted).toBe(archiveBytes(state));
          expect(room.gone).toEqual([]);
        },
      ),
      { numRuns: process.env.CLAUDE_HOOKS_FULL === '1' ? 1_500 : 150 },
    );
  });

  it('grows by what was added, and touches nothing where nothing was', () => {
    fs.writeFileSync(transcript, line(1) + line(2));
    archive(state, transcript);
    const [first] = segments();
    fs.appendFileSync(transcript, `${line(3)}{"half`);
    archive(state, transcript);
    expect(segments()).toHaveLength(2);
    expect(segments()).toContain(first);
    const file = path.join(state.archive, 'one', first ?? '');
    const inode = fs.statSync(file).ino;
    fs.appendFileSync(transcript, ' more"}\n');
    archive(state, transcript);
    expect(copy()).toBe(`${line(1)}${line(2)}${line(3)}{"half more"}\n`);
    expect(fs.statSync(file).ino).toBe(inode);
    for (const name of segments())
      expect(fs.statSync(path.join(state.archive, 'one', name)).mode & 0o777).toBe(0o600);
  });

  it('says of a line that is too long how long it was, and that its call was answered', () => {
    const long = (more: object): string => `${JSON.stringify({ ...more, x: 'x'.repeat(3_000) })}\n`;
    const call = { type: 'tool_use', id: 'toolu_7', name: 'Bash', input: { command: 'make' } };
    const used = `${JSON.stringify({ type: 'assistant', message: { content: [call] } })}\n`;
    const result = { type: 'user', message: { content: [{ tool_use_id: 'toolu_7', type: 'tool_result' }] } };
    fs.writeFileSync(transcript, long({}) + used + long(result) + line(4));
    archive(state, transcript, { sizes: SMALL });
    const lines = copy()?.split('\n') ?? [];
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ type: 'line-too-long', length: long({}).length - 1 });
    expect(lines[3]).toBe(line(4).trimEnd());
    const open = openTranscript(state, 'one', undefined);
    const { events } = eventsOf(open?.path ?? '');
    open?.close();
    expect(events).toMatchObject([{ kind: 'tool-call', id: 'toolu_7', result: { isError: false } }]);
  });
});

describe('an original that is not what it was', () => {
  const old = Array.from({ length: 40 }, (_, number) => line(number)).join('');

  it.each([
    ['became shorter', old.slice(0, 400).replace(/[^\n]*$/, '')],
    ['begins otherwise', line(900) + old],
    [
      'was rewritten behind its first line, and is longer',
      line(0) + old.replaceAll('"number":1', '"number":7'),
    ],
  ])('%s: is copied anew', (_, text) => {
    fs.writeFileSync(transcript, old);
    archive(state, transcript, { sizes: SMALL });
    fs.writeFileSync(transcript, text);
    // The old copy counts until the new one is whole.
    for (let rounds = 0; archive(state, transcript, { sizes: SMALL, pieces: 1 }) === 'more'; rounds += 1) {
      expect(copy()).toBe(old);
      expect(rounds).toBeLessThan(50);
    }
    expect(copy()).toBe(text);
    expect(new Set(segments().map((name) => parseSegment(name)?.generation))).toEqual(new Set([2]));
    fs.appendFileSync(transcript, line(77));
    archive(state, transcript, { sizes: SMALL });
    expect(copy()).toBe(text + line(77));
  });

  it('was emptied, or is gone: keeps its copy', () => {
    fs.writeFileSync(transcript, old);
    archive(state, transcript, { sizes: SMALL });
    fs.writeFileSync(transcript, '');
    expect(archive(state, transcript, { sizes: SMALL })).toBe('whole');
    expect(copy()).toBe(old);
    fs.rmSync(transcript);
    expect(archive(state, transcript)).toBe('gone');
    expect(copy()).toBe(old);
    fs.writeFileSync(transcript, line(5));
    archive(state, transcript);
    expect(copy()).toBe(line(5));
  });

  it('changed again while it was being copied anew', () => {
    fs.writeFileSync(transcript, old);
    archive(state, transcript, { sizes: SMALL });
    fs.writeFileSync(transcript, line(500) + old);
    archive(state, transcript, { sizes: SMALL, pieces: 2 });
    fs.writeFileSync(transcript, line(600) + old + old);
    archive(state, transcript, { sizes: SMALL, pieces: 2 });
    expect(copy()).toBe(old);
    archive(state, transcript, { sizes: SMALL });
    expect(copy()).toBe(line(600) + old + old);
  });
});

describe('segments', () => {
  it('are read in a row from the beginning, each byte once, whatever else lies there', () => {
    const make = (generation: number, from: number, to: number): Segment => {
      const name = segmentName({ stream: 'agent-a-1', generation, from, to, digest: '0123456789abcdef' });
      const parsed = parseSegment(name);
      if (parsed === undefined) throw new Error(name);
      return parsed;
    };
    const all = [make(2, 0, 9), make(1, 5, 8), make(1, 0, 3), make(1, 0, 5), make(1, 3, 7), make(3, 4, 6)];
    expect(chainsOf(all).map((row) => row.map(({ from, to }) => [from, to]))).toEqual([
      [
        [0, 5],
        [5, 8],
      ],
      [[0, 9]],
    ]);
    for (const name of [
      'main-1-5-5-0123456789abcdef.jsonl.gz',
      'main-1-0-5.jsonl.gz',
      '../x',
      'agent-.jsonl.gz',
    ])
      expect(parseSegment(name)).toBeUndefined();
  });
});

describe('opening', () => {
  it('prefers the file of the client, and has nothing where there is neither', () => {
    fs.writeFileSync(transcript, line(1));
    archive(state, transcript);
    expect(openTranscript(state, 'one', transcript)).toMatchObject({ path: transcript, isCopy: false });
    expect(openTranscript(state, 'two', undefined)).toBeUndefined();
    expect(openTranscript(state, '../state', undefined)).toBeUndefined();
  });

  it('unpacks for this person alone, names what is damaged and goes on without it', () => {
    fs.writeFileSync(transcript, Array.from({ length: 40 }, (_, number) => line(number)).join(''));
    archive(state, transcript, { sizes: SMALL });
    const second = segments().find((name) => (parseSegment(name)?.from ?? 0) > 0) ?? '';
    fs.writeFileSync(path.join(state.archive, 'one', second), 'no gzip');
    const open = openTranscript(state, 'one', undefined);
    expect(open?.damaged).toEqual([path.join(state.archive, 'one', second)]);
    expect(fs.statSync(path.dirname(open?.path ?? '')).mode & 0o777).toBe(0o700);
    expect(fs.statSync(open?.path ?? '').mode & 0o777).toBe(0o600);
    expect(eventsOf(open?.path ?? '').report).toMatchObject({ damaged: 0 });
    open?.close();
    expect(fs.existsSync(open?.path ?? '')).toBe(false);
  });

  it('leaves what a killed reader had unpacked to be tidied an hour later', () => {
    fs.writeFileSync(transcript, line(1));
    archive(state, transcript);
    const [dead, alive] = [openTranscript(state, 'one', undefined), openTranscript(state, 'one', undefined)];
    const old = new Date(Date.now() - 2 * 3_600_000);
    fs.utimesSync(path.dirname(dead?.path ?? ''), old, old);
    fs.mkdirSync(path.join(state.archive, '.gone-two'));
    tidyArchive(state, Date.now());
    expect([dead, alive].map((open) => fs.existsSync(open?.path ?? ''))).toEqual([false, true]);
    expect(fs.existsSync(path.join(state.archive, '.gone-two'))).toBe(false);
    alive?.close();
  });
});

describe('the room', () => {
  const random = (length: number, seed: number): string =>
    Array.from({ length }, (_, at) => ((at * 7_919 + seed * 104_729) % 9_973).toString(36)).join(' ');
  const write = (session: string, day: number, size = 3_000): string => {
    const file = path.join(path.dirname(transcript), `${session}.jsonl`);
    fs.writeFileSync(file, line(day, random(size, day)));
    const time = new Date(Date.UTC(2026, 0, day));
    fs.utimesSync(file, time, time);
    return file;
  };

  it('is made by removing the oldest copies, and never taken from younger ones', () => {
    for (const day of [3, 1, 2]) archive(state, write(`s${day}`, day));
    const one = archiveBytes(state) / 3;
    archive(state, write('s4', 4), { limit: one * 3.5 });
    expect(['s1', 's2', 's3', 's4'].filter((session) => segments(session).length > 0)).toEqual([
      's2',
      's3',
      's4',
    ]);
    expect(archiveBytes(state)).toBeLessThanOrEqual(one * 3.5);
    expect(archive(state, write('s0', 1), { limit: one * 3.5 })).toBe('no-room');
    expect(segments('s0')).toEqual([]);
    expect(segments('s2')).toHaveLength(1);
    const room = openRoom(state, one * 1.5);
    expect(room.gone).toEqual(['s2', 's3']);
    // One that would not fit alone takes nobody's place.
    expect(archive(state, write('s9', 9, 90_000), { limit: one * 1.5 })).toBe('no-room');
    expect(segments('s4')).toHaveLength(1);
  });
});

it('holds no secret, in no form, of any part', () => {
  const { prompt, output, needles } = plantSecrets();
  const text = `${prompt}\n${output}`;
  const record = {
    type: 'user',
    message: { content: text },
    deep: [{ password: needles.password, [output]: text }],
  };
  const body = `${JSON.stringify(record)}\n${text}\n${JSON.stringify(record).slice(0, -9)}\n`;
  fs.writeFileSync(transcript, body);
  const agents = path.join(path.dirname(transcript), 'one/subagents');
  fs.mkdirSync(agents, { recursive: true });
  fs.writeFileSync(path.join(agents, 'agent-a1.jsonl'), body);
  fs.writeFileSync(path.join(agents, 'agent-a1.meta.json'), JSON.stringify(record, null, 2));
  expect(archive(state, transcript)).toBe('whole');
  const files = unpacked(state, 'one') ?? {};
  expect(Object.keys(files).sort()).toEqual([
    'one.jsonl',
    'one/subagents/agent-a1.jsonl',
    'one/subagents/agent-a1.meta.json',
  ]);
  expect(JSON.parse(files['one/subagents/agent-a1.meta.json'] ?? '')).toEqual(redactValue(record));
  const spoken = Object.fromEntries(Object.entries(needles).filter(([, needle]) => text.includes(needle)));
  expect(Object.keys(spoken).length).toBeGreaterThan(4);
  expect(needlesIn(everythingIn(state.root), spoken)).toEqual([]);
});
