import fc from 'fast-check';
import type { Metadata } from '../../src/checkpoints/metadata.ts';

const text = fc.string({ unit: 'grapheme', minLength: 1 });
/** Metadata of a checkpoint with any text in it. */
export const metadata: fc.Arbitrary<Metadata> = fc.record(
  {
    id: fc.stringMatching(/^[a-z0-9]{1,20}$/),
    name: text,
    createdAt: fc
      .date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true })
      .map((date) => date.toISOString()),
    reason: text,
    worktree: text,
    document: text,
    counts: fc.record({ new: fc.nat(), modified: fc.nat(), deleted: fc.nat() }),
    leftOut: fc.array(fc.record({ path: text, bytes: fc.nat(), why: fc.constantFrom('size' as const) })),
    leftOutCount: fc.nat(),
    remarks: fc.array(text),
    note: text,
    branch: text,
    session: text,
    indexTree: text,
    head: text,
  },
  {
    requiredKeys: [
      'id',
      'name',
      'createdAt',
      'reason',
      'worktree',
      'document',
      'counts',
      'leftOut',
      'leftOutCount',
      'remarks',
    ],
  },
);
