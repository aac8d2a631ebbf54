import * as fs from 'node:fs';
import * as path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { handleNow } from '../../src/flows/handle-now.ts';
import { pruneCheckpoints, pruneWhenDue } from '../../src/flows/prune.ts';
import { tidyOperations } from '../../src/flows/tidy-operations.ts';
import type { Workplace } from '../../src/flows/workplace.ts';
import {
  beginOperation,
  completeOperation,
  doneOperations,
  operationPaths,
} from '../../src/store/operations.ts';
import { useIsolatedProcess } from '../support/for-the-file.ts';
import { checkpointRefs, MADE_AT, makeSession, workplaceKeeping } from '../support/many-checkpoints.ts';
import { type BuiltRepository, plainRepository } from '../support/repositories.ts';
import { errorOf, undoAt, workplaceAt } from '../support/undo.ts';

const DAY = 24 * 3_600_000;
const NOW = MADE_AT;
let built: BuiltRepository;
useIsolatedProcess();
beforeEach(() => {
  built = plainRepository();
});
afterEach(() => built.cleanup());

const place = (keep: object): Promise<Workplace> => workplaceKeeping(built.root, keep);
const make = (prefix: string, count: number): string[] => makeSession(built, prefix, count);

describe('undo of a prune after git has collected garbage', () => {
  it('brings back what is still there and says what is not', async () => {
    const list = make('one', 6);
    const refs = checkpointRefs(built.root);
    await pruneCheckpoints(await place({ count: 2 }), { dryRun: false });
    built.git('tag', 'kept', refs[list[3] ?? ''] ?? '');
    built.git('gc', '-q', '--prune=now');
    const back = await undoAt(built.root);
    expect(back.done.steps.map(({ name }) => name)).toEqual([`${list[3]} "Interval"`]);
    expect(back.done.notes).toHaveLength(3);
    expect(back.done.notes.join('\n')).toContain('cannot come back');
    expect(Object.keys(checkpointRefs(built.root)).sort()).toEqual([list[0], list[1], list[3]]);
  });

  it('is refused where nothing is left, also where only a part of one is', async () => {
    const list = make('one', 2);
    const commit = checkpointRefs(built.root)[list[1] ?? ''] ?? '';
    const blob = built.git('rev-parse', `${commit}:src/a.txt`).trim();
    await pruneCheckpoints(await place({ count: 1 }), { dryRun: false });
    // So few objects lie in files of their own.
    fs.rmSync(path.join(built.root, '.git/objects', blob.slice(0, 2), blob.slice(2)));
    const error = await errorOf(() => undoAt(built.root));
    expect(error).toMatchObject({ code: 'pruned-for-good', kind: 'conflict' });
    expect(Object.keys(checkpointRefs(built.root))).toEqual([list[0]]);
  });
});

describe('of itself', () => {
  it('prunes once a day, and says so in the log', async () => {
    const list = make('one', 8);
    const at = await place({ count: 5 });
    expect(await pruneWhenDue(at)).toBe(3);
    expect(fs.readFileSync(at.state.log, 'utf8')).toContain('Prune of 3 checkpoints');
    make('two', 8);
    expect(await pruneWhenDue(at)).toBe(undefined);
    const tomorrow = { ...at, now: () => at.now() + DAY };
    expect(await pruneWhenDue(tomorrow)).toBe(3);
    const yesterday = { ...at, now: () => at.now() - 3 * DAY };
    make('three', 8);
    expect(await pruneWhenDue(yesterday)).toBe(3);
    expect(Object.keys(checkpointRefs(built.root))).toHaveLength(15);
    expect(list).toHaveLength(8);
  });

  it('prunes in the worker after the end of a session, and after nothing else', async () => {
    built.write('.claude-sessionrc.json', '{"checkpoints": {"keep": {"count": 5}}}');
    make('one', 8);
    const payload = (name: string): string =>
      JSON.stringify({ hook_event_name: name, session_id: 'one', cwd: built.root, reason: 'other' });
    const left = (): number => Object.keys(checkpointRefs(built.root)).length;
    const at = await workplaceAt(built.root);
    await handleNow(at, 'tool-failure', payload('PostToolUseFailure'));
    expect(left()).toBe(8);
    await handleNow(at, 'end', payload('SessionEnd'));
    expect(left()).toBe(5);
    expect((await workplaceAt(built.root)).resolved.config.checkpoints.keep.count).toBe(5);
    make('two', 8);
    const off = await workplaceAt(built.root);
    off.resolved.config.checkpoints.enabled = false;
    expect(await pruneWhenDue({ ...off, now: () => Date.now() + 40 * DAY })).toBe(undefined);
    expect(left()).toBe(13);
  });

  it('keeps a hundred operations of the last thirty days, and their references', async () => {
    const at = await workplaceAt(built.root);
    const head = built.git('rev-parse', 'HEAD').trim();
    const make = (ageMs: number): string => {
      const { operation } = beginOperation(at.state, {
        kind: 'restore',
        title: 'x',
        at: NOW - ageMs,
        root: built.root,
        data: {},
      });
      completeOperation(at.state, operation);
      return operation.id;
    };
    const old = Array.from({ length: 3 }, () => make(31 * DAY));
    const recent = Array.from({ length: 102 }, () => make(DAY));
    const pins = path.join(built.root, '.git/refs/claude-hooks/operations');
    fs.mkdirSync(pins, { recursive: true });
    const newer = '0zzzzzzzz-00000000';
    fs.mkdirSync(path.join(operationPaths(at.state).done, newer));
    fs.writeFileSync(path.join(operationPaths(at.state).done, newer, 'entry.json'), '{"version":2}');
    for (const id of [...old, ...recent, 'orphan-1', newer])
      fs.writeFileSync(path.join(pins, id), `${head}\n`);
    await tidyOperations({ ...at, now: () => NOW });
    const expected = recent.slice(2).sort();
    expect(
      doneOperations(at.state)
        .map(({ operation }) => operation.id)
        .sort(),
    ).toEqual(expected);
    expect(fs.readdirSync(pins).sort()).toEqual([...expected, newer].sort());
  });
});
