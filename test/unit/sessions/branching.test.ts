import fc from 'fast-check';
import { expect, it } from 'vitest';
import { foldBranching, innermost } from '../../../src/sessions/branching.ts';
import type { SessionRecord } from '../../../src/sessions/session.ts';

const branched = (more: Record<string, unknown> = {}): SessionRecord => ({
  t: 1,
  type: 'branched',
  on: true,
  parent: 'parent',
  depth: 1,
  task: 'do it',
  branch: 'urgent',
  head: 'a'.repeat(40),
  worktree: 'main',
  parentWorktree: 'main',
  parentRoot: '/repo',
  checkpoint: { id: 'before', commit: 'b'.repeat(40) },
  variables: { phase: 'review' },
  ...more,
});
const returned = (on: boolean): SessionRecord => ({ t: 2, type: 'returned', on, head: 'c'.repeat(40) });

it('is open after a branch, returned after a return, and as before after either was taken back', () => {
  const step = fc.constantFrom('branch', 'unbranch', 'return', 'unreturn');
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      let model: string | undefined;
      const records: SessionRecord[] = [];
      for (const one of steps) {
        if (one === 'branch') model = 'open';
        if (one === 'unbranch' && model !== undefined) model = 'undone';
        if (one === 'return' && model !== undefined) model = 'returned';
        if (one === 'unreturn' && model !== undefined) model = 'open';
        records.push(
          one === 'branch' || one === 'unbranch'
            ? branched({ on: one === 'branch' })
            : returned(one === 'return'),
        );
      }
      const folded = foldBranching(records);
      expect(folded?.state).toBe(model);
      if (model === 'returned') expect(folded?.returned?.head).toBe('c'.repeat(40));
      if (model === 'open') expect(folded?.returned).toBeUndefined();
    }),
  );
});

it('takes nothing from a record that is damaged', () => {
  fc.assert(
    fc.property(fc.constantFrom(...Object.keys(branched())), fc.jsonValue(), (key, value) => {
      const folded = foldBranching([branched({ [key]: value })]);
      if (folded === undefined) return;
      expect(typeof folded.parent).toBe('string');
      expect(typeof folded.checkpoint.commit).toBe('string');
      expect(Object.values(folded.variables).every((one) => typeof one === 'string')).toBe(true);
    }),
  );
  expect(foldBranching([{ t: 1, type: 'returned', on: true, head: 'x' }])).toBeUndefined();
});

it('finds the innermost child that is open in a working tree', () => {
  const child = (session: string, more: Record<string, unknown>, then: SessionRecord[] = []) => {
    const branching = foldBranching([branched(more), ...then]);
    if (branching === undefined) throw new Error('it did not branch');
    return { session, branching };
  };
  const children = [
    child('one', { depth: 1 }),
    child('three', { depth: 3 }, [returned(true)]),
    child('two', { depth: 2 }),
    child('other', { depth: 4, worktree: 'side' }),
  ];
  expect(innermost(children, 'main')?.session).toBe('two');
  expect(innermost(children, 'side')?.session).toBe('other');
  expect(innermost(children, 'third')).toBeUndefined();
});
