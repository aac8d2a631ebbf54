import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  beginOperation,
  completeOperation,
  doneOperations,
  dropOperation,
  expiredOperations,
  isPending,
  knownOperations,
  markUndone,
  type Operation,
  oddEntries,
  operationPaths,
  pendingOperations,
  removeOperations,
  setAside,
  sweepOperations,
} from '../../../src/store/operations.ts';
import { type StatePaths, statePaths } from '../../../src/store/paths.ts';

const T0 = Date.parse('2026-11-22T10:00:00Z');
let folder: string;
let state: StatePaths;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'operations-'));
  state = statePaths(path.join(folder, '.git/claude-hooks'));
});
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

function begin(more: Partial<Operation> = {}): ReturnType<typeof beginOperation> {
  return beginOperation(state, { kind: 'restore', title: 'A', at: T0, root: folder, data: {}, ...more });
}

function done(more: Partial<Operation> = {}): string {
  const { operation } = begin(more);
  completeOperation(state, operation);
  return operation.id;
}

const undoneBy = (id: string): string | undefined =>
  doneOperations(state).find(({ operation }) => operation.id === id)?.undoneBy;

describe('the journal of operations', () => {
  it('is empty, and costs no folder, where nothing was done', () => {
    expect([pendingOperations(state), doneOperations(state)]).toEqual([[], []]);
    dropOperation(state, '000000000-00000000');
    expect(removeOperations(state, ['000000000-00000000'])).toEqual([]);
    sweepOperations(state, T0);
    expect(fs.existsSync(state.root)).toBe(false);
  });

  it('holds an operation at work, then done, then forgotten', () => {
    const { operation, directory } = begin({ session: 's', data: { paths: ['a\nb'] } });
    expect(pendingOperations(state)).toEqual([{ operation, directory, undoneBy: undefined }]);
    expect(fs.statSync(path.join(directory, 'entry.json')).mode & 0o777).toBe(0o600);
    completeOperation(state, operation);
    expect([isPending(state, operation.id), pendingOperations(state)]).toEqual([false, []]);
    expect(doneOperations(state)[0]?.operation).toEqual(operation);
    expect(removeOperations(state, [operation.id, 'gone'])).toEqual([operation.id]);
    expect(fs.readdirSync(operationPaths(state).root).sort()).toEqual(['done', 'pending']);
  });

  it('keeps secrets out of titles, and paths in its data as they are', () => {
    const secret = `ghp_${'a1B2c3D4e5'.repeat(4).slice(0, 36)}`;
    const { operation } = begin({ title: `restore ${secret}`, data: { path: secret } });
    expect(operation.title).not.toContain(secret);
    expect(operation.data.path).toBe(secret);
  });

  it('sorts by beginning, also within one millisecond and after the clock was set back', () => {
    const ids = [T0, T0, T0 + 5, T0 - 1_000_000, T0 - 2_000_000].map((at) => done({ at }));
    expect([...ids].sort()).toEqual(ids);
    expect(doneOperations(state).map(({ operation }) => operation.id)).toEqual([...ids].reverse());
  });

  it('shows nothing of one whose folder could not be filled', () => {
    const fill = (): void => {
      throw new Error('ENOSPC');
    };
    const input = { kind: 'install', title: 'A', at: T0, root: folder, data: {} } as const;
    expect(() => beginOperation(state, input, fill)).toThrow('ENOSPC');
    expect(fs.readdirSync(operationPaths(state).root)).toEqual(['pending']);
    expect(pendingOperations(state)).toEqual([]);
  });

  it('passes over entries it cannot read, says which, and puts them aside whole', () => {
    const id = done();
    const { done: place, damaged } = operationPaths(state);
    const broken = ['', '{', '[]', 'null', '{"version":1}', JSON.stringify({ version: 1, id, at: T0 })];
    for (const [at, text] of broken.entries()) {
      fs.mkdirSync(path.join(place, `broken-${at}`));
      fs.writeFileSync(path.join(place, `broken-${at}`, 'entry.json'), text);
      fs.writeFileSync(path.join(place, `broken-${at}`, 'kept'), 'of the person');
    }
    fs.mkdirSync(path.join(place, 'folder/entry.json'), { recursive: true });
    fs.writeFileSync(path.join(place, 'stray'), '');
    fs.mkdirSync(path.join(place, 'newer'));
    fs.writeFileSync(path.join(place, 'newer/entry.json'), '{"version":2}');
    expect(doneOperations(state).map(({ operation }) => operation.id)).toEqual([id]);
    const odd = oddEntries(place);
    expect(odd.newer).toEqual([path.join(place, 'newer')]);
    expect(odd.damaged).toHaveLength(broken.length + 2);
    for (const directory of odd.damaged) expect(setAside(state, directory)).toContain(damaged);
    expect(setAside(state, odd.damaged[0] ?? '')).toBe(undefined);
    expect(oddEntries(place).damaged).toEqual([]);
    const kept = fs.readdirSync(damaged).filter((name) => fs.existsSync(path.join(damaged, name, 'kept')));
    expect(kept).toHaveLength(broken.length);
  });

  it('knows the ids of all folders, also of those it cannot read', () => {
    const [first, second, third] = [done(), done(), begin().operation.id];
    fs.writeFileSync(path.join(operationPaths(state).done, second, 'entry.json'), '{"version":9}');
    setAside(state, path.join(operationPaths(state).done, first));
    expect(knownOperations(state)).toEqual(new Set([first, second, third]));
  });
});

describe('what was taken back', () => {
  it('follows from the operations that are done, however often it goes back and forth', () => {
    const x = done();
    expect(undoneBy(x)).toBe(undefined);
    const pending = begin({ undoes: x });
    expect(undoneBy(x)).toBe(undefined);
    completeOperation(state, pending.operation);
    const u = pending.operation.id;
    expect([undoneBy(x), undoneBy(u)]).toEqual([u, undefined]);
    const r = done({ undoes: u });
    expect([undoneBy(x), undoneBy(u), undoneBy(r)]).toEqual([undefined, r, undefined]);
    const again = done({ undoes: x });
    // What the first undo did is in force again.
    expect([undoneBy(x), undoneBy(u), undoneBy(r)]).toEqual([again, undefined, again]);
  });

  it('can be noted from outside, once; of an operation in the journal its own entry tells', () => {
    const x = done();
    expect([markUndone(state, x, 'uninstall'), markUndone(state, x, 'other')]).toEqual([true, false]);
    expect(undoneBy(x)).toBe('uninstall');
    const y = done();
    const u = done({ undoes: y });
    markUndone(state, y, u);
    done({ undoes: u });
    expect(undoneBy(y)).toBe(undefined);
  });
});

describe('how much of it stays', () => {
  it('is at most so many, and none that is too old', () => {
    const operations = Array.from({ length: 5 }, (_, at) => ({ id: `${at}`, at: T0 - at * 10 }) as Operation);
    const expired = (now: number, count: number, ageMs: number): string[] =>
      expiredOperations(operations, now, { count, ageMs });
    expect(expired(T0, 5, 1_000)).toEqual([]);
    expect(expired(T0, 3, 1_000)).toEqual(['3', '4']);
    expect(expired(T0, 5, 20)).toEqual(['3', '4']);
    expect(expired(T0 - 1_000_000, 5, 20)).toEqual([]);
  });

  it('sweeps what a kill left between two steps once it is an hour old', () => {
    const { root } = operationPaths(state);
    const id = done();
    for (const name of ['new-a', 'old-b', 'found']) fs.mkdirSync(path.join(root, name), { recursive: true });
    sweepOperations(state, Date.now());
    expect(fs.readdirSync(root)).toContain('new-a');
    sweepOperations(state, Date.now() + 2 * 3_600_000);
    expect(fs.readdirSync(root).sort()).toEqual(['done', 'found', 'pending']);
    expect(doneOperations(state).map(({ operation }) => operation.id)).toEqual([id]);
  });
});
