import { appendFileSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readPosition } from '../../../src/transcript/position.ts';

const scratch = mkdtempSync(path.join(tmpdir(), 'position-'));
const fixtures = path.resolve(import.meta.dirname, '../../fixtures/claude-code/transcripts');
const file = path.join(scratch, 't.jsonl');
const line = (record: unknown): string => `${JSON.stringify(record)}\n`;
const message = (uuid: string, more: object = {}): string =>
  line({ type: 'user', uuid, timestamp: '2026-11-22T10:00:00.000Z', message: { content: 'x' }, ...more });

it('finds the last message of a real session, not what the client notes after it', () => {
  const transcript = path.join(fixtures, 'tools-tasks-subagent.jsonl');
  const lines = readFileSync(transcript, 'utf8')
    .trimEnd()
    .split('\n')
    .map((text) => JSON.parse(text));
  const last = lines.filter((record) => ['user', 'assistant'].includes(record.type)).at(-1);
  expect(readPosition(transcript)).toEqual({
    transcript,
    offset: readFileSync(transcript).length,
    message: last.uuid,
    at: last.timestamp,
  });
});

it('counts whole lines only, and passes over sub-agents and what is no message', () => {
  const text = `${message('a-1')}${message('b-2', { isSidechain: true })}${line({ type: 'system', uuid: 's' })}${message('no good; rm')}nonsense "uuid"\n`;
  writeFileSync(file, text);
  appendFileSync(file, '{"type":"user","uuid":"half');
  expect(readPosition(file)).toEqual({
    transcript: file,
    offset: text.length,
    message: 'a-1',
    at: '2026-11-22T10:00:00.000Z',
  });
});

it('has no position in a file that is not there, and no message in an empty one', () => {
  expect(readPosition(path.join(scratch, 'missing'))).toBeUndefined();
  expect(readPosition(scratch)).toBeUndefined();
  writeFileSync(file, '');
  expect(readPosition(file)).toEqual({ transcript: file, offset: 0 });
  writeFileSync(file, '{"type":"user"');
  expect(readPosition(file)).toEqual({ transcript: file, offset: 0 });
});

it('says the same as reading the whole file, however long its lines are', () => {
  const record = fc.record({
    size: fc.constantFrom(0, 10, 65_000, 65_536, 70_000, 600_000),
    kind: fc.constantFrom('user', 'assistant', 'other', 'sidechain'),
  });
  fc.assert(
    fc.property(fc.array(record, { maxLength: 8 }), fc.constantFrom('', '{"half'), (records, rest) => {
      let expected: string | undefined;
      const text = records
        .map(({ size, kind }, at) => {
          if (kind === 'user' || kind === 'assistant') expected = `m-${at}`;
          const type = kind === 'assistant' ? 'assistant' : kind === 'other' ? 'attachment' : 'user';
          return line({ type, uuid: `m-${at}`, isSidechain: kind === 'sidechain', filler: 'x'.repeat(size) });
        })
        .join('');
      writeFileSync(file, text + rest);
      const position = readPosition(file);
      expect(position?.message).toBe(expected);
      expect(position?.offset).toBe(text.length);
    }),
    { numRuns: 40 },
  );
});
