import { describe, expect, it } from 'vitest';
import { chooseCheckpoint } from '../../../src/checkpoints/choose.ts';
import type { CheckpointSummary } from '../../../src/checkpoints/types.ts';
import { HooksError } from '../../../src/errors.ts';

function one(id: string, name: string): CheckpointSummary {
  return {
    id,
    name,
    createdAt: '2026-11-22T10:00:00.000Z',
    commit: 'c',
    tree: 't',
    reason: 'manual',
    worktree: 'main',
    counts: { new: 0, modified: 0, deleted: 0 },
    leftOut: [],
    leftOutCount: 0,
    remarks: [],
    document: '',
  };
}

const LIST = [
  one('feature-x-1', 'Feature X'),
  one('feature-x-2', 'Feature X again'),
  one('end-of-turn-3', 'End of turn'),
  one('end-of-turn-4', 'End of turn'),
];

function errorOf(wanted: string, list = LIST): HooksError {
  try {
    chooseCheckpoint(list, wanted);
  } catch (error) {
    if (error instanceof HooksError) return error;
  }
  throw new Error('no error');
}

describe('the checkpoint a person means', () => {
  it.each([
    ['feature-x-2', 'feature-x-2'],
    ['Feature X', 'feature-x-1'],
    [' Feature\n X ', 'feature-x-1'],
    ['feature x a', 'feature-x-2'],
    ['end-of-turn-4', 'end-of-turn-4'],
  ])('%j is %s', (wanted, id) => {
    expect(chooseCheckpoint(LIST, wanted).id).toBe(id);
  });

  it('lists what an ambiguous name could be', () => {
    for (const wanted of ['End of turn', 'end-of-turn', 'f', 'FEATURE']) {
      const error = errorOf(wanted);
      expect(error.code).toBe('checkpoint-ambiguous');
      expect(error.kind).toBe('usage');
    }
    expect(errorOf('End of turn').message).toContain('end-of-turn-3');
    expect(errorOf('End of turn').message).toContain('end-of-turn-4');
  });

  it('names what lies near an unknown one, the nearest first', () => {
    expect(errorOf('Featur Y').message).toMatch(/Near it: feature-x-1/);
    expect(errorOf('').code).toBe('checkpoint-unknown');
    expect(errorOf('x', []).hint).toContain('checkpoint save');
  });
});
