import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import type { TranscriptEvent, TranscriptReport } from '../../../src/transcript/events.ts';
import { readTranscript } from '../../../src/transcript/read.ts';
import { arbitrarySteps } from '../../support/transcript-steps.ts';
import { buildModel } from '../../support/transcripts.ts';

const scratch = fs.mkdtempSync(path.join(tmpdir(), 'light-'));
afterAll(() => fs.rmSync(scratch, { recursive: true, force: true }));
const RUNS = process.env.CLAUDE_HOOKS_FULL === '1' ? 4_000 : 100;
const file = path.join(scratch, 'session.jsonl');
const folder = path.join(scratch, 'session', 'subagents');

function place(lines: readonly string[], agents: ReadonlyMap<string, string[]>): void {
  fs.rmSync(folder, { recursive: true, force: true });
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(file, lines.map((line) => `${line}\n`).join(''));
  for (const [id, words] of agents)
    fs.writeFileSync(path.join(folder, `agent-${id}.jsonl`), `${words.join('\n')}\n`);
}

function read(results: 'full' | 'light'): { events: TranscriptEvent[]; report: TranscriptReport } {
  const events: TranscriptEvent[] = [];
  return { events, report: readTranscript(file, (event) => events.push(event), { results }) };
}

/** An event without what a light reading may leave out. */
function bare(event: TranscriptEvent): unknown {
  if (event.kind === 'edit') return { ...event, hunks: undefined };
  if (event.kind !== 'tool-call' || event.result === undefined) return event;
  return { ...event, result: { ...event.result, text: undefined, detail: undefined } };
}

describe('a light reading', () => {
  it('tells the same as a full one, but for what it says it leaves out', () => {
    fc.assert(
      fc.property(arbitrarySteps, (steps) => {
        const model = buildModel(steps);
        place(model.lines, model.agents);
        const full = read('full');
        const light = read('light');
        expect(light.events.map(bare)).toEqual(full.events.map(bare));
        expect(light.report).toEqual(full.report);
        for (const [index, event] of light.events.entries()) {
          const whole = full.events[index];
          if (event.kind === 'tool-call' && event.result?.text !== undefined) expect(event).toEqual(whole);
          if (event.kind === 'tool-call' && event.result?.isError === true) expect(event).toEqual(whole);
        }
      }),
      { numRuns: RUNS },
    );
  });

  it('leaves long results of every tool that edits, runs or looks unread', () => {
    const long = 'x'.repeat(2_000);
    const calls = ['Bash', 'Read', 'Grep', 'Write', 'Create', 'Edit', 'mcp__x__y'].map((tool) => ({
      tool,
      file: 0,
      ok: true,
      open: false,
      text: long,
      number: 0,
    }));
    const model = buildModel([
      { kind: 'calls', text: '', decides: false, calls, split: true, shuffle: [0, 0, 0, 0] },
    ]);
    place(model.lines, model.agents);
    const texts = read('light').events.flatMap((event) =>
      event.kind === 'tool-call' ? [event.result?.text] : [],
    );
    expect(texts).toEqual(calls.map(() => undefined));
  });

  it('sees a torn line wherever it was cut, and one that another was written behind', () => {
    fc.assert(
      fc.property(arbitrarySteps, fc.nat(), fc.nat(), fc.option(fc.nat()), (steps, which, where, behind) => {
        const model = buildModel(steps);
        const lines = [...model.lines];
        fc.pre(lines.length > 0);
        const at = which % lines.length;
        const line = lines[at] ?? '';
        // Where an object ends is where a cut is hardest to see.
        const ends = [...line.matchAll(/[}\]"]/g)].map((match) => match.index + 1);
        const cut = where % 2 === 0 ? (ends[(where >> 1) % ends.length] ?? 1) : where % line.length;
        lines[at] =
          line.slice(0, cut) + (behind === null ? '' : (model.lines[behind % model.lines.length] ?? ''));
        place(lines, model.agents);
        const full = read('full');
        const light = read('light');
        expect(light.report.damaged).toBe(full.report.damaged);
        expect(light.report.damagedAt).toEqual(full.report.damagedAt);
        expect(light.events.map(bare)).toEqual(full.events.map(bare));
      }),
      { numRuns: RUNS * 4 },
    );
  });

  it('tells of work of sub-agents that an older client kept in the same file whose it was', () => {
    const model = buildModel([
      {
        kind: 'calls',
        text: '',
        decides: false,
        calls: [{ tool: 'Edit', file: 0, ok: true, open: false, text: 'y'.repeat(3_000), number: 0 }],
        split: true,
        shuffle: [0],
      },
    ]);
    place(
      model.lines.map((line) => line.replace('"isSidechain":false', '"isSidechain":true')),
      new Map(),
    );
    expect(read('light').events.map(bare)).toEqual(read('full').events.map(bare));
    expect(read('light').events.every((event) => event.agent === 'sidechain')).toBe(true);
  });
});
