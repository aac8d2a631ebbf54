import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import type { TranscriptEvent } from '../../../src/transcript/events.ts';
import { type ReadOptions, readTranscript } from '../../../src/transcript/read.ts';
import { findWindow } from '../../../src/transcript/window.ts';
import { arbitrarySteps, type Step } from '../../support/transcript-steps.ts';
import { buildModel, type Model } from '../../support/transcripts.ts';

const scratch = fs.mkdtempSync(path.join(tmpdir(), 'window-'));
afterAll(() => fs.rmSync(scratch, { recursive: true, force: true }));
const RUNS = process.env.CLAUDE_HOOKS_FULL === '1' ? 1_000 : 50;
const file = path.join(scratch, 'session.jsonl');
const folder = path.join(scratch, 'session', 'subagents');
const START = Date.UTC(2026, 10, 20);

function place(model: Model): void {
  fs.rmSync(folder, { recursive: true, force: true });
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(file, `${model.lines.join('\n')}\n`);
  for (const [id, lines] of model.agents) {
    const agent = path.join(folder, `agent-${id}.jsonl`);
    fs.writeFileSync(agent, `${lines.join('\n')}\n`);
    fs.utimesSync(agent, START, START / 1_000 + 86_400);
  }
}

function read(options: ReadOptions = {}): TranscriptEvent[] {
  const events: TranscriptEvent[] = [];
  readTranscript(file, (event) => events.push(event), options);
  return events;
}

const timeOf = (event: TranscriptEvent): number =>
  (event.kind === 'tool-call' ? (event.result?.at ?? event.at) : event.at) ?? 0;

/** A step of one call whose record is so many bytes long. */
const filler = (bytes: number): Step => ({
  kind: 'calls',
  text: '',
  decides: false,
  calls: [{ tool: 'Bash', file: 0, ok: true, open: false, text: 'z'.repeat(bytes / 2), number: 0 }],
  split: true,
  shuffle: [0],
});

/** Without what a reading that begins in the middle does not know: line numbers, and the call of a result from before. */
function known(event: TranscriptEvent, start: number): unknown {
  const bare = JSON.parse(JSON.stringify({ ...event, seen: undefined }), (key, value: unknown) =>
    key === 'line' ? undefined : value,
  ) as Record<string, unknown>;
  if (event.kind === 'edit' && (event.callPlace?.offset ?? 0) < start)
    return { ...bare, tool: '', callPlace: undefined, startedAt: undefined };
  if (event.kind !== 'tool-call' || event.place.offset >= start || event.agent !== undefined) return bare;
  return event.result === undefined ? bare : { ...bare, tool: '', input: {}, at: 0, place: undefined };
}

/** The same of an event that was read from the middle on: a call it does not know has the place of its result. */
function knownAfter(event: TranscriptEvent, start: number): unknown {
  const unknown = event.kind === 'tool-call' && event.place.offset === event.result?.place.offset;
  if (event.kind === 'edit' && event.callPlace === undefined) return known(event, Number.POSITIVE_INFINITY);
  return known(event, unknown ? Number.POSITIVE_INFINITY : start);
}

describe('the last hours of a transcript', () => {
  it('are what a whole reading tells of them, each at its byte', () => {
    fc.assert(
      fc.property(
        arbitrarySteps,
        arbitrarySteps,
        fc.array(fc.integer({ min: 1_000, max: 400_000 }), { minLength: 1, maxLength: 4 }),
        fc.nat(1_000),
        fc.constantFrom('full' as const, 'light' as const),
        (before, after, sizes, part, results) => {
          const model = buildModel([...before, ...sizes.map(filler), ...after]);
          place(model);
          const all = read({ results });
          const times = all.map(timeOf);
          const since = START + Math.floor((part / 1_000) * (Math.max(...times) - START + 2_000));
          const start = findWindow(file, since);
          // Tasks from before have no words, and answers of before no message to belong to.
          const told = (events: TranscriptEvent[]): TranscriptEvent[] =>
            events.filter((event) => start === 0 || event.kind !== 'todos');
          const wanted = told(all.filter((event) => timeOf(event) >= since));
          const found = told(read({ results, since }));
          expect(found.map((event) => knownAfter(event, start))).toEqual(
            wanted.map((event) => known(event, start)),
          );
          const bytes = fs.readFileSync(file);
          for (const { place: where, agent } of found) {
            if (agent !== undefined) continue;
            const line = bytes.subarray(where.offset, where.offset + where.length).toString();
            expect(model.lines).toContain(line);
            if (start > 0) expect(where.line).toBeUndefined();
          }
        },
      ),
      { numRuns: RUNS },
    );
  });

  it('are found without reading what is older, however much that is', () => {
    const model = buildModel([
      ...Array.from({ length: 60 }, () => filler(200_000)),
      { ...filler(10), kind: 'prompt', text: 'late' },
    ]);
    place(model);
    const last = Math.max(...read().map(timeOf));
    const size = fs.statSync(file).size;
    expect(findWindow(file, last)).toBeGreaterThan(size - 1_100_000);
    expect(read({ since: last }).map((event) => event.kind)).toEqual(['prompt']);
    expect(read({ since: last + 1 })).toEqual([]);
    expect(findWindow(file, 0)).toBe(0);
  });

  it('do not end at old times inside of results, or at kept versions of files', () => {
    const answer = (words: string): Step => ({ ...filler(10), kind: 'answer', text: words });
    const notes = JSON.stringify({
      times: Array.from({ length: 40_000 }, () => ({ timestamp: '2001-01-01T00:00:00.000Z' })),
    });
    for (const kind of ['quiet', 'notes']) {
      const model = buildModel([answer('first'), answer('last')]);
      const snapshot =
        '{"type":"file-history-snapshot","messageId":"m","snapshot":{"timestamp":"2001-01-01T00:00:00.000Z"},"isSnapshotUpdate":true}';
      const large = `{"type":"user","uuid":"u","timestamp":"${new Date(START).toISOString()}","message":{"content":"p"},"toolUseResult":${notes}}`;
      model.lines.splice(
        -1,
        0,
        ...(kind === 'quiet' ? Array.from({ length: 9_000 }, () => snapshot) : [large]),
      );
      place(model);
      expect(read({ since: START + 500 }).filter((event) => event.kind === 'answer')).toHaveLength(2);
    }
  });

  it('end at a long stretch of older records where the clock was set back', () => {
    const model = buildModel([
      { ...filler(10), kind: 'answer', text: 'too late' },
      ...Array.from({ length: 8 }, () => filler(100_000)),
      { ...filler(10), kind: 'answer', text: 'now' },
    ]);
    const late = new Date(START + 86_400_000).toISOString();
    for (const at of [0, 1, -1]) {
      const index = at === -1 ? model.lines.length - 1 : at;
      model.lines[index] = (model.lines[index] ?? '').replace(/"timestamp":"[^"]+"/, `"timestamp":"${late}"`);
    }
    place(model);
    const answers = read({ since: START + 86_000_000 }).flatMap((event) =>
      event.kind === 'answer' ? [event.text] : [],
    );
    expect(answers).toHaveLength(1);
    expect(answers[0]).toContain('now');
  });
});
