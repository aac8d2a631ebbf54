import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decodeMessage, encodeMessage } from '../../../src/checkpoints/metadata.ts';
import { metadata } from '../../support/arbitrary-metadata.ts';

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

it('does not know a newer version or a message of something else', () => {
  const future = '{"version":2,"id":"a","name":"a","createdAt":"2026-01-01T00:00:00Z","reason":"x"}';
  for (const message of ['', 'fix: a bug', 'x\n\n{"version":1}', 'x\n\n{', `x\n\n${future}`, 'x\n\n[1]']) {
    expect(decodeMessage(message)).toBeUndefined();
  }
});
