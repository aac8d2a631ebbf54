import type { Replay, ReplayStep } from '../../src/replay/types.ts';

const START = Date.UTC(2026, 2, 14, 9, 0, 0);
const FOLDERS = ['src/search', 'src/store', 'src/api/routes', 'test/unit', 'docs', 'web/components/list'];
const NAMES = [
  'ranking',
  'index',
  'tokens',
  'query',
  'cache',
  'session',
  'schema',
  'client',
  'paging',
  'errors',
];
const WORDS =
  'the search ranks results by how often a word occurs and how rare it is so that short documents are not pushed down when the query has several words and the cache holds old scores'.split(
    ' ',
  );

/** Numbers from 0 up to 1, the same every time. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}

/** A session as they are: prompts, answers, tools, edits of files that grow, failures, sub-agents, breaks. */
export function longReplay(count: number, seed = 7): Replay {
  const random = numbers(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const sentence = (words: number): string => Array.from({ length: words }, () => pick(WORDS)).join(' ');
  const files = new Map<string, string[]>();
  const steps: ReplayStep[] = [];
  let at = START;
  let [tokens, spent] = [18_000, 0];
  let agent: string | undefined;
  const add = (step: Omit<ReplayStep, 'number' | 'at'>): void => {
    steps.push({
      number: steps.length + 1,
      at: Math.round(at),
      ...(agent === undefined ? {} : { agent }),
      ...step,
    });
    at += 400 + random() * 9_000;
  };
  add({ lane: 'session', type: 'start', description: 'Session started (startup)' });
  while (steps.length < count) {
    const dice = random();
    if (steps.length === 1 || dice < 0.035) {
      agent = undefined;
      if (random() < 0.25) at += 5 * 60_000 + random() * 3 * 3_600_000;
      const text = `Make ${sentence(5)}.\n\nPlease keep \`${pick(NAMES)}.ts\` as it is, and ${sentence(14)}.`;
      add({
        lane: 'prompt',
        type: 'prompt',
        description: text.split('\n')[0] ?? '',
        text,
        cite: String(steps.length * 3),
      });
    } else if (dice < 0.2) {
      tokens = tokens > 168_000 ? 24_000 : tokens + random() * 2_600;
      spent += random() * 0.04;
      const text = `I will look at ${sentence(8)}.\n\n- **First**, ${sentence(7)}\n- then \`${pick(NAMES)}\` ${sentence(9)}\n\n\`\`\`ts\nconst score = termFrequency(word) * Math.log(total / holding);\n\`\`\`\n\n${sentence(20)}.`;
      add({
        lane: 'answer',
        type: 'answer',
        description: text.split('\n')[0] ?? '',
        text,
        contextTokens: Math.round(tokens),
        costUsd: spent,
      });
    } else if (dice < 0.42) add(edit(files, pick, random, sentence));
    else if (dice < 0.44)
      add({
        lane: 'checkpoint',
        type: 'checkpoint',
        description: `Checkpoint: ${sentence(4)}`,
        text: `${sentence(30)}.`,
      });
    else if (dice < 0.455)
      add({
        lane: 'commit',
        type: 'commit',
        description: `Rank ${sentence(4)}`,
        text: `commit 4f1c2d9\n\n${sentence(24)}`,
      });
    else if (dice < 0.475) {
      const failure = `FAIL test/unit/${pick(NAMES)}.test.ts > ranks ${sentence(4)}\nAssertionError: expected 0.31 to be greater than 0.42`;
      add({
        lane: 'error',
        type: 'error',
        description: failure.split('\n')[0] ?? '',
        text: failure,
        tool: 'Bash',
        failed: true,
      });
    } else if (dice < 0.485) {
      agent = agent === undefined ? `a${Math.floor(random() * 1e8).toString(16)}` : undefined;
      add({
        lane: 'agent',
        type: 'sub-agent',
        description: agent === undefined ? 'Sub-agent is done' : `Sub-agent: explore ${sentence(4)}`,
      });
    } else {
      const failed = random() < 0.06;
      const command = pick([
        'npx vitest run test/unit',
        `rg -n "${pick(NAMES)}" src`,
        'git status --short',
        'npm run types',
      ]);
      const tool = pick(['Bash', 'Bash', 'Read', 'Grep']);
      const path = `${pick(FOLDERS)}/${pick(NAMES)}.ts`;
      add({
        lane: 'tool',
        type: 'tool',
        tool,
        failed,
        description: tool === 'Bash' ? `Bash: ${command}` : `${tool}: ${path}`,
        input:
          tool === 'Bash'
            ? { command, description: `Runs ${sentence(3)}`, timeout: 120_000 }
            : { path, limit: 200 },
        result: failed
          ? `exit 1\nerror: ${sentence(12)}`
          : Array.from(
              { length: 4 + Math.floor(random() * 14) },
              (_x, line) => `${path}:${line * 7 + 3}: ${sentence(6)}`,
            ).join('\n'),
      });
    }
  }
  add({ lane: 'session', type: 'end', description: 'Session ended (exit)' });
  return {
    session: 'b41f6a1c-2f0e-4f0b-9a3d-5d1f0c9e7a10',
    transcript: '/home/dev/.claude/projects/shop/b41f6a1c.jsonl',
    remarks: [],
    steps,
  };
}

function edit(
  files: Map<string, string[]>,
  pick: <T>(list: readonly T[]) => T,
  random: () => number,
  sentence: (words: number) => string,
): Omit<ReplayStep, 'number' | 'at'> {
  const file = `${pick(FOLDERS)}/${pick(NAMES)}.ts`;
  const lines = files.get(file);
  const code = (): string =>
    `${'  '.repeat(Math.floor(random() * 3))}const ${pick(NAMES)} = ${pick(NAMES)}(${pick(WORDS)}, ${Math.floor(random() * 90)}); // ${sentence(3)}`;
  if (lines === undefined) {
    const created = Array.from({ length: 12 + Math.floor(random() * 50) }, code);
    // Of some files only the changes are recorded.
    if (random() < 0.6) {
      files.set(file, created);
      return {
        lane: 'edit',
        type: 'edit',
        tool: 'Write',
        description: `Write ${file}`,
        file,
        hunks: [{ oldStart: 0, newStart: 1, lines: created.map((line) => `+${line}`) }],
      };
    }
    files.set(file, [...created, ...created, ...created]);
  }
  const now = files.get(file) ?? [];
  const from = Math.floor(random() * Math.max(1, now.length - 8));
  const before = now.slice(from, from + 3);
  const old = now.slice(from + 3, from + 4 + Math.floor(random() * 3));
  const fresh = old
    .map((line) => line.replace(/\d+/, String(Math.floor(random() * 900))))
    .concat(random() < 0.5 ? [code()] : []);
  const after = now.slice(from + 3 + old.length, from + 6 + old.length);
  files.set(file, [...now.slice(0, from + 3), ...fresh, ...now.slice(from + 3 + old.length)]);
  const signed = (sign: string, list: string[]): string[] => list.map((line) => sign + line);
  return {
    lane: 'edit',
    type: 'edit',
    tool: 'Edit',
    description: `Edit ${file}`,
    file,
    input: { file_path: file, old_string: old.join('\n'), new_string: fresh.join('\n') },
    hunks: [
      {
        oldStart: from + 1,
        newStart: from + 1,
        lines: [...signed(' ', before), ...signed('-', old), ...signed('+', fresh), ...signed(' ', after)],
      },
    ],
  };
}

/** Steps without end, each with little to say. */
export function manySteps(count: number): Replay {
  const lanes = [
    'tool',
    'tool',
    'edit',
    'tool',
    'answer',
    'tool',
    'tool',
    'error',
    'tool',
    'prompt',
  ] as const;
  const steps = Array.from({ length: count }, (_step, index): ReplayStep => {
    const lane = lanes[index % lanes.length] ?? 'tool';
    const step = {
      number: index + 1,
      at: START + index * 1_500,
      lane,
      type: lane,
      description: `Step ${index + 1}`,
    };
    if (lane !== 'edit') return { ...step, contextTokens: (index * 37) % 150_000, costUsd: index / 5_000 };
    const hunks = [{ oldStart: 1, newStart: 1, lines: [' a', `-${index}`, `+${index + 10}`, ' b'] }];
    return { ...step, file: `src/file-${index % 700}.ts`, hunks };
  });
  return { session: 'many', transcript: '/transcripts/many.jsonl', remarks: [], steps };
}

/** Nine steps, of which two change one file that is known whole, and two failed. */
export function smallReplay(): Replay {
  const file = 'src/rank.ts';
  const steps: Omit<ReplayStep, 'number' | 'at'>[] = [
    { lane: 'session', type: 'start', description: 'Session started' },
    {
      lane: 'prompt',
      type: 'prompt',
      description: 'Rank rare words higher',
      text: 'Rank rare words higher\nplease',
    },
    {
      lane: 'tool',
      type: 'tool',
      tool: 'Read',
      description: 'Read: src',
      input: { path: 'src' },
      result: 'nothing',
    },
    {
      lane: 'edit',
      type: 'edit',
      description: `Write ${file}`,
      file,
      hunks: [{ oldStart: 0, newStart: 1, lines: ['+export function f() {', '+  const rank = 1;', '+}'] }],
    },
    {
      lane: 'edit',
      type: 'edit',
      description: `Edit ${file}`,
      file,
      hunks: [
        {
          oldStart: 1,
          newStart: 1,
          lines: [' export function f() {', '-  const rank = 1;', '+  const rank = rare(word);', ' }'],
        },
      ],
    },
    {
      lane: 'tool',
      type: 'tool',
      tool: 'Bash',
      description: 'Bash: npm test',
      input: { command: 'npm test' },
      result: 'rare is not defined',
      failed: true,
    },
    { lane: 'answer', type: 'answer', description: 'It is done', contextTokens: 20_000, costUsd: 0.1 },
    { lane: 'error', type: 'error', description: 'The API is overloaded' },
    { lane: 'session', type: 'end', description: 'Session ended', contextTokens: 21_000, costUsd: 0.12 },
  ];
  return {
    session: 'small',
    transcript: '/transcripts/small.jsonl',
    remarks: [],
    steps: steps.map((step, index) => ({ number: index + 1, at: START + index * 2_000, ...step })),
  };
}

/** What would run, load, close an element, hide or reorder text, or move a cursor, were it taken for more than text. */
export const HOSTILE = [
  '</script><script>window.x=1</script>',
  '<img src=x onerror="window.x=1">',
  '<!--<script>',
  '\u001b]0;title\u0007\u001b[2J\u001b[31mred\u001b[0m',
  'a\u202egnp.exe\u2066b\u200bc',
  '\u2028window.x=1\u2029',
  '{{constructor.constructor("window.x=1")()}}',
  '"><svg onload=window.x=1>',
  'javascript:window.x=1',
].join(' ');

/** Hostile text in every field that can hold text, in every lane. */
export function hostileReplay(): Replay {
  const lanes = [
    'prompt',
    'answer',
    'tool',
    'edit',
    'checkpoint',
    'commit',
    'error',
    'agent',
    'session',
  ] as const;
  return {
    session: HOSTILE,
    transcript: HOSTILE,
    remarks: [HOSTILE, `${HOSTILE} again`],
    steps: lanes.map((lane, index) => ({
      number: index + 1,
      at: START + index * 200_000,
      lane,
      type: HOSTILE,
      description: HOSTILE,
      text: `${HOSTILE}\n\`\`\`html\n${HOSTILE}\n\`\`\`\n**${HOSTILE}** \`${HOSTILE}\``,
      ...(lane === 'edit' || lane === 'tool' ? { file: HOSTILE } : {}),
      ...(lane === 'edit'
        ? { hunks: [{ oldStart: 0, newStart: 1, lines: [`+${HOSTILE}`, `+${HOSTILE}`, '\\ No newline'] }] }
        : {}),
      tool: HOSTILE,
      input: { [HOSTILE]: HOSTILE, nested: { list: [HOSTILE] } },
      result: HOSTILE,
      failed: index % 2 === 0,
      agent: HOSTILE,
      cite: HOSTILE,
      contextTokens: 1_000,
      costUsd: 0.1,
    })),
  };
}
