import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findObstacle, type HistoryEntry } from '../../../src/flows/undo-order.ts';
import { type Operation, withUndone } from '../../../src/store/operation-entry.ts';

const THINGS = ['a', 'b', 'c'];

/** A world of things with values, and a journal of what was done to them. */
class World {
  values: Record<string, number> = { a: 0, b: 0, c: 0 };
  journal: (Omit<HistoryEntry, 'undoneBy'> & { before: number[]; after: number[] })[] = [];
  private next = 1;

  /** Gives some things new values. */
  act(touches: readonly string[]): void {
    this.write(
      touches,
      touches.map(() => this.next++),
      undefined,
    );
  }

  /** What an operation left is still there. */
  holds(id: string): boolean {
    const entry = this.entry(id);
    return entry.touches.every((thing, at) => this.values[thing] === entry.after[at]);
  }

  takeBack(id: string): void {
    const entry = this.entry(id);
    this.write(entry.touches, entry.before, id);
  }

  obstacle(id: string): ReturnType<typeof findObstacle> {
    return findObstacle(this.history(), id);
  }

  history(): HistoryEntry[] {
    const stored = this.journal.map(({ id, undoes }) => ({
      operation: { id, ...(undoes === undefined ? {} : { undoes }) } as Operation,
      directory: '/nonexistent',
      undoneBy: undefined,
    }));
    return withUndone(stored).map(({ operation, undoneBy }, at) => ({
      id: operation.id,
      undoes: operation.undoes,
      undoneBy,
      touches: this.journal[at]?.touches ?? [],
    }));
  }

  private write(touches: readonly string[], after: number[], undoes: string | undefined): void {
    const id = String(this.journal.length).padStart(4, '0');
    const before = touches.map((thing) => this.values[thing] ?? 0);
    for (const [at, thing] of touches.entries()) this.values[thing] = after[at] ?? 0;
    this.journal.push({ id, undoes, touches, before, after });
  }

  private entry(id: string): World['journal'][number] {
    const entry = this.journal.find((one) => one.id === id);
    if (entry === undefined) throw new Error(`no ${id}`);
    return entry;
  }
}

/** A world after random operations and those undos that are possible, with repeats. */
const worlds = fc
  .array(
    fc.record({
      touches: fc.subarray(THINGS, { minLength: 1 }),
      undo: fc.option(fc.nat(), { nil: undefined }),
    }),
    { maxLength: 25 },
  )
  .map((steps) => {
    const world = new World();
    for (const { touches, undo } of steps) {
      const target = undo === undefined ? undefined : world.journal.at(undo % (world.journal.length || 1));
      if (target === undefined) world.act(touches);
      else if (world.obstacle(target.id) === undefined) world.takeBack(target.id);
    }
    return world;
  });

describe('the order of undoing', () => {
  it('lets an operation be taken back only where all it left is still there', () => {
    fc.assert(
      fc.property(worlds, (world) => {
        for (const { id } of world.journal)
          if (world.obstacle(id) === undefined) expect(world.holds(id)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('refuses none whose things nothing later has changed in the end', () => {
    fc.assert(
      fc.property(worlds, (world) => {
        for (const { id, undoneBy } of world.history())
          if (undoneBy === undefined && world.holds(id)) expect(world.obstacle(id)).toBe(undefined);
      }),
      { numRuns: 300 },
    );
  });

  it('names what to undo first, and following that always leads there', () => {
    fc.assert(
      fc.property(worlds, fc.nat(), (world, wanted) => {
        const target = world.history().filter(({ undoneBy }) => undoneBy === undefined);
        const id = target.at(wanted % (target.length || 1))?.id;
        if (id === undefined) return;
        for (let steps = 0; ; steps += 1) {
          expect(steps).toBeLessThan(200);
          const now = world.history().find((entry) => entry.id === id);
          if (now?.undoneBy !== undefined) return;
          let next: string = id;
          for (let obstacle = world.obstacle(next); obstacle !== undefined; obstacle = world.obstacle(next)) {
            expect(obstacle.why).toBe('later');
            if (obstacle.why !== 'later') return;
            expect(obstacle.entry.id > next).toBe(true);
            next = obstacle.entry.id;
          }
          world.takeBack(next);
          if (next === id) return;
        }
      }),
      { numRuns: 300 },
    );
  });

  it('undoing the last of what is not undone, again and again, leads to the beginning', () => {
    fc.assert(
      fc.property(worlds, (world) => {
        for (;;) {
          const last = world
            .history()
            .filter(({ undoneBy, undoes }) => undoneBy === undefined && undoes === undefined)
            .at(-1);
          if (last === undefined) break;
          if (world.obstacle(last.id) !== undefined) return;
          world.takeBack(last.id);
        }
        expect(world.values).toEqual({ a: 0, b: 0, c: 0 });
      }),
      { numRuns: 300 },
    );
  });

  it('passes over what something outside took back, and an id nobody knows', () => {
    const entry = (id: string, more: Partial<HistoryEntry> = {}): HistoryEntry => ({
      id,
      undoes: undefined,
      undoneBy: undefined,
      touches: ['f'],
      ...more,
    });
    const history = [entry('1'), entry('2', { undoneBy: 'uninstall' })];
    expect(findObstacle(history, '1')).toBe(undefined);
    expect(findObstacle(history, '2')).toEqual({ why: 'undone', by: 'uninstall' });
    expect(findObstacle(history, '3')).toBe(undefined);
    expect(findObstacle([entry('1'), entry('2')], '1')).toMatchObject({ why: 'later', entry: { id: '2' } });
    expect(findObstacle([entry('1'), entry('2', { touches: ['g'] })], '1')).toBe(undefined);
  });

  it('counts an undo that found nothing to change as one of its family', () => {
    const history: HistoryEntry[] = [
      { id: '1', undoes: undefined, undoneBy: undefined, touches: ['f'] },
      { id: '2', undoes: '1', undoneBy: '3', touches: ['f'] },
      { id: '3', undoes: '2', undoneBy: undefined, touches: [] },
    ];
    expect(findObstacle(history, '1')).toBe(undefined);
  });
});
