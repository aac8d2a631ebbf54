import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderStep } from '../../../src/cli/render/replay.ts';
import { type OpenStep, openStepFold } from '../../../src/replay/fold.ts';
import { joinSteps } from '../../../src/replay/join.ts';
import type { ReplayStep } from '../../../src/replay/types.ts';
import { citePlace, type TranscriptEvent, type TranscriptReport } from '../../../src/transcript/events.ts';
import { readTranscript } from '../../../src/transcript/read.ts';
import { openTranscriptStream } from '../../../src/transcript/stream.ts';
import { PROJECT_ROOT } from '../../support/sandbox.ts';

const FIXTURES = path.join(PROJECT_ROOT, 'test/fixtures/claude-code/transcripts');
const CAPTURED = fs.readdirSync(FIXTURES).filter((name) => name.endsWith('.jsonl'));
let folder: string;
beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'replay-steps-'));
});
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

function pulled(file: string): { events: TranscriptEvent[]; report: TranscriptReport } {
  const stream = openTranscriptStream(file);
  const events: TranscriptEvent[] = [];
  for (let event = stream.next(); event !== undefined; event = stream.next()) events.push(event);
  expect(stream.next()).toBeUndefined();
  return { events, report: stream.report };
}

function pushed(file: string): { events: TranscriptEvent[]; report: TranscriptReport } {
  const events: TranscriptEvent[] = [];
  const report = readTranscript(file, (event) => events.push(event));
  return { events, report };
}

function folded(events: readonly TranscriptEvent[]): OpenStep[] {
  const fold = openStepFold({ root: '/repo' });
  return [...events.flatMap((event) => fold.take(event)), ...fold.end()];
}

function stepsOf(events: readonly TranscriptEvent[]): ReplayStep[] {
  return [...joinSteps(folded(events), [])];
}

/** What a step says it is, of the event it is to be. */
const TYPES: Readonly<Record<Exclude<TranscriptEvent['kind'], 'usage'>, RegExp>> = {
  prompt: /^(?:prompt|note|task)$/,
  answer: /^answer$/,
  thinking: /^thinking$/,
  'tool-call': /^tool$/,
  edit: /^edit$/,
  todos: /^todo$/,
  error: /^error$/,
  compaction: /^compaction$/,
  'compact-summary': /^summary$/,
  subagent: /^sub-agent$/,
  hook: /^hook$/,
  'task-end': /^task-end$/,
};

/** Expects every event but those of cost once, in order. */
function expectAll(events: readonly TranscriptEvent[], steps: readonly ReplayStep[]): void {
  const told = events.filter((event) => event.kind !== 'usage');
  expect(steps.map(({ cite }) => cite)).toEqual(told.map(({ place, agent }) => citePlace(place, agent)));
  for (const [at, event] of told.entries())
    expect(steps[at]?.type).toMatch(TYPES[event.kind as keyof typeof TYPES]);
  expect(steps.map(({ number }) => number)).toEqual(steps.map((_step, at) => at + 1));
}

describe('a captured transcript', () => {
  it.each(CAPTURED)('%s is a step an event, in order', (name) => {
    const file = path.join(FIXTURES, name);
    const { events, report } = pushed(file);
    expect(events.length).toBeGreaterThan(1);
    expect(pulled(file)).toEqual({ events, report });
    const steps = stepsOf(events);
    expectAll(events, steps);
    const lines = steps.map((step) => renderStep({ color: false }, step));
    for (const [at, line] of lines.entries()) {
      const step = steps[at];
      expect(line).toMatch(/^\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\] [a-z-]+(?: \([\w-]{1,8}\))?: /);
      expect(line.split('\n')[0]).toMatch(new RegExp(` #${step?.number}$`));
    }
    const costs = events.filter(
      (event) => event.kind === 'usage' && event.agent === undefined && event.input > 0,
    );
    if (costs.length > 0) expect(steps.some((step) => (step.contextTokens ?? 0) > 0)).toBe(true);
  });

  it('tells what a message cost at the last step of that message', () => {
    const { events } = pushed(path.join(FIXTURES, 'file-edits.jsonl'));
    const steps = stepsOf(events);
    for (const event of events) {
      if (event.kind !== 'usage' || event.agent !== undefined || event.input === 0) continue;
      const last = steps.findLast(({ cite }) => cite === citePlace(event.place));
      if (last?.type !== 'tool' && last?.type !== 'answer') continue;
      expect(last.contextTokens).toBe(event.input + event.cacheRead + event.cacheWrite);
    }
  });
});

const words = fc.string({ maxLength: 12, unit: 'binary' });
const time = fc.integer({ min: 0, max: 5_000 }).map((ms) => new Date(1_795_000_000_000 + ms).toISOString());
const callId = fc.constantFrom('t1', 't2', 't3', 't4');
const record = fc.oneof(
  fc.record({
    type: fc.constant('user'),
    timestamp: time,
    isMeta: fc.boolean(),
    message: fc.record({ role: fc.constant('user'), content: words }),
  }),
  fc.record({
    type: fc.constant('assistant'),
    timestamp: time,
    isApiErrorMessage: fc.boolean(),
    costUSD: fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: undefined }),
    message: fc.record({
      id: fc.constantFrom('m1', 'm2', 'm3'),
      usage: fc.option(fc.record({ input_tokens: fc.nat(1000) }), { nil: undefined }),
      content: fc.array(
        fc.oneof(
          fc.record({ type: fc.constant('text'), text: words }),
          fc.record({ type: fc.constant('thinking'), thinking: words }),
          fc.record({
            type: fc.constant('tool_use'),
            id: callId,
            name: fc.constantFrom('Bash', 'Edit', 'Agent', 'TodoWrite'),
            input: fc.dictionary(fc.constantFrom('command', 'file_path', 'old_string'), words),
          }),
        ),
        { maxLength: 3 },
      ),
    }),
  }),
  fc.record({
    type: fc.constant('user'),
    timestamp: time,
    toolUseResult: fc.oneof(
      fc.constant({ agentId: 'a1', status: 'completed' }),
      fc.record({
        filePath: words,
        structuredPatch: fc.constant([{ oldStart: 1, newStart: 1, lines: ['-a', '+b'] }]),
      }),
      fc.constant(undefined),
    ),
    message: fc.record({
      content: fc.array(
        fc.record({
          type: fc.constant('tool_result'),
          tool_use_id: callId,
          content: words,
          is_error: fc.boolean(),
        }),
        { maxLength: 2 },
      ),
    }),
  }),
  fc.record({ type: fc.constant('system'), subtype: fc.constant('compact_boundary'), timestamp: time }),
  fc.record({
    type: fc.constant('attachment'),
    attachment: fc.record({ type: fc.constantFrom('hook_success', 'hook_blocking_error'), hookName: words }),
  }),
  fc.record({ type: words }),
);
const line = fc.oneof(
  { weight: 12, arbitrary: record.map((one) => JSON.stringify(one)) },
  { weight: 1, arbitrary: words.map((text) => text.replaceAll('\n', ' ')) },
);

it('reads any transcript as the reader does, and makes a step of every event', () => {
  let run = 0;
  fc.assert(
    fc.property(
      fc.array(line, { maxLength: 40 }),
      fc.array(line, { maxLength: 15 }),
      fc.boolean(),
      (main, agent, ended) => {
        const file = path.join(folder, `${run++}.jsonl`);
        fs.writeFileSync(file, main.join('\n') + (ended ? '\n' : ''));
        const agents = path.join(file.replace(/\.jsonl$/, ''), 'subagents');
        fs.mkdirSync(agents, { recursive: true });
        fs.writeFileSync(path.join(agents, 'agent-a1.jsonl'), agent.join('\n'));
        fs.writeFileSync(path.join(agents, 'agent-b2.jsonl'), agent.slice(0, 3).join('\n'));
        const { events, report } = pushed(file);
        expect(pulled(file)).toEqual({ events, report });
        const steps = stepsOf(events);
        expectAll(events, steps);
        const joined = [500, 1_500, 9_000].map((ms) => ({
          at: 1_795_000_000_000 + ms,
          lane: 'commit' as const,
          type: 'commit',
          description: String(ms),
        }));
        const all = [...joinSteps(folded(events), joined)];
        expect(all.filter(({ type }) => type !== 'commit').map(({ cite }) => cite)).toEqual(
          steps.map(({ cite }) => cite),
        );
        expect(all.filter(({ type }) => type === 'commit').map(({ description }) => description)).toEqual([
          '500',
          '1500',
          '9000',
        ]);
        fs.rmSync(file);
        fs.rmSync(path.dirname(agents), { recursive: true });
      },
    ),
    { numRuns: 300 },
  );
});

it('reads no more of a long transcript than somebody looks at', () => {
  const file = path.join(folder, 'long.jsonl');
  const prompt = JSON.stringify({ type: 'user', message: { role: 'user', content: 'x'.repeat(900) } });
  fs.writeFileSync(file, `${prompt}\n`.repeat(20_000));
  const stream = openTranscriptStream(file);
  const fold = openStepFold({ root: '/repo' });
  function* told(): Generator<OpenStep> {
    for (let event = stream.next(); event !== undefined; event = stream.next()) yield* fold.take(event);
  }
  const steps = joinSteps(told(), []);
  expect(steps.next().value).toMatchObject({ number: 1, type: 'prompt' });
  expect(stream.report.lines).toBeLessThan(300);
  stream.close();
  expect(stream.next()).toBeUndefined();
});

it('holds no secret of a text, a call, or a change, also where one stretches over several lines', () => {
  const key = [
    '-----BEGIN RSA PRIVATE KEY-----',
    'MIIEpAIBAAKCAQEA1234567890abcdefghijklmnopqrstuvwxyzABCDEF',
    'q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJCrze8SNFZ4kKvN7w',
    '-----END RSA PRIVATE KEY-----',
  ];
  const token = `ghp_${'a1B2c3D4e5F6g7H8i9J0'.repeat(2).slice(0, 36)}`;
  const place = { transcript: 't', line: 1, offset: 0, length: 1 };
  const common = { at: 1, place, agent: undefined };
  const [change, call, prompt] = stepsOf([
    {
      kind: 'edit',
      call: 'c',
      tool: 'Edit',
      file: '/repo/k',
      cwd: '/repo',
      change: 'modified',
      hunks: [
        {
          oldStart: 1,
          newStart: 1,
          lines: [` ${key[0]}`, '-xx', `+${key[1]}`, `+${key[2]}`, ` ${key[3]}`, ' rest'],
        },
      ],
      callPlace: undefined,
      startedAt: undefined,
      seen: undefined,
      ...common,
    },
    {
      kind: 'tool-call',
      id: 'c',
      tool: 'Bash',
      retold: false,
      input: { command: `curl -H "Authorization: Bearer ${token}"` },
      result: { text: `token ${token}`, isError: false, detail: undefined, at: 2, place },
      ...common,
    },
    { kind: 'prompt', text: `use ${token}`, typed: true, ...common },
  ]);
  const text = JSON.stringify([change, call, prompt]);
  for (const secret of [token, key[1], key[2]]) expect(text).not.toContain(secret);
  expect(change?.hunks?.[0]?.lines).toHaveLength(6);
  expect(change?.hunks?.[0]?.lines[5]).toBe(' rest');
  expect(text).toContain('[redacted:');
});
