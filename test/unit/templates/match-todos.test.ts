import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchTodos } from '../../../src/templates/match-todos.ts';

const STEPS = [
  'Create the branch',
  'Install dependencies',
  'Write tests',
  'Write documentation',
  'Open a pull request',
  'Merge',
  'Correctness: does it do what it says',
  'Deploy to staging (by the pipeline)',
  'Do not merge before the review',
  'Publish the new login page to all users',
];

describe('a todo', () => {
  it.each([
    ['create the branch', 0],
    ['1. Create branch', 0],
    ['Step 2: Install dependencies!', 1],
    ['**Write tests**', 2],
    ['Write unit tests', 2],
    ['Pull request', 4],
    ['Open the pull request', 4],
    ['merge', 5],
    ['Correctness', 6],
    ['Deploy to staging', 7],
    ['Do not merge before review', 8],
  ])('%j means step %i', (todo, step) => {
    expect(matchTodos([todo], STEPS)).toEqual([step]);
  });

  it.each([
    'Write',
    'Tests',
    'Merge before the review',
    'Do not merge',
    'Do not publish the new login page to all users',
    'Delete the branch',
    '',
    '…',
    'x'.repeat(100_000),
  ])('%j means none', (todo) => {
    expect(matchTodos([todo], STEPS)).toEqual([undefined]);
  });

  it('that could mean two means the one of the current phase, or none', () => {
    const steps = ['Write tests', 'Run tests', 'Write tests'];
    expect(matchTodos(['write tests'], steps)).toEqual([undefined]);
    expect(matchTodos(['write tests'], steps, (step) => step === 2)).toEqual([2]);
  });

  it('with the words of a step means that step, whatever the others are', () => {
    const step = fc
      .array(fc.stringMatching(/^[a-z]{3,8}$/), { minLength: 1, maxLength: 5 })
      .map((words) => words.join(' '));
    fc.assert(
      fc.property(fc.uniqueArray(step, { minLength: 1, maxLength: 20 }), fc.nat(), (steps, pick) => {
        const at = pick % steps.length;
        expect(matchTodos([steps[at] ?? ''], steps, () => true)[0]).toBe(at);
      }),
    );
  });
});
