import * as fs from 'node:fs';
import * as path from 'node:path';
import { describe, expect, it } from 'vitest';
import { fingerprint, placeOf, save, saved, stagedTree, treeOfAddAll } from '../support/checkpoints.ts';
import { useIsolatedProcess } from '../support/for-the-file.ts';
import { REPOSITORY_STATES } from '../support/repository-states.ts';

useIsolatedProcess();

const WITHOUT_LFS = [
  '-c',
  'filter.lfs.required=false',
  '-c',
  'filter.lfs.clean=',
  '-c',
  'filter.lfs.process=',
];

describe.each(Object.entries(REPOSITORY_STATES))('checkpoint in: %s', (name, state) => {
  it(
    state.saves ? 'holds the whole tree and touches nothing' : 'refuses with a reason and touches nothing',
    async () => {
      const built = state.build();
      try {
        const before = fingerprint(built.base);
        if (!state.saves) {
          const result = await save(built.root);
          expect(result).toMatchObject({ saved: false, cause: 'refused' });
          if (result.saved || result.cause !== 'refused') return;
          expect(result.reason).toContain(built.root);
          expect(result.hint).not.toBe('');
          expect(fingerprint(built.base)).toEqual(before);
          return;
        }
        const first = await saved(built.root, { session: 's-1' });
        expect(await save(built.root)).toMatchObject({
          saved: false,
          cause: 'unchanged',
          checkpoint: { id: first.id },
        });
        built.write('later.txt', 'later\n');
        const withLater = fingerprint(built.base);
        const second = await saved(built.root);
        expect(fingerprint(built.base)).toEqual(withLater);
        fs.rmSync(path.join(built.root, 'later.txt'));
        const third = await saved(built.root);
        expect(third.tree).toBe(first.tree);
        expect(second.tree).not.toBe(first.tree);

        expect(fingerprint(built.base)).toEqual(before);
        expect(fs.existsSync(path.join(built.base, 'hook-ran'))).toBe(false);
        expect(first.operation).toBe(state.operation);
        const documents = ['.claude/checkpoints'];
        const skipped = name === 'embedded repositories' ? ['nested-empty'] : [];
        expect(first.tree).toBe(treeOfAddAll(built.root, WITHOUT_LFS, [...documents, ...skipped]));
        expect(first.leftOut.map((file) => file.path)).toEqual(skipped.map((folder) => `${folder}/`));
        if (state.staged === false) expect(first.indexTree).toBeUndefined();
        else expect(first.indexTree).toBe(stagedTree(built.root));
        const refs = built
          .git('for-each-ref', '--format=%(refname) %(objectname)', 'refs/claude-hooks')
          .trim()
          .split('\n');
        expect(refs.sort()).toEqual(
          [first, second, third].map((one) => `refs/claude-hooks/checkpoints/${one.id} ${one.commit}`).sort(),
        );
        expect(fs.readFileSync(path.join(built.root, first.document), 'utf8')).toContain(
          '# Session Checkpoint: ',
        );
        expect(
          fs.readdirSync(placeOf(built.root).state.indexes).filter((file) => /lock|tmp/.test(file)),
        ).toEqual([]);
      } finally {
        built.cleanup();
      }
    },
  );
});
