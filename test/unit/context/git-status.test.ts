import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCommits } from '../../../src/context/commits.ts';
import { describeStatus } from '../../../src/context/git-source.ts';
import { parseStatus } from '../../../src/context/git-status.ts';

const HASH = 'a'.repeat(40);

describe('parseStatus', () => {
  it('reads names with spaces, renames, conflicts and untracked files', () => {
    const output = [
      `# branch.oid ${HASH}`,
      '# branch.head feature/a b',
      '# branch.upstream origin/main',
      '# branch.ab +2 -13',
      `1 .M N... 100644 100644 100644 ${HASH} ${HASH} src/a file.ts`,
      `2 R. N... 100644 100644 100644 ${HASH} ${HASH} R100 new name.ts`,
      '? old name.ts',
      `u UU N... 100644 100644 100644 100644 ${HASH} ${HASH} ${HASH} both.ts`,
      '? 1 untracked.txt',
      '',
    ].join('\0');
    const status = parseStatus(output);
    expect(status).toMatchObject({
      branch: 'feature/a b',
      upstream: 'origin/main',
      ahead: 2,
      behind: 13,
      commit: HASH,
    });
    expect(status.files).toEqual([
      { code: '.M', path: 'src/a file.ts' },
      { code: 'R.', path: 'new name.ts' },
      { code: 'UU', path: 'both.ts' },
      { code: '??', path: '1 untracked.txt' },
    ]);
    expect(describeStatus(status, 'rebase (step 2 of 5)')).toEqual([
      `Branch: feature/a b (at aaaaaaaaaa, 2 ahead and 13 behind origin/main)`,
      'In progress: rebase (step 2 of 5)',
      'Changed files: 4 (1 in conflict, 1 staged, 1 changed in the working tree, 1 untracked)',
      '   M src/a file.ts',
      '  R  new name.ts',
      '  UU both.ts',
      '  ?? 1 untracked.txt',
    ]);
  });

  it('tells an unborn branch, a detached HEAD and a lost upstream apart', () => {
    expect(describeStatus(parseStatus('# branch.oid (initial)\0# branch.head main\0'), undefined)[0]).toBe(
      'Branch: main (no commit yet, no upstream)',
    );
    expect(
      describeStatus(parseStatus(`# branch.oid ${HASH}\0# branch.head (detached)\0`), undefined)[0],
    ).toBe('Detached HEAD at aaaaaaaaaa');
    expect(
      describeStatus(
        parseStatus(`# branch.oid ${HASH}\0# branch.head x\0# branch.upstream o/x\0`),
        undefined,
      )[0],
    ).toContain('upstream o/x is gone');
  });

  it('returns every file of any list, and survives any text', () => {
    const name = fc
      .string({ unit: 'binary', minLength: 1, maxLength: 20 })
      .filter((text) => !text.includes('\0'));
    fc.assert(
      fc.property(fc.array(name), (names) => {
        const records = names.flatMap(
          (path, index) =>
            [
              [`1 M. N... 100644 100644 100644 ${HASH} ${HASH} ${path}`],
              [`2 .R N... 100644 100644 100644 ${HASH} ${HASH} R99 ${path}`, `? trap ${path}`],
              [`? ${path}`],
              [`u AA N... 100644 100644 100644 100644 ${HASH} ${HASH} ${HASH} ${path}`],
            ][index % 4] ?? [],
        );
        expect(parseStatus(`${records.join('\0')}\0`).files.map(({ path }) => path)).toEqual(names);
      }),
    );
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) =>
        parseStatus(text).files.every(({ path }) => path !== ''),
      ),
    );
  });
});

describe('parseCommits', () => {
  it('gives one clean line a commit', () => {
    const output = `abc1234\x002026-11-22\x00A\u202EB\x00Fix: \u001b[31mred\x00def5678\x002026-11-21\x00C\x00Second\x00`;
    expect(parseCommits(output)).toEqual(['abc1234 2026-11-22 AB: Fix: red', 'def5678 2026-11-21 C: Second']);
    expect(parseCommits('')).toEqual([]);
  });
});
