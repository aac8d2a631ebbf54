import { expect, it } from 'vitest';
import { decisionsIn } from '../../../src/transcript/decisions.ts';

it.each([
  ['We decided to use SQLite.', ['We decided to use SQLite.']],
  [
    'Looked at both. We will use pnpm for this; it is faster. Next: tests.',
    ['We will use pnpm for this; it is faster.'],
  ],
  ['- I chose to keep the old API', ['I chose to keep the old API']],
  ["Let's go with tabs.\nDone.", ["Let's go with tabs."]],
  ['Going with Vitest, since Jest is slow', ['Going with Vitest, since Jest is slow']],
  ['We settled on option B.', ['We settled on option B.']],
  ['The decision is to ship on Friday.', ['The decision is to ship on Friday.']],
])('finds the decision in %j', (text, expected) => {
  expect(decisionsIn(text)).toEqual(expected);
});

it.each([
  'Should we use SQLite?',
  'We have not decided to do it yet.',
  'It is undecided whether we will use it.',
  '```\n// we decided to use sqlite\n```',
  '> we decided to use sqlite',
  'Reading the file.',
  '',
])('finds none in %j', (text) => {
  expect(decisionsIn(text)).toEqual([]);
});
