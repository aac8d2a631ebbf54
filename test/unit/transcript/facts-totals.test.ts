import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { redactText } from '../../../src/redact/redact.ts';
import type { TranscriptPlace } from '../../../src/transcript/events.ts';
import {
  packFacts,
  readFacts,
  type SessionFacts,
  skipTo,
  unpackFacts,
} from '../../../src/transcript/facts.ts';
import { renderSummary } from '../../../src/transcript/summary.ts';
import { summarySections } from '../../../src/transcript/summary-sections.ts';
import { arbitrarySteps } from '../../support/transcript-steps.ts';
import { buildModel, type Model } from '../../support/transcripts.ts';

const scratch = fs.mkdtempSync(path.join(tmpdir(), 'facts-totals-'));
afterAll(() => fs.rmSync(scratch, { recursive: true, force: true }));
/** How often the dearest of them is tried. */
const RUNS = process.env.CLAUDE_HOOKS_FULL === '1' ? 500 : 30;
const file = path.join(scratch, 'session.jsonl');
const folder = path.join(scratch, 'session', 'subagents');

function place(model: Model, text = `${model.lines.join('\n')}\n`): void {
  fs.rmSync(folder, { recursive: true, force: true });
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(file, text);
  for (const [id, lines] of model.agents)
    fs.writeFileSync(path.join(folder, `agent-${id}.jsonl`), `${lines.join('\n')}\n`);
}

/** All texts in the record at a place, each as a summary shows it. */
function textsAt({ transcript, offset, length }: TranscriptPlace): string[] {
  const bytes = fs.readFileSync(transcript).subarray(offset, offset + length);
  const texts: string[] = [];
  JSON.parse(bytes.toString('utf8'), (_key, value: unknown) => {
    if (typeof value === 'string') texts.push(value);
    return value;
  });
  return texts;
}

/** Whether a line of a summary stands in the record it cites, in its own words. */
function isSaid(text: string, place: TranscriptPlace): boolean {
  const texts = textsAt(place);
  // A copied text has the sign for what is no character in its place.
  const shown = texts.map((one) => Buffer.from(redactText(one)).toString().replace(/\s+/g, ' '));
  const core = Buffer.from(text)
    .toString()
    .replace(/^(?:Asked: |Created |Modified |Ran `|Tests `|API error: )/, '')
    .replace(/`(?:: .*)?$/, '')
    .replace(/; (?:not resolved|resolved: .*)$/, '')
    .replace(/ \(in progress\)$/, '')
    .replace(/…$/, '');
  if (text.startsWith('Sub-agent ')) return texts.includes('helper');
  const failed = /^(\w+) /.exec(text)?.[1] ?? '';
  return (
    shown.some((one) => one.toLowerCase().includes(core.toLowerCase())) ||
    (texts.some((one) => one.startsWith('Error: ')) &&
      ['Bash', 'Read', 'Grep', 'Write', 'Edit', 'TodoWrite', 'Agent', 'mcp__x__y'].includes(failed))
  );
}

/** Without the numbers of events, and in an order that does not depend on when a sub-agent's file was read. */
function comparable(facts: SessionFacts, withResolved: boolean): unknown {
  const told = Object.entries({ ...facts, progress: undefined, events: 0 });
  const lists = told.map(([key, value]) => [key, value instanceof Map ? [...value].sort() : value]);
  const copy = JSON.parse(JSON.stringify(Object.fromEntries(lists)), (key, value: unknown) =>
    key === 'order' || (key === 'resolvedBy' && !withResolved) ? undefined : value,
  ) as Record<string, unknown>;
  for (const list of [copy.commands, copy.failures, copy.agents] as {
    agent?: string;
    place: TranscriptPlace;
  }[][]) {
    list.sort(
      (a, b) =>
        (a.agent ?? '').localeCompare(b.agent ?? '') ||
        a.place.offset - b.place.offset ||
        JSON.stringify(a).localeCompare(JSON.stringify(b)),
    );
  }
  return copy;
}

describe('facts of a session', () => {
  it('count what an independent count counts, and cite lines that say it', () => {
    fc.assert(
      fc.property(arbitrarySteps, fc.boolean(), (steps, windowed) => {
        const model = buildModel(steps);
        place(model);
        const { expected } = model;
        const facts = readFacts(file, windowed ? { from: 0, since: 1 } : {});
        expect(facts.totals).toEqual({
          prompts: expected.prompts,
          calls: expected.calls,
          failedCalls: expected.failedCalls,
          commands: expected.commands,
          failedCommands: expected.failedCommands,
          edits: expected.edits,
          decisions: expected.decisions,
          apiErrors: expected.apiErrors,
          agents: expected.agents,
        });
        expect(facts.usage).toMatchObject({
          messages: expected.usage.size,
          output: [...expected.usage.values()].reduce((sum, tokens) => sum + tokens, 0),
          input: 3 * expected.usage.size,
        });
        expect([...facts.filesCreated.keys()].sort()).toEqual([...expected.created].sort());
        expect([...facts.filesModified.keys()].sort()).toEqual([...expected.modified].sort());
        expect(facts.todos.map(({ text, status }) => `${text}=${status}`)).toEqual(expected.todos);
        expect(facts.compactions).toBe(expected.compactions);
        expect(facts.end).toBe(fs.statSync(file).size);
        for (const section of Object.values(summarySections(facts, '/nowhere'))) {
          for (const { text, sources } of section) {
            for (const source of sources.slice(0, 1)) expect(isSaid(text, source.place) ? '' : text).toBe('');
          }
        }
        for (const failure of facts.failures)
          if (failure.resolvedBy !== undefined)
            expect(failure.resolvedBy.order).toBeGreaterThan(failure.order);
      }),
      { numRuns: RUNS * 6 },
    );
  });

  it('are the same when read in two parts, wherever the first one ended', () => {
    fc.assert(
      fc.property(arbitrarySteps, fc.boolean(), (steps, ended) => {
        const model = buildModel(steps);
        const text = `${model.lines.join('\n')}${ended ? '\n' : ''}`;
        place(model, text);
        const whole = comparable(readFacts(file), model.agents.size === 0);
        const bytes = Buffer.from(text);
        const cuts = new Set<number>();
        for (let at = bytes.indexOf(10); at !== -1; at = bytes.indexOf(10, at + 1))
          for (const cut of [at - 7, at, at + 1, at + 9]) cuts.add(cut);
        for (const cut of [...cuts].filter((_cut, index) => index % Math.ceil(cuts.size / 24) === 0)) {
          if (cut < 0) continue;
          fs.writeFileSync(file, bytes.subarray(0, cut));
          // A sub-agent whose end is not told yet is still at work.
          const working = [...model.agents].filter(
            ([id]) => !bytes.subarray(0, cut).includes(`"agentId":"${id}"`),
          );
          for (const [id, lines] of working)
            fs.writeFileSync(
              path.join(folder, `agent-${id}.jsonl`),
              `${lines.slice(0, 3).join('\n')}\n{"torn`,
            );
          const first = unpackFacts(JSON.parse(JSON.stringify(packFacts(readFacts(file)))));
          if (first === undefined) throw new Error('facts could not be packed');
          fs.writeFileSync(file, bytes);
          for (const [id, lines] of working)
            fs.writeFileSync(path.join(folder, `agent-${id}.jsonl`), `${lines.join('\n')}\n`);
          expect(comparable(readFacts(file, { after: first }), model.agents.size === 0)).toEqual(whole);
        }
      }),
      { numRuns: RUNS },
    );
  });

  it('are read anew where the file was cut off or replaced, and stay where it is gone', () => {
    const model = buildModel([
      { kind: 'prompt', text: 'one', decides: false, calls: [], split: false, shuffle: [] },
    ]);
    place(model);
    const first = readFacts(file);
    expect(readFacts(file, { after: first }).totals.prompts).toBe(1);
    fs.writeFileSync(file, `${JSON.stringify({ type: 'user', message: { content: 'other' } })}\n`);
    expect(readFacts(file, { after: first }).prompts.map(({ value }) => value)).toEqual(['other']);
    fs.rmSync(file);
    expect(readFacts(file, { after: first }).totals.prompts).toBe(1);
  });

  it('leave out what lies between where they end and where a reading goes on', () => {
    const step = (text: string) => ({
      kind: 'prompt' as const,
      text,
      decides: false,
      calls: [],
      split: false,
      shuffle: [],
    });
    const model = buildModel([step('one'), step('two'), step('three')]);
    const [first = '', second = ''] = model.lines;
    place(model, `${first}\n`);
    const known = readFacts(file);
    place(model);
    const tail = Buffer.byteLength(`${first}\n${second}\n`);
    const facts = readFacts(file, { after: skipTo(known, tail) });
    expect(facts.prompts.map(({ value }) => value.split(' ').at(-1))).toEqual(['one', 'three']);
    expect(facts.prompts.map(({ place: where }) => where.line)).toEqual([1, undefined]);
  });

  it('put a failed edit right by an edit of the file, not by reading it', () => {
    const call = (tool: string, ok: boolean) => ({
      kind: 'calls' as const,
      text: '',
      decides: false,
      calls: [{ tool, file: 0, ok, open: false, text: 'x', number: 0 }],
      split: true,
      shuffle: [0],
    });
    const model = buildModel([call('Edit', false), call('Read', true)]);
    place(model);
    expect(readFacts(file).failures).toMatchObject([{ tool: 'Edit', resolvedBy: undefined }]);
    const later = buildModel([call('Edit', false), call('Read', true), call('Write', true)]);
    place(later);
    expect(readFacts(file).failures).toMatchObject([{ tool: 'Edit', resolvedBy: { place: { line: 6 } } }]);
  });

  it('say how many came before those a summary shows, however many are kept', () => {
    const step = { kind: 'prompt' as const, text: 'x', decides: false, calls: [], split: false, shuffle: [] };
    place(buildModel(Array.from({ length: 900 }, () => step)));
    const facts = readFacts(file);
    expect(facts.prompts.length).toBeLessThan(900);
    const input = {
      session: 's',
      startedAt: 0,
      endedAt: 0,
      reason: undefined,
      branch: undefined,
      root: '/',
      transcript: file,
      checkpoint: undefined,
      changed: [],
    };
    expect(renderSummary(facts, input)).toContain('- 870 prompts before these');
  });
});
