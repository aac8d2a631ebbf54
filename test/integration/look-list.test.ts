import * as fs from 'node:fs';
import * as path from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  findCheckpoint,
  type ListOptions,
  listCheckpoints,
  pageCheckpoints,
} from '../../src/checkpoints/list.ts';
import { newCheckpointId } from '../../src/checkpoints/name.ts';
import { placeOf, saved } from '../support/checkpoints.ts';
import { madeUp, type Planted, plantCheckpoints } from '../support/plant-checkpoints.ts';
import { type BuiltRepository, isolateProcess, plainRepository, runGit } from '../support/repositories.ts';
import { linkedWorktree } from '../support/repository-states.ts';

const REFS = 'refs/claude-hooks/checkpoints/';
const RUNS = process.env.CLAUDE_HOOKS_FULL === '1' ? 100 : 6;

isolateProcess();
let built: BuiltRepository;
beforeEach(() => {
  built = plainRepository();
});
afterEach(() => built.cleanup());

function cacheFile(): string {
  return placeOf(built.root).state.checkpointList;
}

/** What the list has to be, worked out from what was planted. */
function expected(model: readonly Planted[], { session, branch }: ListOptions): string[] {
  return model
    .filter(({ message }) => message === undefined)
    .map(({ metadata }) => metadata)
    .filter((one) => session === undefined || one.session?.startsWith(session) === true)
    .filter((one) => branch === undefined || one.branch === branch)
    .sort((a, b) =>
      a.createdAt === b.createdAt ? (a.id < b.id ? 1 : -1) : a.createdAt < b.createdAt ? 1 : -1,
    )
    .map((one) => one.id);
}

describe('the list', () => {
  const one = fc
    .record({
      second: fc.nat(5),
      name: fc.string({ unit: 'grapheme' }),
      session: fc.option(fc.constantFrom('aa-1', 'aa-2', 'b'), { nil: undefined }),
      branch: fc.option(fc.constantFrom('main', 'ünï/côde'), { nil: undefined }),
      other: fc.boolean(),
    })
    .map(({ second, name, session, branch, other }): Planted => {
      const id = newCheckpointId(name, second * 1000);
      const createdAt = new Date(1_700_000_000_000 + second * 1000).toISOString();
      const metadata = madeUp(id, {
        name,
        createdAt,
        ...(session && { session }),
        ...(branch && { branch }),
      });
      return { metadata, ...(other && name.length === 1 && { message: 'something else\n' }) };
    });
  const step = fc.oneof(
    fc.record({ kind: fc.constant('save' as const), some: fc.array(one, { minLength: 1, maxLength: 4 }) }),
    fc.record({ kind: fc.constant('delete' as const), which: fc.nat() }),
    fc.record({
      kind: fc.constant('damage' as const),
      at: fc.nat(),
      bytes: fc.uint8Array({ minLength: 1, maxLength: 9 }),
    }),
    fc.record({ kind: fc.constant('cut' as const), at: fc.nat() }),
    fc.record({ kind: fc.constant('forget' as const) }),
  );
  const filter: fc.Arbitrary<ListOptions> = fc.record(
    {
      limit: fc.integer({ min: 1, max: 4 }),
      session: fc.constantFrom('a', 'aa-2', 'zz'),
      branch: fc.constantFrom('main', 'ünï/côde'),
    },
    { requiredKeys: [] },
  );

  it('is the same with and without what was kept, after random saves, deletes and damage', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(step, filter), { minLength: 3, maxLength: 8 }), async (steps) => {
        let model: Planted[] = [];
        const { repository } = placeOf(built.root);
        const file = cacheFile();
        fs.mkdirSync(path.dirname(file), { recursive: true });
        for (const ref of built.git('for-each-ref', '--format=%(refname)', REFS).split('\n').filter(Boolean))
          built.git('update-ref', '-d', ref);
        for (const [action, options] of steps) {
          if (action.kind === 'save') {
            plantCheckpoints(built.root, action.some);
            model.push(...action.some);
          } else if (action.kind === 'delete' && model.length > 0) {
            const gone = model[action.which % model.length]?.metadata.id;
            built.git('update-ref', '-d', `${REFS}${gone}`);
            model = model.filter(({ metadata }) => metadata.id !== gone);
          } else if (action.kind === 'forget') fs.rmSync(file, { force: true });
          else if (fs.existsSync(file) && (action.kind === 'damage' || action.kind === 'cut')) {
            const bytes = fs.readFileSync(file);
            const at = action.at % (bytes.length + 1);
            if (action.kind === 'damage') bytes.set(action.bytes.subarray(0, bytes.length - at), at);
            fs.writeFileSync(file, action.kind === 'cut' ? bytes.subarray(0, at) : bytes);
          }
          const ids = expected(model, options);
          const page = await pageCheckpoints(repository, options);
          expect(page.items.map((item) => item.id)).toEqual(ids.slice(0, options.limit));
          expect(page.total).toBe(ids.length);
          expect((await page.whole()).map((item) => item.id)).toEqual(ids.slice(0, options.limit));
          for (const item of page.items) {
            const { metadata } = model.find((planted) => planted.metadata.id === item.id) ?? { metadata: {} };
            const { commit, tree, ...rest } = item;
            expect(metadata).toMatchObject(rest);
            expect(`${commit} ${tree}`).toBe(
              built.git('log', '-1', '--format=%H %T', `${REFS}${item.id}`).trim(),
            );
          }
        }
      }),
      { numRuns: RUNS, endOnFailure: true },
    );
  });

  it('asks git for no object a second time', async () => {
    plantCheckpoints(built.root, [{ metadata: madeUp('a-1') }, { metadata: madeUp('b-2') }]);
    const { repository } = placeOf(built.root);
    fs.mkdirSync(path.dirname(cacheFile()), { recursive: true });
    const first = await pageCheckpoints(repository);
    const objects = path.join(built.root, '.git/objects');
    fs.renameSync(objects, `${objects}-away`);
    fs.mkdirSync(objects);
    expect((await pageCheckpoints(repository)).items).toEqual(first.items);
    expect(first.items).toHaveLength(2);
  });

  it('acts on what git says, whatever was kept', async () => {
    await saved(built.root, { name: 'Right' });
    const { repository } = placeOf(built.root);
    const [right] = await listCheckpoints(repository);
    const wrong = 'f'.repeat(40);
    const bytes = fs.readFileSync(cacheFile(), 'latin1').replaceAll(right?.tree ?? '', wrong);
    const body = bytes.slice(bytes.indexOf('\n') + 1, -1);
    const sum = process.getBuiltinModule('node:zlib').crc32(body).toString(16).padStart(8, '0');
    fs.writeFileSync(cacheFile(), `= ${sum} ${body.length}\n${body}\n`);
    expect((await pageCheckpoints(repository)).items[0]?.tree).toBe(wrong);
    expect(await listCheckpoints(repository)).toEqual([right]);
    expect(await findCheckpoint(repository, 'Right')).toEqual(right);
    expect(await findCheckpoint(repository, 'latest')).toEqual(right);
  });

  it('passes over refs that are no checkpoints, and over objects that are gone', async () => {
    plantCheckpoints(built.root, [{ metadata: madeUp('good-1') }, { metadata: madeUp('lost-2') }]);
    built.git('update-ref', `${REFS}Not-An-Id`, `${REFS}good-1`);
    built.git('update-ref', `${REFS}other-id`, `${REFS}good-1`);
    built.git('update-ref', `${REFS}a/b`, `${REFS}good-1`);
    built.git('tag', '-a', 'annotated', '-m', '{"version":1}', `${REFS}good-1`);
    built.git('update-ref', `${REFS}tagged`, 'annotated');
    built.git('update-ref', `${REFS}blob`, built.git('rev-parse', 'HEAD:README.md').trim());
    fs.writeFileSync(path.join(built.root, '.git', REFS, 'broken'), 'x\n');
    fs.writeFileSync(path.join(built.root, '.git', REFS, 'missing'), `${'1'.repeat(40)}\n`);
    const { repository } = placeOf(built.root);
    for (let time = 0; time < 2; time += 1) {
      expect((await listCheckpoints(repository)).map(({ id }) => id)).toEqual(['lost-2', 'good-1']);
    }
    fs.writeFileSync(path.join(built.root, '.git/HEAD'), 'nonsense');
    await expect(listCheckpoints(repository)).rejects.toMatchObject({ code: 'checkpoints-unreadable' });
  });

  it('knows the newest of this working tree as `latest`', async () => {
    const linked = linkedWorktree();
    try {
      const side = await saved(linked.root, { name: 'Side' });
      const main = placeOf(path.join(linked.base, 'repo')).repository;
      const first = await saved(main.root, { name: 'One' });
      fs.writeFileSync(path.join(main.root, 'more.txt'), 'x');
      const second = await saved(main.root, { name: 'Two' });
      expect((await findCheckpoint(main, 'latest')).id).toBe(second.id);
      expect((await findCheckpoint(main, ' latest~1 ')).id).toBe(first.id);
      expect((await findCheckpoint(placeOf(linked.root).repository, 'latest~0')).id).toBe(side.id);
      await expect(findCheckpoint(main, 'latest~2')).rejects.toMatchObject({
        code: 'checkpoint-unknown',
        message: expect.stringContaining('only 2'),
      });
      const named = await saved(main.root, { name: 'latest~1' });
      expect((await findCheckpoint(main, 'latest~1')).id).toBe(named.id);
      runGit(main.root, ['update-ref', '-d', `${REFS}${named.id}`]);
      expect((await findCheckpoint(main, 'latest~1')).id).toBe(first.id);
    } finally {
      linked.cleanup();
    }
  });
});
