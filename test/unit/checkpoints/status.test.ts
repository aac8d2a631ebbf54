import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseStatus } from '../../../src/checkpoints/status.ts';

const OID = 'a'.repeat(40);
const pathBytes = fc
  .uint8Array({ minLength: 1, maxLength: 20 })
  .map((bytes) => Buffer.from(bytes.map((byte) => (byte === 0 ? 1 : byte))));
const letter = fc.constantFrom('.', 'M', 'T', 'A', 'D');
const mode = fc.constantFrom('000000', '100644', '100755', '120000', '160000');

it('reads every path byte for byte, whatever it holds', () => {
  const entry = fc.oneof(
    fc.record({ kind: fc.constant('untracked' as const), path: pathBytes }),
    fc.record({
      kind: fc.constant('changed' as const),
      path: pathBytes,
      x: letter,
      y: letter,
      modes: fc.tuple(mode, mode, mode),
    }),
    fc.record({ kind: fc.constant('unmerged' as const), path: pathBytes, modes: fc.tuple(mode, mode, mode) }),
  );
  fc.assert(
    fc.property(fc.array(entry), (entries) => {
      const lines = entries.map((one) => {
        if (one.kind === 'untracked') return Buffer.concat([Buffer.from('? '), one.path, Buffer.from([0])]);
        const [first, second, third] = one.modes;
        const head =
          one.kind === 'changed'
            ? `1 ${one.x}${one.y} N... ${first} ${second} ${third} ${OID} ${OID} `
            : `u UU N... ${first} ${second} ${second} ${third} ${OID} ${OID} ${OID} `;
        return Buffer.concat([Buffer.from(head), one.path, Buffer.from([0])]);
      });
      const header = Buffer.from(`# branch.oid ${OID}\0# branch.head a branch\0# branch.ab +? -?\0`);
      const status = parseStatus(Buffer.concat([header, ...lines]));
      expect(status.head).toBe(OID);
      expect(status.branch).toBe('a branch');
      expect(status.entries.map((one) => one.path.toString('latin1'))).toEqual(
        entries.map((one) => one.path.toString('latin1')),
      );
      for (const [at, one] of entries.entries()) {
        const read = status.entries[at];
        expect(read?.kind).toBe(one.kind);
        if (one.kind === 'changed') {
          expect([read?.staged, read?.worktree]).toEqual([one.x, one.y]);
          expect([read?.inHead, read?.inIndex, read?.inWorktree]).toEqual(
            one.modes.map((word) => word !== '000000'),
          );
        }
      }
    }),
  );
});

it('knows an unborn branch and a detached HEAD, and passes over what it does not know', () => {
  const status = parseStatus(
    Buffer.from('# branch.oid (initial)\0# branch.head (detached)\0! ignored\0x\0\0? a'),
  );
  expect(status).toMatchObject({ head: undefined, branch: undefined });
  expect(status.entries.map((one) => one.path.toString())).toEqual(['a']);
});

it('never fails on bytes that are no status', () => {
  fc.assert(fc.property(fc.uint8Array(), (bytes) => void parseStatus(Buffer.from(bytes))));
});
