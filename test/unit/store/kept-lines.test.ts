import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { keepLines, readKeptLines } from '../../../src/store/kept-lines.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'claude-hooks-kept-'));
  file = path.join(folder, 'lines');
});
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

const line = fc.string({ unit: fc.constantFrom(...' abc={}"0123456789\t'), maxLength: 40 });
const lines = fc
  .dictionary(fc.stringMatching(/^[0-9a-f]{1,6}$/), line)
  .map((one) => new Map(Object.entries(one)));

/** Keeps more and more lines, as a caller does who finds out what is missing. */
function keep(added: ReadonlyMap<string, string>, used: string[] = [...added.keys()]): void {
  const found = readKeptLines(file);
  const missing = new Map([...added].filter(([key]) => !found.has(key)));
  keepLines(file, missing, found, [...new Set([...found.keys(), ...used])]);
}

it('gives back every line, however often some are added', () => {
  fc.assert(
    fc.property(fc.array(lines, { maxLength: 5 }), (parts) => {
      fs.rmSync(file, { force: true });
      const all = new Map<string, string>();
      for (const part of parts) {
        for (const [key, text] of part) if (!all.has(key)) all.set(key, text);
        keep(part);
      }
      expect(readKeptLines(file)).toEqual(all);
    }),
  );
});

it('never gives back another line than was kept, however the file is damaged, and mends it', () => {
  const damage = fc.oneof(
    fc.record({ kind: fc.constant('flip' as const), at: fc.nat(), bit: fc.nat(7) }),
    fc.record({ kind: fc.constant('cut' as const), at: fc.nat() }),
    fc.record({
      kind: fc.constant('insert' as const),
      at: fc.nat(),
      bytes: fc.uint8Array({ maxLength: 30 }),
    }),
    fc.record({ kind: fc.constant('repeat' as const), at: fc.nat(), to: fc.nat() }),
  );
  fc.assert(
    fc.property(lines, lines, fc.array(damage, { minLength: 1, maxLength: 4 }), (first, second, wounds) => {
      fs.rmSync(file, { force: true });
      keep(first);
      keep(second);
      const all = new Map([...second, ...first]);
      let bytes = fs.existsSync(file) ? fs.readFileSync(file) : Buffer.alloc(0);
      for (const wound of wounds) {
        const at = wound.at % (bytes.length + 1);
        const [head, tail] = [bytes.subarray(0, at), bytes.subarray(at)];
        if (wound.kind === 'cut') bytes = head;
        else if (wound.kind === 'insert') bytes = Buffer.concat([head, wound.bytes, tail]);
        else if (wound.kind === 'repeat') bytes = Buffer.concat([bytes, bytes.subarray(at, wound.to)]);
        else if (at < bytes.length) bytes.writeUInt8((bytes[at] ?? 0) ^ (1 << wound.bit), at);
      }
      fs.writeFileSync(file, bytes);
      for (const [key, text] of readKeptLines(file)) expect(all.get(key)).toBe(text);
      keep(all);
      expect(readKeptLines(file)).toEqual(all);
    }),
  );
});

it('forgets what nobody asks for any more, once that is much', () => {
  const many = (from: number): Map<string, string> =>
    new Map(Array.from({ length: 900 }, (_none, at) => [String(from + at), 'x'.repeat(10)] as const));
  keepLines(file, many(0), new Map(), [...many(0).keys()]);
  keepLines(file, many(1_000), readKeptLines(file), [...many(1_000).keys()]);
  expect(readKeptLines(file).size).toBe(1_800);
  keepLines(file, many(2_000), readKeptLines(file), [...many(2_000).keys()]);
  expect(readKeptLines(file)).toEqual(many(2_000));
});

it('does not grow beyond its limit, and does not write again what did not fit', () => {
  const long = new Map(Array.from({ length: 1_200 }, (_none, at) => [`${at}`, 'x'.repeat(60_000)] as const));
  const tooLong = new Map([['a', 'x'.repeat(70_000)]]);
  const used = [...long.keys(), 'a'];
  keepLines(file, new Map([...long, ...tooLong]), new Map(), used);
  const size = fs.statSync(file).size;
  expect(size).toBeLessThan(64 * 1024 * 1024);
  expect(size).toBeGreaterThan(60 * 1024 * 1024);
  const found = readKeptLines(file);
  expect(found.has('0')).toBe(true);
  const before = fs.statSync(file).ino;
  const missing = new Map([...long, ...tooLong].filter(([key]) => !found.has(key)));
  expect(missing.size).toBeGreaterThan(1);
  keepLines(file, missing, found, used);
  expect(fs.statSync(file)).toMatchObject({ ino: before, size });
});

it('keeps nothing where it cannot write, without a word', () => {
  keepLines(path.join(folder, 'missing', 'lines'), new Map([['a', 'b']]), new Map(), ['a']);
  expect(fs.readdirSync(folder)).toEqual([]);
  fs.mkdirSync(file);
  keepLines(file, new Map([['a', 'b']]), readKeptLines(file), ['a']);
  expect(readKeptLines(file)).toEqual(new Map());
  expect(fs.readdirSync(folder)).toEqual(['lines']);
});
