import * as fs from 'node:fs';
import * as path from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { CheckpointSummary } from '../../src/checkpoints/types.ts';
import { HooksError } from '../../src/errors.ts';
import { pruneCheckpoints } from '../../src/flows/prune.ts';
import { restoreCheckpoint } from '../../src/flows/restore.ts';
import { undo } from '../../src/flows/undo.ts';
import type { Workplace } from '../../src/flows/workplace.ts';
import { doneOperations, pendingOperations } from '../../src/store/operations.ts';
import { saved } from '../support/checkpoints.ts';
import { type InstallPlace, makeInstallPlace } from '../support/install-place.ts';
import { checkpointRefs } from '../support/many-checkpoints.ts';
import { workplaceAt } from '../support/undo.ts';

const RUNS = process.env.CLAUDE_HOOKS_FULL === '1' ? 60 : 3;
const STEPS = 14;
const SETTINGS = '.claude/settings.local.json';
const FILES = ['a.txt', 'b.txt', 'deep/c.txt'];

type Step =
  | { do: 'edit'; file: number; text: string }
  | { do: 'save' }
  | { do: 'restore'; which: number }
  | { do: 'prune' }
  | { do: 'install'; hooks: 'none' | 'plain' }
  | { do: 'edit-settings'; value: number }
  | { do: 'undo' }
  | { do: 'undo-one'; which: number };

const steps: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('edit' as const),
      file: fc.nat({ max: 2 }),
      text: fc.constantFrom('', 'x\n', 'y\n', 'z\n'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('save' as const) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('restore' as const), which: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('prune' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('install' as const),
      hooks: fc.constantFrom('none' as const, 'plain' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('edit-settings' as const), value: fc.nat() }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('undo' as const) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('undo-one' as const), which: fc.nat() }) },
);

/** What each kind of operation works on, as it is on disk. */
interface Domains {
  restore: unknown;
  prune: unknown;
  install: unknown;
}

let place: InstallPlace;
beforeAll(() => {
  process.env.GIT_CONFIG_NOSYSTEM = '1';
});
afterAll(() => {
  delete process.env.GIT_CONFIG_NOSYSTEM;
});

function read(file: string): string | null {
  const target = path.join(place.repo, file);
  return fs.existsSync(target) ? fs.readFileSync(target, 'utf8') : null;
}

function domains(): Domains {
  const hooks = path.join(place.repo, '.git/hooks');
  return {
    restore: FILES.map(read),
    prune: checkpointRefs(place.repo),
    install: [
      read(SETTINGS),
      read('.git/info/exclude'),
      fs.readdirSync(hooks).filter((name) => !name.endsWith('.sample')),
    ],
  };
}

/** What the journal should say: what each operation found and left in its domain. */
interface Known {
  kind: keyof Domains;
  before: unknown;
  after: unknown;
  undoes: string | undefined;
}

async function open(keep = 200): Promise<Workplace> {
  const found = await workplaceAt(place.repo, place.dist);
  found.resolved.config.checkpoints.keep.count = keep;
  return found;
}

class Model {
  readonly known = new Map<string, Known>();

  /** Those whose undo found nothing left to change. */
  readonly empty = new Set<string>();

  /** Whether an operation is taken back: an odd number of its family came later. */
  isUndone(id: string): boolean {
    const ids = [...this.known.keys()];
    const family = ids.filter((other) => this.rootOf(other) === this.rootOf(id));
    return this.empty.has(id) || (family.length - 1 - family.indexOf(id)) % 2 === 1;
  }

  private rootOf(id: string): string {
    const undoes = this.known.get(id)?.undoes;
    return undoes === undefined ? id : this.rootOf(undoes);
  }

  /** Notes what the newest operation did. */
  note(before: Domains): void {
    const [newest] = doneOperations(statePathsOf());
    if (newest === undefined || this.known.has(newest.operation.id)) return;
    const kind = newest.operation.kind as keyof Domains;
    const { undoes } = newest.operation;
    this.known.set(newest.operation.id, { kind, before: before[kind], after: domains()[kind], undoes });
  }

  /** Later operations of the same kind that are in force, or whose undoing came later. */
  isFreeOfLater(id: string): boolean {
    const ids = [...this.known.keys()];
    const kind = this.known.get(id)?.kind;
    return ids.slice(ids.indexOf(id) + 1).every((later) => this.known.get(later)?.kind !== kind);
  }
}

const statePathsOf = (): Workplace['state'] => current.state;
let current: Workplace;

async function take(model: Model, step: Step, checkpoints: CheckpointSummary[]): Promise<void> {
  const before = domains();
  switch (step.do) {
    case 'edit': {
      const target = path.join(place.repo, FILES[step.file] ?? 'a.txt');
      fs.mkdirSync(path.dirname(target), { recursive: true });
      if (step.text === '') fs.rmSync(target, { force: true });
      else fs.writeFileSync(target, step.text);
      return;
    }
    case 'edit-settings':
      return place.write(SETTINGS, JSON.stringify({ model: `m${step.value}` }));
    case 'save':
      checkpoints.push(await saved(place.repo, { reason: 'interval', force: true, session: 's' }));
      return;
    case 'restore': {
      const living = checkpoints.filter(({ id }) => id in checkpointRefs(place.repo));
      const target = living.at(step.which % (living.length || 1));
      if (target === undefined) return;
      const request = { name: target.id, mode: 'exact', only: [], keepIndex: false, dryRun: false } as const;
      await restoreCheckpoint(current, { ...request, only: [] });
      return model.note(before);
    }
    case 'prune':
      await pruneCheckpoints(await open(1), { dryRun: false });
      return model.note(before);
    case 'install':
      await place.install({ gitHooks: step.hooks });
      return model.note(before);
    default:
      return takeBack(model, step, before);
  }
}

/** What it changed is as before it; of an install, what it did not change is as it is now. */
function expectedAfter(taken: Known, now: unknown): unknown {
  if (taken.kind !== 'install') return taken.before;
  const [before, after, present] = [taken.before, taken.after, now] as unknown[][];
  return before?.map((part, at) =>
    JSON.stringify(part) === JSON.stringify(after?.[at]) ? present?.[at] : part,
  );
}

async function takeBack(model: Model, step: Step, before: Domains): Promise<void> {
  const ids = [...model.known.keys()];
  const id = step.do === 'undo-one' ? ids.at(step.which % (ids.length || 1)) : undefined;
  if (step.do === 'undo-one' && id === undefined) return;
  try {
    const result = await undo(current, { dryRun: false, ...(id === undefined ? {} : { id }) });
    const taken = model.known.get(result.stored.operation.id);
    if (taken === undefined) throw new Error('an operation nobody did');
    expect(model.isUndone(result.stored.operation.id)).toBe(false);
    const after = domains();
    // Checkpoints that were saved since stay; a restore saves one itself.
    if (taken.kind === 'prune') expect(after.prune).toMatchObject(taken.before as object);
    else expect(after[taken.kind]).toEqual(expectedAfter(taken, before[taken.kind]));
    for (const other of ['restore', 'install'] as const)
      if (other !== taken.kind) expect(after[other]).toEqual(before[other]);
    if (result.done.operation === undefined) model.empty.add(result.stored.operation.id);
    model.note(before);
  } catch (error) {
    if (!(error instanceof HooksError)) throw error;
    expect(['conflict', 'failed']).toContain(error.kind);
    expect(domains()).toEqual(before);
    if (id === undefined || error.code === 'nothing-to-undo') return;
    // Refused only with a reason: taken back already, something later, or a file that was edited since.
    const own = model.known.get(id);
    const isEdited = own?.kind === 'install' && JSON.stringify(own.after) !== JSON.stringify(before.install);
    expect(model.isUndone(id) || !model.isFreeOfLater(id) || isEdited, error.message).toBe(true);
  }
}

it('any row of operations and undos leads where each of them says, or changes nothing', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(steps, { minLength: STEPS, maxLength: STEPS }), async (row) => {
      place = makeInstallPlace({ prefix: 'undo-journal-' });
      try {
        // Settings that git ignores are no part of a checkpoint, so that each kind has things of its own.
        place.write('.gitignore', '.claude/\n');
        place.write(SETTINGS, '{}\n');
        place.write('a.txt', 'start\n');
        current = await open();
        const model = new Model();
        const checkpoints = [await saved(place.repo, { name: 'Start' })];
        for (const step of row) await take(model, step, checkpoints);
        expect(pendingOperations(current.state)).toEqual([]);
        expect(place.git('fsck', '--full', '--strict').includes('error')).toBe(false);
      } finally {
        place.cleanup();
      }
    }),
    { numRuns: RUNS, endOnFailure: true },
  );
}, 900_000);
