import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { adviseBranch, type BranchFacts, worktreeOf } from '../../../src/flows/branch-advice.ts';

const A = 'a'.repeat(40);
const B = 'b'.repeat(40);
const NOW: BranchFacts = {
  branch: 'main',
  head: A,
  operation: undefined,
  hasBranch: true,
  hasHead: true,
  elsewhere: undefined,
};

describe('the way back to a branch', () => {
  it.each<[string, Parameters<typeof adviseBranch>[0], Partial<BranchFacts>, RegExp, string[]]>([
    ['the same place', { branch: 'main', head: A }, {}, /You are on main, at a{12}, as then/, []],
    ['the branch moved', { branch: 'main', head: B }, {}, /it was at b{12} and has moved since/, []],
    ['an unborn branch, still so', { branch: 'main' }, { head: undefined }, /without a commit, as then/, []],
    ['another branch', { branch: 'it', head: B }, {}, /saved on it, at b{12}/, ['git checkout it --']],
    ['a name for a shell', { branch: "a'$(x)", head: B }, {}, /saved on/, ["git checkout 'a'\\''$(x)' --"]],
    [
      'a branch in another tree',
      { branch: 'it', head: B },
      { elsewhere: '/a b' },
      /checked out in/,
      ["cd '/a b'"],
    ],
    [
      'a branch that is gone',
      { branch: 'it', head: B },
      { hasBranch: false },
      /is gone/,
      [`git checkout -b it ${B}`],
    ],
    ['nothing of it here', { branch: 'it', head: B }, { hasBranch: false, hasHead: false }, /git fetch/, []],
    [
      'an unborn branch, gone',
      { branch: 'it' },
      { hasBranch: false, hasHead: false },
      /without a commit/,
      [],
    ],
    ['detached', { branch: null, head: B }, {}, /without a branch/, [`git checkout --detach ${B}`]],
    [
      'detached, the same',
      { branch: null, head: A },
      { branch: null },
      /HEAD is detached at a{12}, as then/,
      [],
    ],
    ['detached, not here', { branch: null, head: B }, { hasHead: false }, /is not here/, []],
    ['a forged name', { branch: '--orphan', head: B }, {}, /no branch can have/, []],
  ])('%s', (_case, then, now, advice, commands) => {
    const found = adviseBranch(then, { ...NOW, ...now });
    expect(found.advice.join('\n')).toMatch(advice);
    expect(found.commands).toEqual(commands);
  });

  it('speaks of what git is in the middle of, where branches have to be changed', () => {
    const merging = { ...NOW, operation: 'merge' };
    expect(adviseBranch({ branch: 'it', head: B }, merging).advice[0]).toMatch(/middle of a merge/);
    expect(adviseBranch({ branch: 'main', head: A }, merging).advice).toHaveLength(1);
  });

  it('never makes an option or a second command of a name', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.boolean(), (branch, hasBranch) => {
        const { commands } = adviseBranch({ branch, head: B }, { ...NOW, hasBranch });
        for (const command of commands)
          expect(command).toMatch(
            /^git checkout (?:-b )?(?:[A-Za-z0-9_/.:@%+=,][A-Za-z0-9_/.:@%+=,-]*|'[^-'](?:[^']|'\\'')*'|''\\''(?:[^']|'\\'')*') (?:--|b{40})$/,
          );
      }),
    );
  });
});

it('finds the working tree of a branch in what git lists', () => {
  const list = `worktree /a\nHEAD ${A}\nbranch refs/heads/main\n\nworktree /b c\nHEAD ${B}\nbranch refs/heads/it\n\n`;
  expect(worktreeOf(list, 'refs/heads/it')).toBe('/b c');
  expect(worktreeOf(list, 'refs/heads/i')).toBeUndefined();
  expect(worktreeOf(list, undefined)).toBeUndefined();
});
