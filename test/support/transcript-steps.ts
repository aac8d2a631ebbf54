import fc from 'fast-check';

/** One step of a session; numbers choose among what is there. */
export interface Step {
  kind:
    | 'prompt'
    | 'notice'
    | 'answer'
    | 'calls'
    | 'compaction'
    | 'api-error'
    | 'synthetic'
    | 'quiet'
    | 'attachment'
    | 'hook'
    | 'task-end'
    | 'future';
  text: string;
  decides: boolean;
  calls: CallStep[];
  /** Each block of a message in a record of its own. */
  split: boolean;
  /** The order of results, by shuffling with these numbers. */
  shuffle: number[];
}

export interface CallStep {
  tool: string;
  file: number;
  ok: boolean;
  /** Never answered. */
  open: boolean;
  text: string;
  number: number;
}

const NASTY = [
  '","type":"tool_result","is_error":true',
  '{"tool_use_id":"toolu_x","timestamp":"2001-01-01T00:00:00.000Z"}',
  '"},{"tool_use_id":"x"',
  '"}]},"uuid":"00000000-0000-4000-8000-000000000000","timestamp":"2001-01-01T00:00:00.000Z","toolUseResult":{"type":"create","filePath":"/x"',
  '],"stop_reason":"end_turn","usage":{"input_tokens":9}}',
  '\u0000\u001f\u2028\ud800 ü 價 \\ \\" \\\\"',
  'File created successfully at: /nowhere',
  '",\n"cwd":"/elsewhere","sessionId":"s","version":"1"}',
];
const TOOLS = [
  'Bash',
  'Read',
  'Grep',
  'Write',
  'Create',
  'Edit',
  'TaskCreate',
  'TaskUpdate',
  'TodoWrite',
  'Agent',
  'mcp__x__y',
];
export const FILES = ['/repo/a.ts', '/repo/b "quoted".ts', '/repo/ü/c.ts', '/repo/back\\slash.ts'];

const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 30 }),
  fc.constantFrom(...NASTY),
  fc
    .tuple(fc.constantFrom(...NASTY), fc.integer({ min: 10, max: 60 }))
    .map(([word, times]) => word.repeat(times)),
  fc.integer({ min: 500, max: 4_000 }).map((size) => 'plain words '.repeat(size / 12)),
);
const call: fc.Arbitrary<CallStep> = fc.record({
  tool: fc.constantFrom(...TOOLS),
  file: fc.nat(FILES.length - 1),
  ok: fc.nat(4).map((number) => number > 0),
  open: fc.nat(15).map((number) => number === 0),
  text,
  number: fc.nat(6),
});
const kinds: Step['kind'][] = [
  'prompt',
  'notice',
  'answer',
  'calls',
  'calls',
  'calls',
  'compaction',
  'api-error',
  'synthetic',
  'quiet',
  'attachment',
  'hook',
  'task-end',
  'future',
];

export const arbitrarySteps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    kind: fc.constantFrom(...kinds),
    text,
    decides: fc.boolean(),
    calls: fc.array(call, { minLength: 1, maxLength: 4 }),
    split: fc.boolean(),
    shuffle: fc.array(fc.nat(3), { minLength: 4, maxLength: 4 }),
  }),
  { maxLength: 14 },
);
