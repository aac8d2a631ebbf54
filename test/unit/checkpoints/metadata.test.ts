import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseList } from '../../../src/checkpoints/list.ts';
import { decodeMessage, encodeMessage, type Metadata } from '../../../src/checkpoints/metadata.ts';

const text = fc.string({ unit: 'grapheme', minLength: 1 });
const metadata: fc.Arbitrary<Metadata> = fc.record(
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

it('gives back exactly what was written, through plain ASCII', () => {
  fc.assert(
    fc.property(metadata, (one) => {
      const message = encodeMessage(one);
      expect(message).toMatch(/^[\n\x20-\x7e]*$/);
      expect(message.split('\n')).toHaveLength(4);
      expect(decodeMessage(message)).toEqual({ ...one });
    }),
  );
});

it('reads the list git prints, and passes over refs that are no checkpoints', () => {
  fc.assert(
    fc.property(fc.array(metadata), (list) => {
      const output = list
        .map((one) => `refs/claude-hooks/checkpoints/${one.id}\0c\0t\0${encodeMessage(one)}\0\n`)
        .join('refs/claude-hooks/checkpoints/other\0c\0t\0fix: a bug\0\n');
      expect(parseList(output)).toEqual(list.map((one) => ({ ...one, commit: 'c', tree: 't' })));
    }),
  );
});

it('does not know a newer version or a message of something else', () => {
  const future = '{"version":2,"id":"a","name":"a","createdAt":"2026-01-01T00:00:00Z","reason":"x"}';
  for (const message of ['', 'fix: a bug', 'x\n\n{"version":1}', 'x\n\n{', `x\n\n${future}`, 'x\n\n[1]']) {
    expect(decodeMessage(message)).toBeUndefined();
  }
});
