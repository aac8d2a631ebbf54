import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FORM_PATTERN, mayHoldForm, PROMPT_FORMS } from '../../../src/prompts/forms.ts';
import { type PromptAct, parsePrompt } from '../../../src/prompts/parse.ts';

const acts = (prompt: string): PromptAct[] => parsePrompt(prompt).acts;
const eventOf = (prompt: string): Buffer =>
  Buffer.from(`${JSON.stringify({ session_id: 's', cwd: '/x', prompt })}\n`);

describe('a prompt', () => {
  it.each([
    ['Resume from checkpoint: Feature X works', { kind: 'resume', name: 'Feature X works' }],
    ['  \t resume FROM Checkpoint:latest~1', { kind: 'resume', name: 'latest~1' }],
    ['Resume from checkpoint: "before tea".', { kind: 'resume', name: 'before tea' }],
    ['Resume from checkpoint: “v1.2.”!', { kind: 'resume', name: 'v1.2.' }],
    ['Save checkpoint: `x`;', { kind: 'save', name: 'x' }],
    ['Load context: docs/a b.md.', { kind: 'load', name: 'docs/a b.md' }],
    ['Load context: -x', { kind: 'load', name: '-x' }],
    ['WORKING ON PARTITION: Backend', { kind: 'partition', name: 'Backend' }],
    ['Summarize the last 2 hours of work', { kind: 'summarize', minutes: 120, said: '2 hours of work' }],
    ['summarise the last 90 minutes.', { kind: 'summarize', minutes: 90, said: '90 minutes' }],
    ['Summarize the last hour of work!', { kind: 'summarize', minutes: 60, said: 'hour of work' }],
    ['Handoff to QA: run it', { kind: 'handoff', agent: 'QA', lines: ['run it'] }],
    ['Handoff to "code reviewer":', { kind: 'handoff', agent: 'code reviewer', lines: [] }],
    ['Start session from template: T', { kind: 'template', name: 'T', variables: [] }],
  ])('%j is understood', (prompt, act) => {
    expect(acts(prompt)).toEqual([act]);
    expect(mayHoldForm(eventOf(prompt))).toBe(true);
  });

  it.each([
    'please Save checkpoint: x',
    'How does "Save checkpoint: NAME" work?',
    '> Save checkpoint: x',
    'Save checkpoint:',
    'Save checkpoint: .',
    'Save  checkpoint: x',
    'Save checkpoint x',
    'Savecheckpoint: x',
    '```\nSave checkpoint: x\n```',
    '  ~~~~ sh\nSave checkpoint: x\n~~~\nSave checkpoint: y',
    'Summarize the last 2 chapters',
    'Summarize the last 0 hours of work',
    'Summarize the last 99999 hours of work',
    'Summarize the last 2 hours of work and fix it',
    'Handoff to the next shift went well yesterday: nothing to do',
    'Handoff to QA',
    'ſave checkpoint: x',
    '',
  ])('%j holds no form', (prompt) => {
    expect(acts(prompt)).toEqual([]);
  });

  it('may hold several, in order, each with what belongs to it', () => {
    const prompt = [
      'Hello.',
      'Start session from template: Feature',
      'Feature: Login: the form',
      '  Due date:  tomorrow ',
      'Save checkpoint: a',
      '```',
      'Save checkpoint: in code',
      '```',
      'Handoff to QA:',
      'first line',
      ' - second',
      'Load context: x.md',
      'Handoff to Dev: one',
      '',
      'not of it',
    ];
    const expected = [
      {
        kind: 'template',
        name: 'Feature',
        variables: [
          { key: 'Feature', value: 'Login: the form' },
          { key: 'Due date', value: 'tomorrow' },
        ],
      },
      { kind: 'save', name: 'a' },
      { kind: 'handoff', agent: 'QA', lines: ['first line', '- second'] },
      { kind: 'load', name: 'x.md' },
      { kind: 'handoff', agent: 'Dev', lines: ['one'] },
    ];
    for (const end of ['\n', '\r\n', '\r']) expect(acts(prompt.join(end))).toEqual(expected);
  });

  it('of a thousand lines is acted on eight times, and the rest counted', () => {
    const parsed = parsePrompt('Save checkpoint: x\n'.repeat(1_000));
    expect([parsed.acts.length, parsed.ignored]).toEqual([8, 992]);
  });
});

/** Text in which forms, fences and what looks like them are near. */
const piece = fc.oneof(
  fc.constantFrom(...PROMPT_FORMS.flatMap(({ begins, example }) => [...begins, example, `${example}\n`])),
  fc.constantFrom(
    '\n',
    '\r\n',
    '\r',
    '\n\n',
    '```',
    '~~~',
    '> ',
    ' ',
    '\t',
    ':',
    '"',
    '“',
    '.',
    '\\n',
    'Key: value\n',
  ),
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.string({ unit: 'binary', maxLength: 6 }),
);
const mixed = fc.array(piece, { maxLength: 14 }).map((parts) => parts.join(''));
const shouted = fc
  .tuple(mixed, fc.boolean())
  .map(([text, loud]) => (loud ? text.replace(/[a-z]/g, (letter) => letter.toUpperCase()) : text));

const textsOf = (act: PromptAct): string[] => {
  if (act.kind === 'summarize') return [act.said];
  if (act.kind === 'handoff') return [act.agent, ...act.lines];
  if (act.kind === 'template') return [act.name, ...act.variables.flatMap(({ key, value }) => [key, value])];
  return [act.name];
};

describe('whatever the prompt', () => {
  it('what is found stands in it, and the doorbell would not have passed it over', () => {
    let found = 0;
    fc.assert(
      fc.property(shouted, (prompt) => {
        const parsed = parsePrompt(prompt);
        found += parsed.acts.length;
        for (const text of parsed.acts.flatMap(textsOf)) expect(prompt).toContain(text);
        if (parsed.acts.length > 0) expect(mayHoldForm(eventOf(prompt))).toBe(true);
      }),
      { numRuns: 3_000 },
    );
    expect(found).toBeGreaterThan(300);
  });

  it.each([
    ['dots behind a name', `Save checkpoint: x${'.'.repeat(500_000)}x${'.'.repeat(500_000)}`],
    ['blanks', `Save checkpoint: ${' '.repeat(1_000_000)}`],
    ['blanks before a letter', `${' '.repeat(1_000_000)}x`],
    ['quotation marks', '"'.repeat(1_000_000)],
    ['fences', '```\n~~~~\n'.repeat(110_000)],
    ['handoffs', 'Handoff to a: b\n'.repeat(62_000)],
    ['one handoff', `Handoff to a:\n${'b\n'.repeat(500_000)}`],
    ['variables', `Start session from template: a\n${'k: v\n'.repeat(200_000)}`],
    ['long keys', `Start session from template: a\n${'k '.repeat(500_000)}: v`],
    ['hours', `Summarize the last ${'1'.repeat(1_000_000)} hours`],
    ['escapes', '\\n"\\'.repeat(250_000)],
  ])('a megabyte of %s takes no more than its length', (_name, prompt) => {
    // Anything that is not linear takes minutes here, and the test its time limit.
    parsePrompt(prompt);
    mayHoldForm(eventOf(prompt));
  });
});

it('the doorbell looks for the forms of the table', () => {
  const bell = readFileSync(path.resolve(import.meta.dirname, '../../../hooks/bell.sh'), 'utf8');
  expect(bell).toContain(`look='${FORM_PATTERN}'`);
  for (const { kind, example } of PROMPT_FORMS) expect(acts(`${example}`)[0]?.kind).toBe(kind);
});
