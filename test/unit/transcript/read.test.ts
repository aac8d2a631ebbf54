import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import type { TranscriptEvent, TranscriptReport } from '../../../src/transcript/events.ts';
import { type ReadOptions, readTranscript } from '../../../src/transcript/read.ts';
import { openTranscriptStream } from '../../../src/transcript/stream.ts';
import { arbitrarySteps } from '../../support/transcript-steps.ts';
import { buildModel, type Model, signatureOf } from '../../support/transcripts.ts';

const scratch = fs.mkdtempSync(path.join(tmpdir(), 'read-transcript-'));
afterAll(() => fs.rmSync(scratch, { recursive: true, force: true }));
const RUNS = process.env.CLAUDE_HOOKS_FULL === '1' ? 4_000 : 150;
const fixtures = path.resolve(import.meta.dirname, '../../fixtures/claude-code/transcripts');
let files = 0;

function place(model: Model, bytes: string | Buffer = `${model.lines.join('\n')}\n`): string {
  files += 1;
  const file = path.join(scratch, `${files}.jsonl`);
  fs.writeFileSync(file, bytes);
  const folder = path.join(scratch, String(files), 'subagents');
  if (model.agents.size > 0) fs.mkdirSync(folder, { recursive: true });
  for (const [id, lines] of model.agents)
    fs.writeFileSync(path.join(folder, `agent-${id}.jsonl`), `${lines.join('\n')}\n`);
  return file;
}

function read(
  file: string,
  options: ReadOptions = {},
): { events: TranscriptEvent[]; report: TranscriptReport } {
  const events: TranscriptEvent[] = [];
  const report = readTranscript(file, (event) => events.push(event), options);
  return { events, report };
}

const signatures = (events: readonly TranscriptEvent[]): string[] =>
  events.filter((event) => event.kind !== 'usage' && event.kind !== 'thinking').map(signatureOf);
const usageOf = (events: readonly TranscriptEvent[]): Map<string | undefined, number> =>
  new Map(events.flatMap((event) => (event.kind === 'usage' ? [[event.message, event.output]] : [])));

/** Lines that are no records, and how many of them are damage. */
const torn = fc.constantFrom(
  '{"type":"user","mess',
  '\u0000\u0000\u0000',
  '[1]',
  '"text"',
  '{"a":1}}',
  'null',
  '}',
);

describe('reading a transcript', () => {
  it.each(['full', 'light'] as const)('tells everything once and in order, read %sly', (results) => {
    fc.assert(
      fc.property(arbitrarySteps, (steps) => {
        const model = buildModel(steps);
        const { events, report } = read(place(model), { results });
        expect(signatures(events)).toEqual(model.expected.events);
        expect(usageOf(events)).toEqual(model.expected.usage);
        expect(events.filter((event) => event.kind === 'usage')).toHaveLength(model.expected.usage.size);
        const agentLines = [...model.agents.values()].reduce((sum, lines) => sum + lines.length, 0);
        expect(report).toMatchObject({
          found: true,
          lines: model.lines.length + agentLines,
          damaged: 0,
          tooLong: 0,
          repeated: 0,
        });
        const { unknown } = model.expected;
        expect(Object.entries(report.unknown)).toEqual(unknown === 0 ? [] : [['constructor', unknown]]);
      }),
      { numRuns: RUNS },
    );
  });

  it('tells the same one event at a time, and ends with the same report', () => {
    fc.assert(
      fc.property(arbitrarySteps, fc.array(torn, { maxLength: 2 }), (steps, damage) => {
        const model = buildModel(steps);
        const file = place(model, [...model.lines, ...damage].join('\n'));
        const { events, report } = read(file, { results: 'light' });
        const stream = openTranscriptStream(file, { results: 'light' });
        const told: TranscriptEvent[] = [];
        for (let event = stream.next(); event !== undefined; event = stream.next()) told.push(event);
        stream.close();
        expect(told).toEqual(events);
        expect(stream.report).toEqual(report);
      }),
      { numRuns: RUNS },
    );
  });

  it('passes over torn, blank and repeated lines, counts them, and tells all else as before', () => {
    fc.assert(
      fc.property(
        arbitrarySteps,
        fc.array(fc.tuple(fc.nat(), torn), { maxLength: 5 }),
        fc.array(fc.nat(), { maxLength: 5 }),
        fc.constantFrom('\n', '\r\n'),
        fc.constantFrom('', '\ufeff'),
        fc.constantFrom('full' as const, 'light' as const),
        (steps, damage, again, end, mark, results) => {
          const model = buildModel(steps);
          const lines = model.lines.map((line) => ({ line, damaged: false }));
          let repeated = 0;
          for (const at of again) {
            // Behind the mark of the byte order no line looks like the first one.
            const index = Math.max(mark === '' ? 0 : 1, at % Math.max(1, lines.length));
            const known = lines[index];
            if (
              known === undefined ||
              !known.line.includes('"uuid":') ||
              known.line.includes('"attachment":{')
            )
              continue;
            lines.splice(index, 0, known);
            repeated += 1;
          }
          for (const [at, line] of damage)
            lines.splice(at % (lines.length + 1), 0, { line, damaged: true }, { line: ' ', damaged: false });
          const text = mark + lines.map(({ line }) => line + end).join('');
          const { events, report } = read(place(model, text), { results });
          const withoutLines = (one: string): string =>
            one.replace(/:\d+/g, ':').replace(/ \d+ (ok|failed)$/, ' $1');
          expect(signatures(events).map(withoutLines)).toEqual(model.expected.events.map(withoutLines));
          expect(usageOf(events)).toEqual(model.expected.usage);
          expect(report.damaged).toBe(damage.length);
          expect(report.repeated).toBe(repeated);
          const written = text.split('\n');
          for (const { line } of report.damagedAt)
            expect(damage.map(([, words]) => words)).toContain(
              (written[(line ?? 0) - 1] ?? '').replace(/\r$|^\ufeff/g, ''),
            );
          for (const event of events)
            if (event.agent === undefined)
              expect(
                JSON.parse((written[(event.place.line ?? 0) - 1] ?? '').replace(/^\ufeff/, '')),
              ).toBeTypeOf('object');
        },
      ),
      { numRuns: RUNS },
    );
  });

  it('reads records written in another way, in bytes that are no UTF-8, and without times', () => {
    fc.assert(
      fc.property(arbitrarySteps, fc.constantFrom('spaces', 'keys', 'bytes', 'times'), (steps, how) => {
        const model = buildModel(steps);
        const lines = model.lines.map((line) => {
          const record = JSON.parse(line) as Record<string, unknown>;
          if (how === 'spaces') return JSON.stringify(record, null, 1).replaceAll('\n', ' ');
          if (how === 'keys') return JSON.stringify(Object.fromEntries(Object.entries(record).reverse()));
          if (how === 'times') return JSON.stringify({ ...record, timestamp: undefined });
          return line.replace('"gitBranch":"main"', '"gitBranch":"\u00ff"');
        });
        const bytes = Buffer.from(`${lines.join('\n')}\n`, 'utf8');
        const broken =
          how === 'bytes'
            ? Buffer.from(bytes.toString('latin1').replaceAll('\u00c3\u00bf', '\u00ff'), 'latin1')
            : bytes;
        for (const results of ['full', 'light'] as const) {
          const { events, report } = read(place(model, broken), { results });
          expect(signatures(events)).toEqual(model.expected.events);
          expect(report.damaged).toBe(0);
        }
      }),
      { numRuns: RUNS },
    );
  });

  it('finds in the captured sessions what their client wrote, in order', () => {
    const kinds = (name: string): string[] =>
      read(path.join(fixtures, `${name}.jsonl`)).events.map((event) => event.kind);
    expect(kinds('todowrite')).toEqual(['prompt', 'tool-call', 'todos', 'answer', 'usage', 'usage']);
    expect(kinds('api-error-529')).toEqual(['prompt', 'error']);
    expect(
      kinds('compaction-resume-clear').filter((kind) => /^compact|prompt|answer|tool-call/.test(kind)),
    ).toEqual([
      'prompt',
      'tool-call',
      'answer',
      'compaction',
      'compact-summary',
      'prompt',
      'prompt',
      'prompt',
      'prompt',
      'answer',
      'prompt',
      'answer',
    ]);
  });

  it.each(['tools-tasks-subagent', 'file-edits', 'compaction-resume-clear', 'hook-blocks-after-tool'])(
    'tells of %s each block of its records once',
    (name) => {
      const file = path.join(fixtures, `${name}.jsonl`);
      const ids = (text: string, pattern: RegExp): string[] =>
        [...text.matchAll(pattern)].map((match) => match[1] ?? '');
      const folder = path.join(fixtures, name, 'subagents');
      const agents = fs.existsSync(folder)
        ? fs.readdirSync(folder).filter((one) => one.endsWith('.jsonl'))
        : [];
      const text = [file, ...agents.map((one) => path.join(folder, one))]
        .map((one) => fs.readFileSync(one, 'utf8'))
        .join('');
      const { events, report } = read(file);
      const calls = events.flatMap((event) => (event.kind === 'tool-call' ? [event.id] : []));
      expect([...calls].sort()).toEqual(ids(text, /"type": "tool_use", "id": "([^"]+)"/g).sort());
      expect(report).toMatchObject({ damaged: 0, tooLong: 0, repeated: 0 });
      expect(Object.keys(report.unknown)).toEqual([]);
      const lines = text.split('\n').filter((line) => line !== '').length;
      expect(report.lines).toBe(lines);
    },
  );
});

describe('a file that is no transcript', () => {
  const nothing = { lines: 0, damaged: 0, tooLong: 0, end: 0 };

  it('is missing, a folder, below a file, a pipe, a device or a socket', () => {
    const pipe = path.join(scratch, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const link = path.join(scratch, 'circle');
    fs.symlinkSync(link, link);
    const all = [
      path.join(scratch, 'none.jsonl'),
      scratch,
      path.join(fixtures, 'todowrite.jsonl', 'x'),
      pipe,
      link,
      '/dev/zero',
      '/dev/null',
    ];
    for (const file of all) {
      const { events, report } = read(file);
      expect(events).toEqual([]);
      expect(report).toMatchObject({ found: false, ...nothing });
      expect(read(file, { since: 1 }).events).toEqual([]);
    }
  });

  it('is empty, or holds only line ends or zeros', () => {
    const model = buildModel([]);
    expect(read(place(model, '')).report).toMatchObject({ found: true, ...nothing });
    expect(read(place(model, '\n\r\n \n')).report).toMatchObject({ ...nothing, end: 5 });
    expect(read(place(model, Buffer.alloc(3_000_000))).report).toMatchObject(nothing);
    expect(
      read(place(model, Buffer.concat([Buffer.alloc(3_000_000), Buffer.from('\n')]))).report,
    ).toMatchObject({ lines: 1, damaged: 1 });
  });
});

describe('a file that grows while it is read', () => {
  it('is read as far as it went when the reading began', () => {
    const line = JSON.stringify({ type: 'user', message: { content: `p ${'x'.repeat(1_000)}` } });
    const file = place(buildModel([]), `${line}\n`.repeat(300));
    const size = fs.statSync(file).size;
    let events = 0;
    const report = readTranscript(file, () => {
      events += 1;
      // As long as this would be read, it would not end.
      if (events < 3_000) fs.appendFileSync(file, `${line}\n`);
    });
    expect([events, report.end]).toEqual([300, size]);
    expect(readTranscript(file, () => {}, { after: report.progress }).lines).toBe(300);
  });
});

describe('a long line', () => {
  it('is passed over, its call answered, and what stands around it read', () => {
    const model = buildModel([
      {
        kind: 'calls',
        calls: [{ tool: 'Bash', file: 0, ok: true, open: false, text: 'x'.repeat(700_000), number: 0 }],
        text: '',
        decides: false,
        split: false,
        shuffle: [0],
      },
      { kind: 'answer', text: 'after', calls: [], decides: false, split: false, shuffle: [] },
    ]);
    for (const results of ['full', 'light'] as const) {
      const { events, report } = read(place(model), { results, maxLineBytes: 600_000 });
      expect(signatures(events)).toEqual(model.expected.events);
      expect(report).toMatchObject({ tooLong: 1, damaged: 0 });
      expect(signatures(read(place(model), { results }).events)).toEqual(model.expected.events);
    }
  });

  it('of any length around that of a chunk is read as it stands', () => {
    for (const extra of [-2, -1, 0, 1, 2, 262_144]) {
      const line = JSON.stringify({ type: 'user', message: { content: 'p' }, pad: '' });
      const long = line.replace('"pad":""', `"pad":"${'x'.repeat(262_144 - line.length + extra)}"`);
      const file = place(buildModel([]), `${line}\n${long}\n${long}\n${line}`);
      const { events, report } = read(file);
      expect(events.map((event) => event.place.line)).toEqual([1, 2, 3, 4]);
      expect(events.map((event) => event.place.length)).toEqual([
        line.length,
        long.length,
        long.length,
        line.length,
      ]);
      expect(report.end).toBe(fs.statSync(file).size);
      expect(read(file, { maxLineBytes: 100_000 }).report).toMatchObject({ lines: 4, tooLong: 2 });
    }
  });
});
