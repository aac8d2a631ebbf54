import fc from 'fast-check';
import { expect, it } from 'vitest';
import { renderHandoff, sortHandoff } from '../../../src/prompts/handoff.ts';

const EMPTY = {
  from: 'session 1',
  to: 'QA',
  writtenAt: 0,
  branch: undefined,
  completed: [],
  files: [],
  transcript: undefined,
  task: [],
  needs: [],
  criteria: [],
  spec: [],
};

it('sorts what is needed, what is accepted and where the spec is out of the words', () => {
  const words = sortHandoff([
    'Build the form: two fields.',
    'Needs: a database; a mailer;',
    '- [ ] credentials',
    'Acceptance criteria:',
    '1. it validates',
    'Done when: tests pass',
    'Spec: docs/login.md',
    'To do: start with the model',
    'and then the view',
  ]);
  expect(words).toEqual({
    task: ['Build the form: two fields.', 'start with the model', 'and then the view'],
    needs: ['a database', 'a mailer', 'credentials'],
    criteria: ['it validates', 'tests pass'],
    spec: ['docs/login.md'],
  });
});

it('has every section in its place, whatever the texts hold', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary' }), { maxLength: 5 }), fc.string(), (texts, agent) => {
      const text = renderHandoff({ ...EMPTY, to: agent, completed: texts, needs: texts, criteria: texts });
      const titles = text.split('\n').filter((line) => line.startsWith('## '));
      expect(titles).toHaveLength(6);
      expect(text.split('\n').filter((line) => line.startsWith('- [ ] '))).toHaveLength(texts.length);
    }),
  );
});
