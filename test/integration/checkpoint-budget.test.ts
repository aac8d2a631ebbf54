import * as fs from 'node:fs';
import * as path from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { listCheckpoints } from '../../src/checkpoints/list.ts';
import { fingerprint, placeOf, save, saved, treeOfAddAll } from '../support/checkpoints.ts';
import { useIsolatedProcess } from '../support/for-the-file.ts';
import { type GitWrapper, wrapGit } from '../support/git-wrapper.ts';
import { type BuiltRepository, makeDirty, plainRepository } from '../support/repositories.ts';

/** Enough for all that does not hang, too little for what does. */
const BUDGET_MS = 700;
const EVERY = process.env.CLAUDE_HOOKS_FULL === '1';

let built: BuiltRepository;
let git: GitWrapper | undefined;
useIsolatedProcess();
afterEach(() => {
  git?.remove();
  git = undefined;
  built.cleanup();
});

/** A save whose git hangs at one command, within a budget that is too small for it. */
async function cutOffAt(condition: string, include?: string[]): Promise<string> {
  const before = fingerprint(built.base);
  const known = await listCheckpoints(placeOf(built.root).repository);
  git = wrapGit(`if ${condition}; then exec sleep 60; fi`);
  const result = await save(built.root, { budgetMs: BUDGET_MS, include });
  git.remove();
  git = undefined;
  expect(fingerprint(built.base)).toEqual(before);
  expect(await listCheckpoints(placeOf(built.root).repository)).toEqual(known);
  if (result.saved || result.cause !== 'refused') throw new Error(`not refused: ${JSON.stringify(result)}`);
  expect(result.hint).toContain('Let git ignore');
  return result.reason;
}

async function expectWhole(include: string[] = []): Promise<void> {
  const checkpoint = await saved(built.root, { include });
  if (include.length === 0)
    expect(checkpoint.tree).toBe(treeOfAddAll(built.root, [], ['.claude/checkpoints']));
  expect(await save(built.root, { include })).toMatchObject({ cause: 'unchanged' });
}

it('names the folder that makes walking slow, and not one that git does not walk', async () => {
  built = plainRepository();
  for (let file = 0; file < 60; file += 1) {
    built.write(`data/raw/day/${file}.csv`, '');
    built.write(`data/${file}/x`, '');
    built.write(`ignored/${file}/a`, '');
    built.write(`ignored/${file}/b`, '');
    built.write(`ignored/${file}/c`, '');
  }
  expect(await cutOffAt('[ "$command" = status ]')).toBe(
    'reading the working tree took longer than 0.7 s: git was looking for what changed, and most of the tree lies in `data/`',
  );
  await expectWhole();
  fs.rmSync(path.join(built.root, 'data'), { recursive: true });
  for (const folder of ['a', 'b', 'c']) built.write(`${folder}/x`, '');
  expect(await cutOffAt('[ "$command" = status ]')).toMatch(/git was looking for what changed$/);
  await expectWhole();
});

it('says how much was being read and where, and counts nothing of it', async () => {
  built = plainRepository();
  makeDirty(built);
  await expectWhole();
  for (let file = 0; file < 40; file += 1) built.write(`assets/img/${file}.bin`, `${file}\n`);
  built.write('README.md', 'again\n');
  // Removing comes first, in a call of its own.
  fs.rmSync(path.join(built.root, 'src/a.txt'));
  expect(await cutOffAt('case "$*" in *--replace*) true ;; *) false ;; esac')).toBe(
    'reading the working tree took longer than 0.7 s: git was reading 41 changed files, most of them in `assets/img/`',
  );
  await expectWhole();
});

it('names what was asked for where looking for ignored files is slow', async () => {
  built = plainRepository();
  built.write('ignored/deep/x.env', 'x\n');
  expect(
    await cutOffAt('case "$*" in *exclude-standard*) true ;; *) false ;; esac', ['ignored/**', '.env']),
  ).toBe(
    'reading the working tree took longer than 0.7 s: git was looking for ignored files that checkpoints.include names (.env, ignored/**)',
  );
  await expectWhole(['ignored/**']);
});

it('does not trust an index that a cut-off save left, whichever command it was cut off at', async () => {
  built = plainRepository();
  built.git('update-index', '--assume-unchanged', 'README.md');
  const rules = fs.readFileSync(path.join(built.root, '.gitignore'));
  for (const [round, condition] of [
    'case "$*" in *no-assume-unchanged*) true ;; *) false ;; esac',
    '[ "$command" = commit-tree ]',
    ...(EVERY ? ['write-tree', 'ls-files', 'update-ref'].map((name) => `[ "$command" = ${name} ]`) : []),
  ].entries()) {
    await saved(built.root, { force: true });
    // New rules make it copy the person's index again, marks that hide files included.
    built.write('.gitignore', `new-rule-${round}\n`);
    expect(await cutOffAt(condition)).toMatch(/^reading the working tree took longer than 0\.7 s/);
    built.write('.gitignore', rules);
    built.write('README.md', `hidden by a mark ${round}\n`);
    const checkpoint = await saved(built.root);
    expect(built.git('show', `${checkpoint.tree}:README.md`)).toBe(`hidden by a mark ${round}\n`);
  }
});

it('is refused with no time at all, and saves when there is enough', async () => {
  built = plainRepository();
  expect(await save(built.root, { budgetMs: 0 })).toMatchObject({ cause: 'refused' });
  await expectWhole();
});
