import fc from 'fast-check';
import { expect, it } from 'vitest';
import { setVariable } from '../../src/flows/sessions/variables.ts';
import { branchAt, returnAt, sessionAt, stateOf } from '../support/branching.ts';
import { placeOf } from '../support/checkpoints.ts';
import { useIsolatedProcess } from '../support/for-the-file.ts';
import { apply, type Edit, edit } from '../support/random-trees.ts';
import { type BuiltRepository, emptyFolder, runGitLatin1 } from '../support/repositories.ts';
import { ignoredFiles, leftovers } from '../support/restore.ts';
import { errorOf, undoAt } from '../support/undo.ts';

useIsolatedProcess();

const RUNS = process.env.CLAUDE_HOOKS_FULL === '1' ? 400 : 6;
const edits = fc.array(edit, { minLength: 1, maxLength: 10 });
/** What a child does; it stays on its own branch. */
const work = fc.array(
  edit.filter((step) => step.do !== 'branch'),
  { maxLength: 8 },
);

function applyAll(built: BuiltRepository, steps: readonly Edit[]): void {
  for (const step of steps) apply(built, step);
}

interface Seen extends ReturnType<typeof stateOf> {
  ignored: Set<string>;
}

function look(root: string): Seen {
  return { ...stateOf(root), ignored: ignoredFiles(root) };
}

/** HEAD and staging are as they were, and so is every file that git ignored neither then nor now. */
function expectBack(root: string, wanted: Seen, before: Seen): void {
  const found = look(root);
  expect({ head: found.head, staged: found.staged }).toEqual({ head: wanted.head, staged: wanted.staged });
  const names = new Set([...Object.keys(found.files), ...Object.keys(wanted.files)]);
  for (const name of names) {
    if (wanted.ignored.has(name))
      expect(found.files[name], `${name} is ignored and stays`).toBe(before.files[name]);
    else if (before.ignored.has(name) && wanted.files[name] === undefined)
      expect(found.files[name], `${name} is ignored by the child and stays`).toBe(before.files[name]);
    else if (found.ignored.has(name) && wanted.files[name] === undefined)
      expect(found.files[name], `${name} was tracked by the child, is ignored now and stays`).toBe(
        before.files[name],
      );
    else expect(found.files[name], name).toBe(wanted.files[name]);
  }
  expect(leftovers(root)).toEqual([]);
}

/** Goes back; where a file that git ignores stands in the way, it is named and nothing was changed. */
async function goBack(root: string): Promise<boolean> {
  const before = look(root);
  try {
    await returnAt(root);
    return true;
  } catch (error) {
    expect((error as { code?: string }).code).toBe('in-the-way');
    expect(look(root)).toEqual(before);
    expect(before.ignored.size).toBeGreaterThan(0);
    return false;
  }
}

/** What git says is not committed; what it ignored only by rules that went along may show. */
function uncommitted({ root }: BuiltRepository, ignored: ReadonlySet<string>): string[] {
  const status = runGitLatin1(root, ['status', '--porcelain', '-z', '--untracked-files=all']);
  return status
    .split('\0')
    .filter((line) => line !== '' && !line.startsWith('?? .claude/') && !ignored.has(line.slice(3)));
}

it('gives back files, staging, branch and variables through nested branches, and every step can be undone', async () => {
  await fc.assert(
    fc.asyncProperty(edits, work, work, async (before, first, second) => {
      const built = emptyFolder();
      const { root } = built;
      try {
        built.git('init', '-q', '-b', 'main');
        built.write('base', 'base\n');
        built.git('add', 'base');
        built.git('commit', '-q', '-m', 'First');
        applyAll(built, before);
        const parent = look(root);
        const one = await branchAt(root, 'one');
        const place = { ...placeOf(root), now: () => Date.parse('2026-11-25T10:00:00Z') };
        setVariable(place, one.child ?? '', 'depth', 'one');

        const clean = look(root);
        expect(clean.head).toBe(`refs/heads/one ${one.head}`);
        expect(uncommitted(built, parent.ignored)).toEqual([]);
        for (const name of parent.ignored) expect(clean.files[name]).toBe(parent.files[name]);

        applyAll(built, first);
        const child = look(root);
        const two = await branchAt(root, 'two');
        setVariable(place, two.child ?? '', 'depth', 'two');
        applyAll(built, second);
        const inner = look(root);
        if (!(await goBack(root))) return;
        expectBack(root, child, inner);
        expect(sessionAt(root, one.child).variables).toEqual({ depth: 'one' });
        expect(sessionAt(root, two.child).state).toBe('Complete');

        const undone = await undoAt(root);
        expect(undone.applied).toBe(true);
        expectBack(root, inner, look(root));
        if (!(await goBack(root))) return;

        const outer = look(root);
        if (!(await goBack(root))) return;
        expectBack(root, parent, outer);
        expect(sessionAt(root, one.parent).variables).toEqual({});
        expect((await errorOf(() => returnAt(root))).code).toBe('nothing-to-return');
        expect(built.tryGit('fsck', '--strict')).toBe(true);
      } finally {
        built.cleanup();
      }
    }),
    { numRuns: RUNS, endOnFailure: true },
  );
}, 3_600_000);
