import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fillTemplate, variablesOf } from '../../../src/templates/fill.ts';
import { lintTemplate } from '../../../src/templates/lint.ts';
import { parseTemplate } from '../../../src/templates/parse.ts';
import { sameName } from '../../../src/templates/placeholders.ts';
import { renderTemplate } from '../../../src/templates/render.ts';
import type { Template } from '../../../src/templates/types.ts';
import { NAUGHTY } from '../../support/naughty.ts';

const FULL = process.env.CLAUDE_HOOKS_FULL === '1';
const RUNS = { numRuns: FULL ? 10_000 : 400 };

const TEXT = `---
name: "Login: done right"
description: A login.
partition: ui
preset: node
variables:
  - name: Feature
    required: true
  - name: Due Date
    default: Friday
---
# Heading that is not used

What it is about: {{Feature}}.

## Setup ##

Read first.

- [ ] Create the branch
- [ ] Unit tests pass (verify: \`npm test\`)
      with a note
* [x] Odd ( verify: nothing )

\`\`\`md
## No phase
- [ ] no step
\`\`\`

## Empty

## End
1. not a step
- [ ] {{Feature}} by {{Due Date}} (Verify: \`\` echo \`date\` \`\`)
`;

describe('a template', () => {
  it('is read with its front matter, phases, steps, notes and commands', async () => {
    const { template, problems, lines } = await parseTemplate(TEXT);
    expect(template).toMatchObject({
      title: 'Login: done right',
      partition: 'ui',
      preset: 'node',
      variables: [
        { name: 'Feature', required: true },
        { name: 'Due Date', default: 'Friday', required: false },
      ],
      intro: ['What it is about: {{Feature}}.'],
    });
    expect(template.phases).toEqual([
      {
        title: 'Setup',
        notes: ['Read first.'],
        steps: [
          { text: 'Create the branch', notes: [] },
          { text: 'Unit tests pass', verify: 'npm test', notes: ['      with a note'] },
          {
            text: 'Odd ( verify: nothing )',
            notes: ['```md', '## No phase', '- [ ] no step', '```'],
          },
        ],
      },
      { title: 'Empty', notes: [], steps: [] },
      {
        title: 'End',
        notes: ['1. not a step'],
        steps: [{ text: '{{Feature}} by {{Due Date}}', verify: 'echo `date`', notes: [] }],
      },
    ]);
    expect(problems).toEqual([expect.objectContaining({ code: 'step-ticked', line: 23 })]);
    expect(lines.steps).toEqual([[20, 21, 23], [], [34]]);
    expect(lines.keys.get('partition')).toBe(4);
  });

  it('without front matter takes its name from the heading and its variables from the text', async () => {
    const { template } = await parseTemplate('# {{Feature}}\r\n\r\n- [ ] Ask {{due_date}} {{Owner}}\r\n');
    expect(template.title).toBe('{{Feature}}');
    expect(template.phases).toEqual([
      { title: 'Steps', notes: [], steps: [{ text: 'Ask {{due_date}} {{Owner}}', notes: [] }] },
    ]);
    expect(variablesOf(template).map(({ name }) => name)).toEqual(['Feature', 'due_date', 'Owner']);
  });

  it('comes back from what it is rendered to', async () => {
    await fc.assert(
      fc.asyncProperty(templates, async (template) => {
        const { template: again, problems } = await parseTemplate(renderTemplate(template));
        expect(again).toEqual(template);
        expect(problems).toEqual([]);
      }),
      RUNS,
    );
  });

  it('of any text is read without an exception, and each problem has a line of it', async () => {
    const pieces = fc.constantFrom(
      ...[
        '---\n',
        '## ',
        '- [ ] ',
        '(verify: `',
        '`)',
        '```\n',
        '\n',
        '{{',
        '}}',
        'variables:\n',
        '  - name: ',
        '&a [*a, *a]',
      ],
      ...Object.values(NAUGHTY).flat(),
    );
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc
        .array(fc.oneof(pieces, fc.string({ maxLength: 5 })), { maxLength: 40 })
        .map((parts) => parts.join('')),
    );
    await fc.assert(
      fc.asyncProperty(text, async (source) => {
        const parsed = await parseTemplate(source);
        const count = source.split(/\r\n|\n|\r/).length;
        for (const { line } of lintTemplate(parsed)) {
          expect(line).toBeGreaterThanOrEqual(1);
          expect(line).toBeLessThanOrEqual(count);
        }
        fillTemplate(parsed.template, [{ name: 'a', value: source }]);
      }),
      RUNS,
    );
  });

  it.each([
    ['(verify: ', 'one step', '- [ ] x '],
    ['`', 'backticks', '- [ ] x (verify: '],
    ['- [ ] a {{b}} (verify: `c`)\n', 'steps', '## P\n'],
    ['## #', 'hashes', '## '],
    ['{{a', 'open braces', '- [ ] '],
    ['a: [', 'front matter', '---\n'],
    ['\n', 'line ends', ''],
    ['- ', 'list marks', ''],
    ['```\n', 'fences', ''],
  ])('of 1 MB of %j (%s) is read in no time', async (unit, _name, head) => {
    // Anything that is not linear takes minutes here, and the test its time limit.
    const parsed = await parseTemplate(head + unit.repeat(Math.ceil(1_000_000 / unit.length)));
    lintTemplate(parsed);
    fillTemplate(parsed.template, []);
  });
});

describe('values', () => {
  it('are put in once, on one line, and add no step, phase or command', async () => {
    const { template } = await parseTemplate(
      '## {{A}}\n- [ ] Do {{ a }} and {{__proto__}} {{constructor}} (verify: `run {{A}}`)\n',
    );
    const value = 'x\n## Phase\n- [ ] step (verify: `rm -rf ~`) {{A}} \u202e';
    const { template: filled } = fillTemplate(template, [
      { name: 'A', value },
      { name: '__proto__', value: 'polluted' },
    ]);
    const line = 'x ## Phase - [ ] step (verify: `rm -rf ~`) {{A}}';
    expect(filled.phases).toEqual([
      {
        title: line,
        notes: [],
        steps: [{ text: `Do ${line} and {{__proto__}} {{constructor}}`, verify: 'run {{A}}', notes: [] }],
      },
    ]);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it('that are unknown, missing or open are named', async () => {
    const { template } = await parseTemplate(TEXT);
    expect(fillTemplate(template, [{ name: 'nope', value: '1' }])).toMatchObject({
      unknown: ['nope'],
      missing: ['Feature'],
      open: [],
    });
    const filled = fillTemplate(template, [{ name: 'FEATURE', value: 'Login' }]);
    expect(filled).toMatchObject({ unknown: [], missing: [] });
    expect(filled.values).toEqual([
      { name: 'Feature', value: 'Login' },
      { name: 'Due Date', value: 'Friday' },
    ]);
    expect(filled.template.phases[2]?.steps[0]?.text).toBe('Login by Friday');
  });
});

const word = fc.stringMatching(/^[\p{L}\p{N}"'\\{}*<>&%$-]{1,12}$/u);
const line = fc
  .array(word, { minLength: 1, maxLength: 6 })
  .map((words) => words.join(' '))
  // A line of another kind is no text.
  .filter((text) => !/^(?:[-*+] |#|`{3})/.test(text) && text.trim() === text);
const notes = fc.array(line, { maxLength: 3 });
const name = fc.stringMatching(/^[A-Za-z][A-Za-z0-9_-]{0,20}$/);
const command = fc
  .stringMatching(/^[a-z`'"$()|& -]{1,20}$/)
  .filter((text) => text.trim() === text && text !== '' && !text.includes('(verify'));
const templates: fc.Arbitrary<Template> = fc.record(
  {
    title: line,
    description: line,
    partition: line,
    preset: name,
    variables: fc.uniqueArray(
      fc.record(
        { name, description: line, default: line, required: fc.boolean() },
        { requiredKeys: ['name', 'required'] },
      ),
      { maxLength: 4, selector: (one) => sameName(one.name) },
    ),
    intro: notes,
    phases: fc.array(
      fc.record({
        title: line.filter((text) => !text.endsWith('#')),
        notes,
        steps: fc.array(
          fc.record({ text: line, verify: command, notes }, { requiredKeys: ['text', 'notes'] }),
          {
            maxLength: 4,
          },
        ),
      }),
      { maxLength: 4 },
    ),
  },
  { requiredKeys: ['title', 'variables', 'intro', 'phases'] },
);
