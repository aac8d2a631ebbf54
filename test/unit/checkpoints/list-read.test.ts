import fc from 'fast-check';
import { expect, it } from 'vitest';
import { encodeMessage } from '../../../src/checkpoints/metadata.ts';
import { type Content, openBatchReader } from '../../../src/checkpoints/read.ts';
import { metadata } from '../../support/arbitrary-metadata.ts';

const COMMIT = 'c'.repeat(40);
const TREE = 'a'.repeat(40);

function answer(type: string, body: string): string {
  return `${COMMIT} ${type} ${Buffer.byteLength(body)}\n${body}\n`;
}

/** What git answers for one name, and what is to be read from it. */
const answers: fc.Arbitrary<{ output: string; content: Content }> = fc.oneof(
  metadata.map((one) => ({
    output: answer('commit', `tree ${TREE}\nauthor x <x> 1 +0000\n\n${encodeMessage(one)}`),
    content: { commit: COMMIT, tree: TREE, metadata: one },
  })),
  fc.constantFrom(
    {
      output: answer('commit', `tree ${TREE}\nauthor x <x> 1 +0000\n\nfix: a bug\n`),
      content: 'other' as const,
    },
    {
      output: answer('commit', `tree ${TREE}\n\nx\n\n{"version":2,"id":"a"}\n`),
      content: 'other' as const,
    },
    { output: answer('blob', 'tree\n\n{}\0\n'), content: 'other' as const },
    { output: answer('tag', ''), content: 'other' as const },
    { output: 'refs/claude-hooks/checkpoints/a missing\n', content: undefined },
  ),
);

it('reads what git says of commits, in pieces cut anywhere, and passes over what is no checkpoint', () => {
  fc.assert(
    fc.property(fc.array(answers), fc.array(fc.nat()), (list, cuts) => {
      const output = Buffer.from(list.map((one) => one.output).join(''));
      const at = [0, ...cuts.map((cut) => cut % (output.length + 1)), output.length].sort((a, b) => a - b);
      const read: Content[] = [];
      const take = openBatchReader((content) => read.push(content));
      for (let piece = 1; piece < at.length; piece += 1) take(output.subarray(at[piece - 1], at[piece]));
      expect(read).toEqual(list.map((one) => one.content));
    }),
  );
});
