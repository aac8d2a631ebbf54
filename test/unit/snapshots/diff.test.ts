import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseRawDiff } from '../../../src/platform/raw-diff.ts';
import { changedFiles } from '../../../src/snapshots/changed-files.ts';
import { diffDocuments, diffState, diffTodos } from '../../../src/snapshots/diff.ts';
import type { SnapshotFile, SnapshotTodo } from '../../../src/snapshots/types.ts';
import { EXAMPLE } from './arbitrary.ts';

const hash = (letter: string): string => letter.repeat(40);

describe('two lists of todos', () => {
  const todo = (text: string, status = 'pending'): SnapshotTodo => ({ text, status });

  it('differ by what was added, removed and changed', () => {
    const from = [todo('plan', 'completed'), todo('write'), todo('test'), todo('test')];
    const to = [todo('plan', 'completed'), todo('write', 'in_progress'), todo('test'), todo('ship')];
    expect(diffTodos(from, to)).toEqual({
      added: [todo('ship')],
      removed: [todo('test')],
      changed: [{ from: todo('write'), to: todo('write', 'in_progress') }],
    });
  });

  it('become the other by what the difference says', () => {
    const lists = fc.array(
      fc.record({ text: fc.constantFrom('a', 'b', 'c'), status: fc.constantFrom('pending', 'completed') }),
      { maxLength: 8 },
    );
    const sorted = (list: readonly SnapshotTodo[]): string[] => list.map((one) => JSON.stringify(one)).sort();
    const without = (list: readonly SnapshotTodo[], gone: readonly SnapshotTodo[]): SnapshotTodo[] => {
      const left = [...list];
      for (const one of gone) {
        const at = left.findIndex(({ text, status }) => text === one.text && status === one.status);
        expect(at).toBeGreaterThanOrEqual(0);
        left.splice(at, 1);
      }
      return left;
    };
    fc.assert(
      fc.property(lists, lists, (from, to) => {
        const { added, removed, changed } = diffTodos(from, to);
        const kept = without(from, [...removed, ...changed.map((one) => one.from)]);
        expect(sorted([...kept, ...added, ...changed.map((one) => one.to)])).toEqual(sorted(to));
      }),
    );
  });
});

it('variables differ by name', () => {
  expect(diffState({ a: '1', b: '2', c: '3' }, { b: '2', c: '4', constructor: '5' })).toEqual({
    added: [{ name: 'constructor', value: '5' }],
    removed: [{ name: 'a', value: '1' }],
    changed: [{ from: { name: 'c', value: '3' }, to: { name: 'c', value: '4' } }],
  });
});

describe('files as two documents tell them', () => {
  const lists = (from: SnapshotFile[], to: SnapshotFile[], head = EXAMPLE.head): unknown =>
    diffDocuments({ ...EXAMPLE, files: from }, { ...EXAMPLE, head, files: to })?.map(
      ({ path, status }) => `${status} ${path}`,
    );

  it('say what happened between them, each case', () => {
    const added = { path: 'n', hash: hash('1'), status: 'added' } as const;
    const modified = { path: 'm', hash: hash('2'), status: 'modified' } as const;
    const deleted = { path: 'd', hash: hash('3'), status: 'deleted' } as const;
    const renamed = { path: 'to', hash: hash('4'), status: 'renamed', from: 'was' } as const;
    expect(lists([], [added, modified, deleted, renamed])).toEqual([
      'deleted d',
      'modified m',
      'added n',
      'added to',
      'deleted was',
    ]);
    expect(lists([added, modified, deleted, renamed], [])).toEqual([
      'added d',
      'modified m',
      'deleted n',
      'deleted to',
      'added was',
    ]);
    expect(lists([added, modified], [added, { ...modified, hash: hash('5') }])).toEqual(['modified m']);
    expect(lists([modified], [{ ...modified, status: 'deleted' }])).toEqual(['deleted m']);
    expect(lists([{ ...deleted, path: 'was' }], [renamed])).toEqual(['added to']);
  });

  it('are not guessed where the commits differ', () => {
    expect(lists([], [], hash('c'))).toBeUndefined();
  });

  it('are told apart by the bytes of their names', () => {
    const one = { path: '\ufffd', pathBase64: '/w==', hash: hash('1'), status: 'added' } as const;
    expect(lists([one], [one, { ...one, pathBase64: '/g==' }])).toEqual(['added \ufffd']);
  });
});

describe("git's raw list of changes", () => {
  const entry = (letter: string, ...names: (string | Buffer)[]): Buffer =>
    Buffer.concat([
      Buffer.from(`:100644 100644 ${hash('a')} ${hash('b')} ${letter}\0`),
      ...names.flatMap((name) => [Buffer.from(name), Buffer.from([0])]),
    ]);

  it('becomes files with ids, renames and the bytes of odd names, sorted by them', () => {
    const output = Buffer.concat([
      entry('M', 'b'),
      entry('D', 'line\nbreak'),
      entry('R087', 'old', Buffer.from([0x78, 0xff])),
      entry('A', 'a'),
      entry('T', 'c'),
      entry('C100', 'a', 'copy'),
    ]);
    expect(changedFiles(parseRawDiff(output))).toEqual([
      { path: 'a', hash: hash('b'), status: 'added' },
      { path: 'b', hash: hash('b'), status: 'modified' },
      { path: 'c', hash: hash('b'), status: 'modified' },
      { path: 'copy', hash: hash('b'), status: 'added' },
      { path: 'line\nbreak', hash: hash('a'), status: 'deleted' },
      { path: 'x\ufffd', pathBase64: 'eP8=', hash: hash('b'), status: 'renamed', from: 'old' },
    ]);
  });

  it('is refused where it is cut off or something else', () => {
    const whole = entry('R100', 'a', 'b');
    for (let length = 1; length < whole.length; length += 1)
      expect(() => parseRawDiff(whole.subarray(0, length))).toThrow('git printed');
    expect(() => parseRawDiff(Buffer.from('fatal: no\0x\0'))).toThrow('no list of changes');
    expect(parseRawDiff(Buffer.alloc(0))).toEqual([]);
  });
});
